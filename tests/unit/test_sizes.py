"""A module fits in one reading, and so does a folder: at most 300 lines, and 18 modules beside each other."""

from pathlib import Path

from support.docs.documents import ROOT

MAX_LINES = 300
MAX_MODULES = 18


def modules() -> list[Path]:
    return sorted(path for top in ("src", "tests") for path in (ROOT / top).rglob("*.py"))


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_no_module_is_longer_than_one_reads_at_a_time():
    too_long = [named(path) for path in modules() if len(path.read_text().splitlines()) > MAX_LINES]
    assert too_long == []


def test_no_folder_has_more_modules_than_one_takes_in():
    count: dict[str, int] = {}
    for path in modules():
        if path.name != "__init__.py":
            count[named(path.parent)] = count.get(named(path.parent), 0) + 1
    assert [folder for folder, modules in count.items() if modules > MAX_MODULES] == []
