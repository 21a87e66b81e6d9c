"""Periods as people write them: dates in a time zone, whole days each, or moments."""

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from payments.domain.books.days import day_end, day_start
from payments.domain.books.search import Period, PeriodOf
from payments.domain.errors import BadInput

DATE: Final = r"\d{4}-\d\d-\d\d"
MOMENT: Final = rf"{DATE}[T ]\d\d:\d\d(:\d\d(\.\d{{1,6}})?)?(Z|[+-]\d\d:\d\d)?"
MAX_ZONE_NAME: Final = 64


@cache
def zone_named(name: str) -> ZoneInfo:
    """Return a time zone by its IANA name, such as Asia/Seoul. Raises BadInput for a name that is none."""
    try:
        if re.fullmatch(rf"[A-Za-z0-9_+/-]{{1,{MAX_ZONE_NAME}}}", name):
            return ZoneInfo(name)
    except (ValueError, KeyError, OSError):  # ZoneInfoNotFoundError is a KeyError; a folder of that name an OSError
        pass
    raise BadInput(f"{name[:MAX_ZONE_NAME]!r} is no time zone. Name one like Asia/Seoul.")


def read_period(of: PeriodOf, since: str | None, until: str | None, zone: tzinfo) -> Period:
    """Return the period from *since* to *until*: a date is all of its day, a moment without an offset is in *zone*.

    The last day belongs to the period, a last moment does not. Raises BadInput for any other text.
    """
    return Period(
        of=of,
        since=None if since is None else _start(since, zone),
        until=None if until is None else _end(until, zone),
    )


def read_day(text: str) -> date:
    """Return a date such as 2026-11-25. Raises BadInput."""
    try:
        if re.fullmatch(DATE, text):
            return date.fromisoformat(text)
    except ValueError:  # such as the 31st of June
        pass
    raise BadInput(f"{text[:40]!r} is no date. Write it like 2026-11-25.")


def late_on(text: str, zone: tzinfo, now: datetime) -> datetime:
    """Return the last moment of a day such as 2026-11-25 in *zone*, or *now* while that day lasts. Raises BadInput."""
    day = read_day(text)
    if day_start(day, zone) > now:
        raise BadInput(f"{text} is in the future.")
    return min(day_end(day, zone) - timedelta(microseconds=1), now)


def read_month(text: str) -> tuple[date, date]:
    """Return the first and the last day of a month such as 2026-11. Raises BadInput."""
    try:
        first = read_day(f"{text}-01")
    except BadInput:
        raise BadInput(f"{text[:40]!r} is no month. Write it like 2026-11.") from None
    return first, first.replace(day=monthrange(first.year, first.month)[1])


def _start(text: str, zone: tzinfo) -> datetime:
    return day_start(read_day(text), zone) if len(text) <= len("2026-11-25") else _moment(text, zone)


def _end(text: str, zone: tzinfo) -> datetime:
    return day_end(read_day(text), zone) if len(text) <= len("2026-11-25") else _moment(text, zone)


def _moment(text: str, zone: tzinfo) -> datetime:
    try:
        if re.fullmatch(MOMENT, text):
            found = datetime.fromisoformat(text)
            moment = found if found.tzinfo else found.replace(tzinfo=zone)
            day_start(moment.date(), UTC)  # a year that arithmetic can handle
            return moment.astimezone(UTC)
    except ValueError:  # such as 25 o'clock
        pass
    raise BadInput(f"{text[:40]!r} is no moment. Write a date, or a moment like 2026-11-25T09:00:00+09:00.")
