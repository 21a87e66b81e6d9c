"""`./run mutate`: try a seeded sample of mutants; tell the score and who survived.

A mutant that was killed is not tried again as long as its file is the same, so the run can be stopped and started
again. Survivors are tried again each time.
"""

import argparse
import itertools
import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from mutation import excused, reached
from mutation.mutants import Mutant, mutants_of, sample
from mutation.trying import Outcome, all_tried, check_control

ROOT: Final = Path(__file__).resolve().parents[1]
ROOM: Final = ROOT / "artifacts" / "mutation"
TARGETS: Final = {
    "the domain": (
        ["src/payments/domain"],
        [
            *("tests/unit/domain", "tests/unit/testing", "tests/unit/test_vocabulary.py"),
            "tests/unit/adapters/sql/test_widths.py",
            *(f"tests/unit/entrypoints/{name}" for name in ("keys", "people", "worker", "test_display.py")),
            *(f"tests/unit/entrypoints/test_{name}.py" for name in ("periods", "reports")),
            *(f"tests/integration/contracts/{name}" for name in ("books", "people", "test_stores.py")),
            *(f"tests/integration/contracts/test_{name}.py" for name in ("courier", "hints", "reconciliation")),
            "tests/integration/contracts/test_refund_and_sweep.py",
        ],
    ),
    "the retries": (
        [
            *(f"src/payments/adapters/iamport/{name}.py" for name in ("api", "client", "token")),
            *(f"src/payments/adapters/http_wire/{name}.py" for name in ("calling", "transport", "connection")),
        ],
        ["tests/unit/adapters/iamport", "tests/integration/iamport", "tests/integration/contracts/gateway"],
    ),
}
"""What is mutated, and the tests that must notice. Where a test runs on every store, it runs on memory alone."""

ENOUGH: Final = 95
"""The percentage of mutants that the tests must notice."""


def options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./run mutate", description=__doc__)
    parser.add_argument("--sample", type=int, default=300, metavar="N", help="how many mutants in all")
    parser.add_argument("--seed", type=int, default=1, help="which sample")
    parser.add_argument("--only", choices=TARGETS, help="one target")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--json", type=Path, metavar="FILE", default=ROOM / "result.json")
    return parser


def files(places: list[str]) -> list[str]:
    found = [
        file for place in places for file in ([ROOT / place] if place.endswith(".py") else (ROOT / place).rglob("*.py"))
    ]
    return sorted(str(file.relative_to(ROOT)) for file in found)


def main(arguments: list[str]) -> int:
    given = options().parse_args(arguments)
    ROOM.mkdir(parents=True, exist_ok=True)
    every = {name: _mutants(name) for name in TARGETS if given.only in (None, name)}
    chosen = sample([mutant for mutants in every.values() for mutant in mutants], given.sample, given.seed)
    excuses = excused.read()
    for old in [] if given.only else excused.stale(excuses, itertools.chain(*every.values())):
        print(f"no such mutant any more: {old.path}: {old.after}", file=sys.stderr)
    tried = [mutant for mutant in chosen if not excused.excuse_of(mutant, excuses)]
    outcomes: dict[str, str] = {}
    for name, mutants in every.items():
        here = [mutant for mutant in tried if mutant in mutants]
        outcomes |= _outcomes(name, here, TARGETS[name][1], given.jobs)
    result = _told(sum(map(len, every.values())), len(chosen), tried, outcomes)
    given.json.write_text(json.dumps(result, ensure_ascii=False, indent=2), "utf-8")
    return 0 if result["score"] >= ENOUGH else 1


def _mutants(name: str) -> list[Mutant]:
    return [mutant for file in files(TARGETS[name][0]) for mutant in mutants_of(ROOT, file)]


def _outcomes(name: str, mutants: list[Mutant], tests: list[str], jobs: int) -> dict[str, str]:
    """Return the outcome of every mutant by its key, kept in a file after each."""
    kept = ROOM / f"{name.replace(' ', '-')}.json"
    outcomes: dict[str, str] = json.loads(kept.read_text("utf-8")) if kept.exists() else {}
    open_ones = [mutant for mutant in mutants if outcomes.get(mutant.key, "survived") == Outcome.SURVIVED]
    if open_ones:
        by = reached.measured(ROOT, ROOM, tests, jobs)
        changed = by.changed(ROOT, tests)
        work = [(mutant, by.by(mutant.path, mutant.line, changed)) for mutant in open_ones]
        check_control(ROOT, *_smallest(work))
        for number, (mutant, outcome) in enumerate(all_tried(ROOT, work, jobs), 1):
            outcomes[mutant.key] = outcome
            kept.write_text(json.dumps(outcomes), "utf-8")
            if outcome is Outcome.SURVIVED:
                print(f"[{number}/{len(work)}] survived: {mutant}", flush=True)
    return outcomes


def _smallest(work: Sequence[tuple[Mutant, list[str]]]) -> tuple[str, list[str]]:
    mutant, tests = min(work, key=lambda one: len(one[1]))
    return mutant.path, tests


def _told(every: int, chosen: int, tried: list[Mutant], outcomes: dict[str, str]) -> dict[str, Any]:
    counted = Counter(outcomes[mutant.key] for mutant in tried)
    survivors = [mutant for mutant in tried if outcomes[mutant.key] == Outcome.SURVIVED]
    score = 100 * (len(tried) - len(survivors)) / len(tried) if tried else 100.0
    for survivor in survivors:
        print(f"survived: {survivor}")
    print(f"{chosen} of {every:,} mutants, {chosen - len(tried)} of them excused")
    print(f"{len(tried) - len(survivors)} of {len(tried)} were noticed: {score:.1f} %; at least {ENOUGH} % is wanted")
    by_file = Counter(mutant.path for mutant in tried)
    return {
        "mutants": every, "sample": chosen, "excused": chosen - len(tried), "tried": len(tried), "score": score,
        "outcomes": counted, "tried_in": by_file, "survived": [str(survivor) for survivor in survivors],
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
