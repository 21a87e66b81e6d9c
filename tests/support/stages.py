"""The whole suite in stages, each with the time that CI has for it: `python -m support.stages [NAME [ARGS]]`.

Without a name, every stage runs, also after one that failed, and a table of their times is printed at the end. A test
belongs to the first of MARKED whose marker it has, or else to the fast ones.
"""

import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Final

import attrs

EVERY_CORE: Final = ("-n", "logical", "--maxprocesses", "8")
NO_TESTS: Final = 5  # pytest's exit code


@attrs.frozen
class Stage:
    """`minutes` is the budget on two idle cores: told, never enforced. `folders` are where all of its tests are."""

    name: str
    marker: str
    minutes: float
    options: Sequence[str] = EVERY_CORE
    folders: Sequence[str] = ()


MARKED: Final = (
    Stage("rounds", "slow", 12, options=()),  # one at a time: each of them uses every core
    Stage("browser", "browser", 10),
    Stage("clients", "clients", 1, folders=("tests/integration/clients",)),
    Stage(
        "fuzz",
        "fuzz",
        2,
        folders=(
            "tests/integration/http",
            "tests/unit/adapters/iamport",
            "tests/unit/adapters/portone",
            "tests/unit/domain/worlds",
        ),
    ),
    Stage("simulation", "simulation", 3, options=(), folders=("tests/simulation",)),  # its worlds use every core
)
STAGES: Final = (Stage("fast", "", 10), *MARKED[1:], MARKED[0])


def expression(stage: Stage) -> str:
    """Return what pytest's -m selects the stage by."""
    before = [other.marker for other in (MARKED[: MARKED.index(stage)] if stage.marker else MARKED)]
    wanted = [stage.marker] if stage.marker else []
    return " and ".join([*wanted, *(f"not {marker}" for marker in before)])


def run(stage: Stage, arguments: Sequence[str]) -> tuple[float, bool]:
    """Run a stage; return the seconds it took and whether it passed."""
    print(f"\nrun: the {stage.name} tests", flush=True)
    began = time.monotonic()
    command = ["pytest", "-m", expression(stage), *stage.options, *stage.folders, *arguments]
    code = subprocess.run(command).returncode
    return time.monotonic() - began, code in (0, NO_TESTS)


def main(arguments: Sequence[str]) -> int:
    names = {stage.name: stage for stage in STAGES}
    if arguments and arguments[0] not in names:
        raise SystemExit(f"run: there is no stage {arguments[0]!r}. The stages are {', '.join(names)}.")
    chosen = [names[arguments[0]]] if arguments else STAGES
    results = [(stage, *run(stage, arguments[1:])) for stage in chosen]
    print(f"\n{'stage':10}{'minutes':>8}{'budget':>8}")
    for stage, seconds, passed in results:
        print(f"{stage.name:10}{seconds / 60:8.1f}{stage.minutes:8.1f}{'' if passed else '  FAILED'}")
    failed = [stage.name for stage, _, passed in results if not passed]
    if failed:
        print(f"run: not every test passed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
