"""Marks: what every run of CI must have met at least once, or it has proved too little."""

from collections import Counter
from typing import Any, Final

MARKS: Final = (
    "late capture", "duplicate capture", "mismatched capture", "stale snapshot", "lost commit answer",
    "checksum refusal", "rebase", "cancel done after we gave up", "in progress", "found by reconciliation only",
    "lease taken over", "key resumed", "late approval", "capture at the border of expiry",
    "play money in a live shop", "orphan beside a waiting account", "unreadable row", "page shifted",
)  # fmt: skip


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

    @property
    def missing(self) -> list[str]:
        return [mark for mark in MARKS if not self.hits[mark]]
