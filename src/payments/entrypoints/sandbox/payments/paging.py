"""Sorting, time windows and pages of payment lists, by the documented rules."""

from collections.abc import Iterable
from typing import Any, Final

import attrs

from payments.entrypoints.sandbox.errors import CallRefused, Refusal
from payments.entrypoints.sandbox.guesses import Guesses
from payments.entrypoints.sandbox.payments.row import PaymentRow

DEFAULT_LIMIT: Final = 20
MAX_LIMIT: Final = 1000
MAX_SPAN: Final = 90 * 24 * 3600
SORTINGS: Final = ("-started", "started", "-paid", "paid", "-updated", "updated")


def moment(row: PaymentRow, kind: str) -> int:
    """Return when *row* was `started`, `paid` or last `updated` (UNIX seconds)."""
    return {"started": row.started_at, "paid": row.paid_at}.get(kind, row.hidden.updated_at)


def settled_at(row: PaymentRow) -> int:
    """Return the clock that a time window compares: that of the row's own status."""
    return {"ready": row.started_at, "paid": row.paid_at, "cancelled": row.cancelled_at, "failed": row.failed_at}[
        row.status
    ]


def ordered(rows: Iterable[PaymentRow], sorting: str, guesses: Guesses) -> list[PaymentRow]:
    """Return *rows* by *sorting* (`-started` by default), equal moments by their making."""
    if sorting not in SORTINGS:
        if sorting and guesses.unknown_sorting == "refused":
            raise CallRefused(Refusal(400, -1, guesses.bad_parameter_text).about("sorting"))
        sorting = SORTINGS[0]
    kind = sorting.removeprefix("-")
    return sorted(rows, key=lambda row: (moment(row, kind), row.hidden.order), reverse=sorting.startswith("-"))


@attrs.frozen
class TimeWindow:
    """An inclusive span of at most 90 days, both ends in UNIX seconds."""

    since: int
    until: int

    @classmethod
    def of(cls, since: int | None, until: int | None, now: int, guesses: Guesses) -> "TimeWindow":
        """Return the window asked for: until now, and 90 days long, unless the caller says otherwise."""
        end = now if until is None else until
        start = end - MAX_SPAN if since is None else since
        if until is not None and start > end:
            raise CallRefused(Refusal(400, -1, guesses.bad_parameter_text).about("from, to"))
        if end - start > MAX_SPAN:
            if guesses.span_over_90_days == "refused":
                raise CallRefused(Refusal(400, -1, guesses.bad_parameter_text).about("from, to"))
            start = end - MAX_SPAN
        return cls(start, end)

    def holds(self, row: PaymentRow) -> bool:
        """Whether the row's own clock lies inside."""
        return self.since <= settled_at(row) <= self.until


def page_of(
    rows: list[PaymentRow], page: int, limit: int, guesses: Guesses, *, beyond_refused: bool = True
) -> dict[str, Any]:
    """Return one page object `{total, previous, next, list}`; a page beyond the data is refused with 400."""
    cut = slice_of(rows, page, limit, guesses, beyond_refused=beyond_refused)
    return cut | {"list": [row.shown() for row in cut["list"]]}


def slice_of(
    items: list[Any], page: int, limit: int, guesses: Guesses, *, beyond_refused: bool = True
) -> dict[str, Any]:
    """Return one page object over anything, its `list` untouched."""
    if page < 1 or limit < 1 or (limit > MAX_LIMIT and guesses.limit_over_max == "refused"):
        raise CallRefused(Refusal(400, -1, guesses.bad_parameter_text).about("page, limit"))
    limit = min(limit, MAX_LIMIT)
    start = (page - 1) * limit
    beyond = start >= len(items)
    if beyond and beyond_refused and (page > 1 or guesses.page_of_nothing == "refused"):
        raise CallRefused(Refusal(400, -1, guesses.page_beyond_text))
    return {
        "total": len(items),
        "previous": page - 1,
        "next": page + 1 if start + limit < len(items) else 0,
        "list": items[start : start + limit],
    }
