"""The same seed is the same run: otherwise no failure could be repeated."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.rounds import rounds

from simulation.group_commit import GroupCommit
from simulation.plan import Plan
from simulation.running import Order, run_seeds
from simulation.scheduler import Process
from simulation.stored import world_over
from simulation.world import World

ROOT = Path(__file__).parents[2]
ROUNDS = {"v1": rounds(ci=26, soak=600), "v2": rounds(ci=7, soak=200), "both": rounds(ci=7, soak=200)}
PROGRAM = """
import sys
from simulation.running import Order, run_seeds
for provider, last in zip(sys.argv[1::2], map(int, sys.argv[2::2])):
    print(run_seeds(Order(first=1, last=last, provider=provider), range(1, last + 1)).traces)
"""


@pytest.mark.simulation
def test_the_same_seed_is_the_same_run_in_another_process_with_another_hash_seed() -> None:
    here = [
        run_seeds(Order(first=1, last=last, provider=provider), range(1, last + 1)).traces
        for provider, last in ROUNDS.items()
    ]
    there = subprocess.run(
        [sys.executable, "-c", PROGRAM, *(str(word) for pair in ROUNDS.items() for word in pair)],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "4321", "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    assert there.splitlines() == [str(traces) for traces in here]


def test_the_same_seed_is_the_same_run_where_servers_commit_together() -> None:
    one, other = (run_seeds(Order(first=1, last=1, store="batched"), [1]).traces for _ in range(2))
    assert one == other


def test_a_call_that_waits_is_not_begun_before_its_batch() -> None:
    """Where a world ends first, Python would warn of each call that was made ready and never awaited."""
    made = []
    with world_over("batched", Plan.drawn(1)) as world:
        waits = GroupCommit(world).read("look", lambda: made.append("a call"))  # type: ignore[arg-type, return-value, func-returns-value]
        world.scheduler.current = Process("server", waits, "server")
        waits.send(None)
        assert not made
        waits.close()


def test_another_seed_is_another_run() -> None:
    assert World(Plan.drawn(1)).run().scheduler.trace != World(Plan.drawn(2)).run().scheduler.trace


def test_another_salt_is_another_order_of_the_same_people() -> None:
    one, other = (next(iter(run_seeds(Order(first=1, last=1, salt=salt), [1]).traces.values())) for salt in (0, 1))
    assert one != other


def test_both_stores_see_the_same_run() -> None:
    for provider, last in (("v1", 2), ("both", 1)):
        orders = [Order(first=1, last=last, store=store, provider=provider) for store in ("memory", "sql")]
        memory, sql = (run_seeds(order, range(1, last + 1)).traces for order in orders)
        assert memory == sql
