"""A pytest plugin for runs of hours: what passed at this commit is not run again, and the rest can be run in parts.

Each test's result is a file of its own in artifacts/soak/COMMIT/, so that parts add up, from several machines too.
With uncommitted changes nothing is skipped.
"""

import hashlib
import json
import os
import subprocess
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def commit() -> str:
    """Return the commit that is tested; empty where the files differ from it."""
    asked = [
        subprocess.run(["git", *command], cwd=ROOT, capture_output=True, text=True)
        for command in (["rev-parse", "--short=12", "HEAD"], ["status", "--porcelain"])
    ]
    known = all(one.returncode == 0 for one in asked) and not asked[1].stdout
    return asked[0].stdout.strip() if known else ""


COMMIT = commit()
FOLDER = ROOT / "artifacts" / "soak" / (COMMIT or "uncommitted")
_phases: dict[str, list[pytest.TestReport]] = defaultdict(list)


def passed_before() -> set[str]:
    results = (json.loads(file.read_text()) for file in FOLDER.glob("*.json")) if COMMIT else ()
    return {result["test"] for result in results if result["passed"]}


def part_of(text: str) -> tuple[int, int]:
    """Return (3, 10) for "3/10"."""
    number, _, parts = text.partition("/")
    if not (number.isdecimal() and parts.isdecimal() and 1 <= int(number) <= int(parts)):
        raise pytest.UsageError(f"A part is written 3/10, not {text!r}.")
    return int(number), int(parts)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--part", default="1/1", help="run one part of the soak, such as 3/10")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the tests of this part that have not passed yet."""
    number, parts = part_of(config.getoption("--part"))
    ours = sorted(item.nodeid for item in items)[number - 1 :: parts]
    wanted = set(ours) - passed_before()
    config.hook.pytest_deselected(items=[item for item in items if item.nodeid not in wanted])
    items[:] = [item for item in items if item.nodeid in wanted]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Keep a test's result once all of it is over."""
    _phases[report.nodeid].append(report)
    if report.when == "teardown" and "PYTEST_XDIST_WORKER" not in os.environ:
        phases = _phases.pop(report.nodeid)
        result: dict[str, Any] = {
            "test": report.nodeid,
            "commit": COMMIT or "uncommitted",
            "passed": all(phase.passed for phase in phases),
            "seconds": round(sum(phase.duration for phase in phases), 1),
        }
        FOLDER.mkdir(parents=True, exist_ok=True)
        name = hashlib.sha256(report.nodeid.encode()).hexdigest()[:16]
        (FOLDER / f"{name}.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    results = [json.loads(file.read_text()) for file in FOLDER.glob("*.json")]
    passed = [result for result in results if result["passed"]]
    hours = sum(result["seconds"] for result in passed) / 3600
    terminalreporter.write_line(f"soak: {len(passed)} tests have passed at {FOLDER.name}, {hours:.1f} hours in all")
    for result in results:
        if not result["passed"]:
            terminalreporter.write_line(f"soak: not passed: {result['test']}", red=True)
