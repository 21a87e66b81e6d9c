"""Reached: which test files run a line, measured with coverage, each test file in a process of its own."""

import hashlib
import json
import os
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import attrs

from mutation.running import RAN, in_a_process, run_pytest


@attrs.frozen
class Reached:
    """`lines` has the test files for a line of a file, the quick ones first; `digests` what all test files were."""

    lines: dict[str, dict[str, list[str]]]
    files: list[str]
    digests: dict[str, str]

    def by(self, path: str, line: int, changed: Sequence[str]) -> list[str]:
        """Return the test files that run the line, and those that changed since this was measured.

        All of them where the line runs as the module is loaded.
        """
        reaching = self.lines.get(path, {}).get(str(line)) or self.files
        return [*(file for file in reaching if file not in changed), *changed]

    def changed(self, root: Path, tests: Sequence[str]) -> list[str]:
        """Return the test files that are not as they were when this was measured."""
        return [name for name, digest in _digests(root, tests).items() if self.digests.get(name) != digest]


def measured(root: Path, room: Path, tests: Sequence[str], jobs: int) -> Reached:
    """Run the tests once under coverage, or read what was measured for the same sources."""
    room.mkdir(parents=True, exist_ok=True)
    kept = room / f"reached-{_state_of(root, tests)}.json"
    if not kept.exists():
        kept.write_text(json.dumps(attrs.asdict(_measure(root, room, tests, jobs))), "utf-8")
    return Reached(**json.loads(kept.read_text("utf-8")))


def _state_of(root: Path, tests: Sequence[str]) -> str:
    digest = hashlib.sha256("\n".join(tests).encode())
    for file in sorted((root / "src/payments").rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def _test_files(place: Path) -> list[Path]:
    return [place] if place.is_file() else list(place.rglob("test_*.py"))


def _digests(root: Path, tests: Sequence[str]) -> dict[str, str]:
    files = sorted(file for place in tests for file in _test_files(root / place))
    return {str(file.relative_to(root)): hashlib.sha256(file.read_bytes()).hexdigest()[:12] for file in files}


def _measure(root: Path, room: Path, tests: Sequence[str], jobs: int) -> Reached:
    digests = _digests(root, tests)
    with ThreadPoolExecutor(jobs) as pool:
        found = dict(zip(digests, pool.map(lambda name: _of_one(root, room, name), digests), strict=True))
    quick_first = sorted(found, key=lambda name: found[name]["seconds"])
    lines: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for name in quick_first:
        for path, numbers in found[name]["lines"].items():
            for number in numbers:
                lines[path][str(number)].append(name)
    return Reached({path: dict(by_line) for path, by_line in lines.items()}, quick_first, digests)


def _of_one(root: Path, room: Path, name: str) -> Any:
    """Return the lines that a test file runs, and the seconds of work it takes."""
    told = room / f"{name.replace('/', '.')}.json"
    if in_a_process(_cover, root, name, told) != RAN:
        raise SystemExit(f"run: {name} fails without any mutant; nothing was tried.")
    found = json.loads(told.read_text("utf-8"))
    told.unlink()
    return found


def _cover(root: Path, name: str, told: Path) -> None:
    from coverage import Coverage

    measuring = Coverage(data_file=None, config_file=False, source=[str(root / "src/payments")])
    began = time.process_time()
    measuring.start()
    code = run_pytest(root, [name])
    measuring.stop()
    data = measuring.get_data()
    lines = {str(Path(file).relative_to(root)): sorted(data.lines(file) or ()) for file in data.measured_files()}
    told.write_text(json.dumps({"seconds": time.process_time() - began, "lines": lines}), "utf-8")
    os._exit(RAN + code)
