"""The run of CI: so many steps over each store, every mark hit, no law broken; its figures are kept as JSON."""

from pathlib import Path

import pytest
from support.rounds import rounds

from simulation.counting import Tally
from simulation.running import Order, run

FIGURES = Path(__file__).parents[2] / "artifacts" / "simulation"


def ran(store: str, steps: int, first: int = 1) -> Tally:
    tally = run(Order(first=first, last=first + 100_000, store=store, steps=steps))
    FIGURES.mkdir(parents=True, exist_ok=True)
    (FIGURES / f"{store}.json").write_text(tally.as_json(), "utf-8")
    assert not tally.failures
    assert tally.steps >= steps
    return tally


@pytest.mark.simulation
def test_no_law_is_broken_in_memory_and_every_mark_is_hit() -> None:
    assert not ran("memory", rounds(ci=2_000_000, soak=8_000_000)).missing_marks


@pytest.mark.simulation
def test_no_law_is_broken_over_sql_and_every_mark_is_hit_also_where_servers_commit_together() -> None:
    tally = ran("sql", rounds(ci=230_000, soak=1_500_000))
    batched = ran("batched", rounds(ci=70_000, soak=500_000), first=1_001)
    assert batched.counts["batch: of several changes of one payment"]
    assert batched.counts["batch: undone, and each change alone"]
    tally.add(batched)
    assert not tally.missing_marks
