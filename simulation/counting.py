"""Counting: what a run has counted. The JSON of several parts adds up to that of the whole."""

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

import attrs

from simulation.marks import marks_of
from simulation.world import World


@attrs.define(kw_only=True)
class Tally:
    """Seeds, steps, crashes at each point, each fault and each mark, and the seeds that broke a law."""

    seeds: int = 0
    steps: int = 0
    virtual_days: float = 0
    payments: int = 0
    events: int = 0
    refunds_executed: int = 0
    crashes: Counter[str] = attrs.Factory(Counter)
    counts: Counter[str] = attrs.Factory(Counter)
    marks: Counter[str] = attrs.Factory(Counter)
    failures: list[dict[str, Any]] = attrs.Factory(list)
    traces: dict[int, str] = attrs.Factory(dict)
    providers: list[str] = attrs.Factory(list)
    """Which providers the worlds had: v1, v2, both."""

    @classmethod
    def of(cls, world: World) -> Self:
        """Return what one world counted."""
        broken = [{"seed": world.plan.seed, "law": v.law, "sentence": v.sentence} for v in world.laws.violations[:1]]
        if not broken and world.scheduler.steps >= world.most_steps:
            broken = [{"seed": world.plan.seed, "law": "it comes to rest", "sentence": "the steps were used up"}]
        return cls(
            seeds=1,
            steps=world.scheduler.steps,
            virtual_days=world.scheduler.now / 86_400_000,
            payments=len(world.laws.payments),
            events=len(world.laws.messages),
            refunds_executed=len(world.provider.executed),
            crashes=Counter({_point(at): n for at, n in world.crashed.items()}),
            counts=Counter({f"{kind}: {what}": n for (kind, what), n in world.counts.items()}),
            marks=Counter(world.marks.hits),
            failures=broken,
            traces={world.plan.seed: world.scheduler.trace},
            providers=[world.plan.provider],
        )

    def add(self, other: Self) -> None:
        """Add what another world or part counted."""
        self.seeds += other.seeds
        self.steps += other.steps
        self.virtual_days += other.virtual_days
        self.payments += other.payments
        self.events += other.events
        self.refunds_executed += other.refunds_executed
        self.crashes.update(other.crashes)
        self.counts.update(other.counts)
        self.marks.update(other.marks)
        self.failures.extend(other.failures)
        self.traces.update(other.traces)
        self.providers = sorted({*self.providers, *other.providers})

    @property
    def missing_marks(self) -> list[str]:
        wanted = dict.fromkeys(mark for provider in self.providers for mark in marks_of(provider))
        return [mark for mark in wanted if not self.marks[mark]]

    def as_json(self) -> str:
        counted = attrs.asdict(self) | {"missing_marks": self.missing_marks}
        del counted["traces"]
        return json.dumps(counted, ensure_ascii=False, indent=2, sort_keys=True)

    @classmethod
    def read(cls, paths: Iterable[Path]) -> Self:
        """Return the sum of the JSON of several parts."""
        whole = cls()
        for path in paths:
            told = json.loads(path.read_text("utf-8"))
            told.pop("missing_marks")
            counters = {name: Counter(told.pop(name)) for name in ("crashes", "counts", "marks")}
            told |= counters
            whole.add(cls(**told))
        return whole

    def table(self) -> str:
        """Return what was counted, for a person."""
        lines = [
            f"{self.seeds:,} worlds, {self.steps:,} steps, {self.virtual_days:,.0f} days of virtual time",
            f"{self.payments:,} payments, {self.events:,} events, {self.refunds_executed:,} refunds executed",
            f"{sum(self.crashes.values()):,} deaths of a process, at {len(self.crashes)} points",
        ]
        for title, counter in (("marks", self.marks), ("counted", self.counts), ("deaths", self.crashes)):
            lines += ["", f"{title}:"]
            lines += [f"  {n:>9,}  {what}" for what, n in sorted(counter.items(), key=lambda c: (-c[1], c[0]))]
        if self.missing_marks:
            lines += ["", "never met: " + ", ".join(self.missing_marks)]
        lines += ["", f"{len(self.failures)} violations"]
        lines += [f"  seed {f['seed']}: {f['law']}: {f['sentence']}" for f in self.failures[:20]]
        return "\n".join(lines)


def _point(at: str) -> str:
    return "waiting" if at.startswith("waiting for") else at
