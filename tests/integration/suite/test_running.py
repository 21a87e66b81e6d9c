"""How the suite itself is run: stages, what a change reaches, and a soak that goes on where it stopped."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from support import changed, soak
from support.stages import MARKED, STAGES, expression

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    "markers",
    [set(), {"slow"}, {"browser", "slow"}, {"clients", "browser"}, {"fuzz"}],
    ids=lambda names: "+".join(sorted(names)) or "none",
)
def test_a_test_belongs_to_one_stage(markers):
    known = {stage.marker: stage.marker in markers for stage in MARKED}
    chosen = [stage.name for stage in STAGES if eval(expression(stage), {}, known)]  # noqa: S307 - pytest's own grammar
    assert len(chosen) == 1


@pytest.mark.parametrize("stage", [stage for stage in STAGES if stage.folders], ids=lambda stage: stage.name)
def test_a_stage_looks_for_its_tests_wherever_they_are(stage):
    marked = re.compile(rf"""mark\.{stage.marker}\b|add_marker\(["']{stage.marker}["']\)""")
    files = {
        path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("*.py") if marked.search(path.read_text())
    }
    assert files
    assert {file for file in files if not file.startswith(tuple(f"{folder}/" for folder in stage.folders))} == set()


FILES = {
    "pyproject.toml": "",
    "README.md": "",
    "src/shop/__init__.py": "from shop.till import Till",
    "src/shop/money.py": "",
    "src/shop/till.py": "def till():\n    import shop.money",
    "src/shop/pages/__init__.py": "",
    "src/shop/pages/app.py": "COMMANDS = [f'{_HERE}.serving:serve']",
    "src/shop/pages/serving.py": "",
    "src/shop/pages/static/page.css": "",
    "tests/conftest.py": "",
    "tests/support/box.py": "from shop import till",
    "tests/unit/test_money.py": "from shop.money import Money",
    "tests/unit/test_box.py": "from support.box import Box",
    "tests/unit/test_process.py": "COMMAND = 'python -m shop.pages.app'",
    "tests/web/conftest.py": "from support import box",
    "tests/web/data/seed.json": "",
    "tests/web/test_page.py": "",
    "tests/web/test_words.py": "DOCUMENTS = glob('*.md')",
}
ALL = "money box process page words"


@pytest.mark.parametrize(
    ("change", "reached"),
    [
        ("src/shop/money.py", "money box page words"),
        ("src/shop/till.py", "box page words"),
        ("src/shop/__init__.py", ""),
        ("src/shop/pages/serving.py", "process"),
        ("src/shop/pages/static/page.css", "process"),
        ("tests/support/box.py", "box page words"),
        ("tests/web/conftest.py", "page words"),
        ("tests/web/data/seed.json", "page words"),
        ("tests/web/test_page.py", "page"),
        ("tests/conftest.py", ALL),
        ("README.md", "words"),
        ("pyproject.toml", ALL),
    ],
)
def test_a_change_reaches_the_tests_that_depend_on_it(change, reached, tmp_path, monkeypatch):
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(changed, "ROOT", tmp_path)
    found = {file.stem.removeprefix("test_") for file in changed.reached([tmp_path / change])}
    assert found == set(reached.split())


def test_what_git_calls_changed_is_found():
    """Of this very repository, whatever is changed in it now."""
    assert all(file.is_absolute() for file in changed.changed_since("HEAD"))
    with pytest.raises(SystemExit, match="git diff"):
        changed.changed_since("no-such-revision")


class Config:
    """Of pytest's configuration, what the soak asks for."""

    def __init__(self, part: str) -> None:
        self.part, self.left_out = part, []
        self.hook = self

    def pytest_deselected(self, items: list) -> None:
        self.left_out.extend(items)

    def getoption(self, _: str) -> str:
        return self.part


def chosen(part: str, names: str) -> str:
    items = [SimpleNamespace(nodeid=name) for name in names]
    config = Config(part)
    soak.pytest_collection_modifyitems(config, items)
    assert len(items) + len(config.left_out) == len(names)
    return "".join(item.nodeid for item in items)


def report(name: str, outcome: str) -> None:
    for when in ("setup", "call", "teardown"):
        said = outcome if when == "call" else "passed"
        soak.pytest_runtest_logreport(
            pytest.TestReport(name, ("", 0, ""), {}, said, None, when, duration=1.0)  # type: ignore[arg-type]
        )


@pytest.fixture
def kept(tmp_path, monkeypatch):
    monkeypatch.setattr(soak, "FOLDER", tmp_path)
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    return monkeypatch


def test_the_parts_of_a_soak_are_the_whole(kept):
    parts = [chosen(f"{number}/3", "hgfedcba") for number in (1, 2, 3)]
    assert sorted("".join(parts)) == list("abcdefgh")
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_what_passed_at_this_commit_is_not_run_again(kept):
    kept.setattr(soak, "COMMIT", "0123456789ab")
    report("a", "passed")
    report("b", "failed")
    assert chosen("1/1", "abc") == "bc"
    report("b", "passed")
    assert chosen("1/1", "abc") == "c"


def test_with_uncommitted_changes_everything_is_run_again(kept):
    kept.setattr(soak, "COMMIT", "")
    report("a", "passed")
    assert chosen("1/1", "abc") == "abc"


@pytest.mark.parametrize("text", ["0/3", "4/3", "3", "a/b", "1/0", "-1/2"])
def test_a_part_that_is_none_is_refused(text):
    with pytest.raises(pytest.UsageError, match="written 3/10"):
        soak.part_of(text)
