"""Marks: what every run of CI must have met at least once, or it has proved too little."""

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from payments.domain.event import Event, EventKind
from payments.domain.machine import Status
from payments.domain.payment import Payment

if TYPE_CHECKING:
    from simulation.world import World

MARKS: Final = (
    "late capture", "duplicate capture", "mismatched capture", "stale snapshot", "lost commit answer",
    "checksum refusal", "rebase", "cancel done after we gave up", "in progress", "found by reconciliation only",
    "lease taken over", "key resumed", "late approval", "capture at the border of expiry",
    "play money in a live shop", "orphan beside a waiting account", "unreadable row", "page shifted",
)  # fmt: skip


ONLY_OF_V1: Final = frozenset({"in progress"})
OF_V2: Final = ("accepted refund done", "accepted refund failed", "failed in a success")
OF_BOTH: Final = ("row of V1 in V2's list",)


def marks_of(provider: str) -> tuple[str, ...]:
    """Return what worlds on these providers must meet: `v1`, `v2` or `both`."""
    if provider == "v1":
        return MARKS
    common = tuple(mark for mark in MARKS if mark not in ONLY_OF_V1)
    return common + OF_V2 + (OF_BOTH if provider == "both" else ())


class Marks:
    """Counts how often each was hit."""

    def __init__(self) -> None:
        self.hits: Counter[str] = Counter()
        self._totals: dict[tuple[Any, int], int] = {}

    def hit(self, mark: str) -> None:
        self.hits[mark] += 1

    def page_read(self, reader: Any, page: int, since: int, total: int) -> None:
        """Notice a list that changes while one process reads its pages."""
        if page == 1:
            if self._totals.get((reader, since), total) != total:
                self.hit("page shifted")
            self._totals[reader, since] = total
        elif self._totals.get((reader, since), total) != total:
            self.hit("page shifted")


def note_event(world: "World", before: Payment | None, event: Event) -> None:
    """Hit the marks of a change that was stored."""
    marks = world.marks
    if event.kind is EventKind.STRAYED:
        name = {"late": "late capture", "duplicate": "duplicate capture", "mismatch": "mismatched capture"}
        if event.reason in name:
            marks.hit(name[event.reason])
        if event.reason == "wrong_mode" and world.plan.live:
            marks.hit("play money in a live shop")
    elif event.kind is EventKind.REFUND_REBASED:
        marks.hit("rebase")
    elif event.kind is EventKind.CAPTURED and event.gateway_id:
        row = world.provider.rows[event.gateway_id]
        if event.by == "reconciliation":
            marks.hit("found by reconciliation only")
        if row.declined_before:
            marks.hit("late approval")
        if before and before.status is Status.AWAITING and event.at > before.expires_at:
            marks.hit("capture at the border of expiry")
