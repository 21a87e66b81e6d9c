"""The run of CI: so many steps over each store, every mark hit, no law broken; its figures are kept as JSON."""

from pathlib import Path

import pytest
from support.rounds import rounds

from simulation.counting import Tally
from simulation.running import Order, run

FIGURES = Path(__file__).parents[2] / "artifacts" / "simulation"


def ran(store: str, steps: int, last: int) -> Tally:
    tally = run(Order(first=1, last=last, store=store, steps=steps))
    FIGURES.mkdir(parents=True, exist_ok=True)
    (FIGURES / f"{store}.json").write_text(tally.as_json(), "utf-8")
    return tally


@pytest.mark.simulation
@pytest.mark.parametrize(
    ("store", "steps"),
    [
        ("memory", rounds(ci=2_000_000, soak=8_000_000)),
        ("sql", rounds(ci=300_000, soak=2_000_000)),
    ],
)
def test_no_law_is_broken_and_every_mark_is_hit(store: str, steps: int) -> None:
    tally = ran(store, steps, last=100_000)
    assert not tally.failures
    assert not tally.missing_marks
    assert tally.steps >= steps
