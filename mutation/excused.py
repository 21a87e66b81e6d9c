"""Excused: mutants that no test can notice, because nothing that matters differs. Each has a reason."""

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import attrs

from mutation.mutants import Mutant

FILE: Final = Path(__file__).parent / "equivalent.toml"


@attrs.frozen
class Excuse:
    path: str
    before: str
    after: str
    reason: str

    def covers(self, mutant: Mutant) -> bool:
        return (self.path, self.before, self.after) == (mutant.path, mutant.before, mutant.after)


def read() -> list[Excuse]:
    """Return the list of equivalent.toml."""
    return [Excuse(**one) for one in tomllib.loads(FILE.read_text("utf-8")).get("excused", [])]


def excuse_of(mutant: Mutant, excuses: Iterable[Excuse]) -> Excuse | None:
    return next((excuse for excuse in excuses if excuse.covers(mutant)), None)


def stale(excuses: Iterable[Excuse], mutants: Iterable[Mutant]) -> list[Excuse]:
    """Return the excuses of mutants that do not exist any more."""
    existing = {(mutant.path, mutant.before, mutant.after) for mutant in mutants}
    return [excuse for excuse in excuses if (excuse.path, excuse.before, excuse.after) not in existing]
