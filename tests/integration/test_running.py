"""How the suite itself is run: stages, what a change reaches, and a soak that goes on where it stopped."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from support import changed, soak
from support.stages import MARKED, STAGES, expression

ROOT = Path(changed.ROOT)


@pytest.mark.parametrize("markers", [set(), {"slow"}, {"browser", "slow"}, {"clients", "browser"}, {"fuzz"}], ids=str)
def test_a_test_belongs_to_one_stage(markers):
    known = {stage.marker: stage.marker in markers for stage in MARKED}
    chosen = [stage.name for stage in STAGES if eval(expression(stage), {}, known)]  # noqa: S307 - pytest's own grammar
    assert len(chosen) == 1


@pytest.mark.parametrize(
    ("change", "reaches", "leaves"),
    [
        ("src/payments/domain/money.py", "tests/unit/domain/test_money.py", "tests/integration/test_support.py"),
        ("src/payments/entrypoints/cli.py", "tests/integration/test_cli.py", "tests/unit/domain/test_money.py"),
        ("tests/support/town.py", "tests/integration/kills/test_kills.py", "tests/integration/test_cli.py"),
        (
            "tests/integration/browser/conftest.py",
            "tests/integration/browser/test_buying.py",
            "tests/integration/test_cli.py",
        ),
        ("docs/operating.md", "tests/integration/test_readme.py", "tests/integration/test_cli.py"),
        ("tests/unit/test_display.py", "tests/unit/test_display.py", "tests/integration/test_cli.py"),
        ("pyproject.toml", "tests/unit/domain/test_money.py", ""),
    ],
)
def test_a_change_reaches_the_tests_that_depend_on_it(change, reaches, leaves):
    assert (ROOT / change).exists()
    reached = changed.reached([ROOT / change])
    assert ROOT / reaches in reached
    assert not leaves or ROOT / leaves not in reached


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
