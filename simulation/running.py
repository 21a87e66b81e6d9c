"""Running: many seeds on every core, until they are done or the time or the steps are used up."""

import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, wait
from typing import Final

import attrs

from simulation.counting import Tally
from simulation.plan import Plan
from simulation.stored import world_over

BATCH: Final = {"memory": 4, "sql": 2, "batched": 2}
Bar = Callable[[Tally], None]


@attrs.frozen(kw_only=True)
class Order:
    """What to run: seeds from `first` to `last`, on one kind of store, for at most so long or so many steps."""

    first: int
    last: int
    store: str = "memory"
    provider: str = "v1"
    seconds: float | None = None
    steps: int | None = None
    people: tuple[int, ...] = ()
    without: tuple[str, ...] = ()
    salt: int = 0
    jobs: int = attrs.Factory(lambda: os.cpu_count() or 1)

    def plan(self, seed: int) -> Plan:
        plan = attrs.evolve(Plan.drawn(seed, self.provider), salt=self.salt)
        return (plan.only(self.people) if self.people else plan).without(*self.without)


def run_seeds(order: Order, seeds: Iterable[int]) -> Tally:
    """Run these seeds one after the other, and return what they counted."""
    tally = Tally()
    for seed in seeds:
        with world_over(order.store, order.plan(seed)) as world:
            tally.add(Tally.of(world.run()))
    return tally


def run(order: Order, bar: Bar = lambda _: None) -> Tally:
    """Run the order on `jobs` cores. `bar` is shown what is counted so far."""
    began, tally = time.monotonic(), Tally()
    batches = _batches(order)
    if order.jobs == 1:
        for batch in batches:
            if _is_enough(order, tally, began):
                break
            tally.add(run_seeds(order, batch))
            bar(tally)
        return tally
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(order.jobs, mp_context=context) as pool:
        running: set[Future[Tally]] = set()
        for batch in batches:
            if _is_enough(order, tally, began):
                break
            running.add(pool.submit(run_seeds, order, batch))
            if len(running) >= 2 * order.jobs:
                running = _gathered(running, tally, bar)
        while running:
            running = _gathered(running, tally, bar)
    return tally


def _batches(order: Order) -> Iterator[list[int]]:
    size = BATCH[order.store]
    for start in range(order.first, order.last + 1, size):
        yield list(range(start, min(start + size, order.last + 1)))


def _is_enough(order: Order, tally: Tally, began: float) -> bool:
    if order.steps is not None and tally.steps >= order.steps:
        return True
    return order.seconds is not None and time.monotonic() - began >= order.seconds


def _gathered(running: set[Future[Tally]], tally: Tally, bar: Bar) -> set[Future[Tally]]:
    done, still = wait(running, return_when="FIRST_COMPLETED")
    for future in done:
        tally.add(future.result())
    bar(tally)
    return still


@attrs.define
class ProgressBar:
    """One line on a terminal: how far the run is, how fast, and whether a law was broken."""

    order: Order
    began: float = attrs.Factory(time.monotonic)

    def __call__(self, tally: Tally) -> None:
        if not sys.stderr.isatty():
            return
        seconds = time.monotonic() - self.began
        share = self._share(tally, seconds)
        filled = int(share * 24)
        line = f"[{'#' * filled}{'.' * (24 - filled)}] {tally.seeds:,} worlds, {tally.steps:,} steps"
        line += f", {tally.steps / max(seconds, 0.01):,.0f} steps/s, {len(tally.failures)} violations"
        print(f"\r{line:<100}", end="", file=sys.stderr, flush=True)

    def _share(self, tally: Tally, seconds: float) -> float:
        shares = [tally.seeds / (self.order.last - self.order.first + 1)]
        if self.order.steps:
            shares.append(tally.steps / self.order.steps)
        if self.order.seconds:
            shares.append(seconds / self.order.seconds)
        return min(1.0, max(shares))
