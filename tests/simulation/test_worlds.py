"""The run of CI: so many steps over each store, with each provider and with both; its figures are kept as JSON."""

from pathlib import Path

import pytest
from support.rounds import rounds

from simulation.counting import Tally
from simulation.marks import MARKS
from simulation.running import Order, run

FIGURES = Path(__file__).parents[2] / "artifacts" / "simulation"


def ran(store: str, provider: str, steps: int, first: int = 1) -> Tally:
    tally = run(Order(first=first, last=first + 100_000, store=store, provider=provider, steps=steps))
    FIGURES.mkdir(parents=True, exist_ok=True)
    (FIGURES / f"{store}-{provider}.json").write_text(tally.as_json(), "utf-8")
    assert not tally.failures
    assert tally.steps >= steps
    return tally


@pytest.mark.simulation
def test_no_law_is_broken_in_memory_and_every_mark_is_hit() -> None:
    """Worlds on V2 run the real adapter: each step of theirs costs twice as much."""
    whole = Tally()
    for provider, ci in (("v1", 1_100_000), ("v2", 300_000), ("both", 200_000)):
        whole.add(ran("memory", provider, rounds(ci=ci, soak=ci * 4)))
    assert not whole.missing_marks


@pytest.mark.simulation
def test_no_law_is_broken_over_sql_and_every_mark_is_hit_also_where_servers_commit_together() -> None:
    whole = ran("sql", "v1", rounds(ci=170_000, soak=1_000_000))
    whole.add(ran("sql", "both", rounds(ci=50_000, soak=500_000)))
    batched = ran("batched", "v1", rounds(ci=70_000, soak=500_000), first=1_001)
    assert batched.counts["batch: of several changes of one payment"]
    assert batched.counts["batch: undone, and each change alone"]
    whole.add(batched)
    assert not [mark for mark in MARKS if not whole.marks[mark]]
