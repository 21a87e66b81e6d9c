"""Bugs: each planted bug must be found by the simulator itself, by a known seed and in fresh ones."""

import json
import multiprocessing
import os
import statistics
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final

from simulation.bugs import of_batches, of_money, of_refunds, of_v2, of_workers
from simulation.bugs.planting import BUGS, MEMORY, bugs_over
from simulation.plan import Plan
from simulation.stored import world_over

ROOMS: Final = (of_money, of_refunds, of_workers, of_batches, of_v2)
FRESH: Final = 100_000
"""Where fresh seeds begin: far from those that the simulator was tried with."""
MOST: Final = 60
"""How many seeds are tried over a store for which no seed is known."""


def law_broken_by(name: str, seed: int, store: str = MEMORY) -> str | None:
    """Return the law that the world of *seed* finds broken with this bug in the code; None if it finds nothing."""
    with BUGS[name].planted(), world_over(store, Plan.drawn(seed, BUGS[name].provider)) as world:
        world.run()
    if world.laws.violations:
        return world.laws.violations[0].law
    return "it comes to rest" if world.scheduler.steps >= world.most_steps else None


def first_seed(name: str, start: int, most: int, store: str = MEMORY) -> tuple[int, str] | None:
    """Return how many seeds from *start* on it takes to find the bug, and the law it breaks."""
    for number in range(most):
        if law := law_broken_by(name, start + number, store):
            return number + 1, law
    return None


def main(only: str, fresh: int, path: Path | None, store: str = MEMORY) -> int:
    """Find every bug by its known seed or, with *fresh*, among so many fresh seeds; 0 if all were found."""
    chosen = [name for name in bugs_over(store) if only in name]
    most = fresh or (1 if store == MEMORY else MOST)
    found: dict[str, tuple[int, str]] = {}
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count() or 1, mp_context=context) as pool:
        starts = {name: FRESH if fresh else BUGS[name].seed for name in chosen}
        futures = {name: pool.submit(first_seed, name, start, most, store) for name, start in starts.items()}
        for name, future in futures.items():
            result = future.result()
            if result:
                found[name] = result
            told = f"found after {result[0]} worlds: {result[1]}" if result else "NOT FOUND"
            print(f"  {name:<48} {told}", flush=True)
    if found:
        median = statistics.median(number for number, _ in found.values())
        print(f"{len(found)} of {len(chosen)} planted bugs found; the median took {median:g} worlds")
    if path:
        counted = {name: {"worlds": n, "law": law} for name, (n, law) in found.items()}
        path.write_text(json.dumps({"bugs": counted, "planted": len(chosen)}, indent=2), "utf-8")
    missed = [name for name in chosen if name not in found]
    if missed:
        print(f"not found: {', '.join(missed)}", file=sys.stderr)
    return 1 if missed else 0
