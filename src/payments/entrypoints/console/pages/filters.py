"""Searches that an operator has saved. They are kept in a cookie of this browser, because they are nobody else's."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import parse_qsl, urlencode

import attrs
from starlette.responses import Response

from payments.domain.errors import BadInput
from payments.entrypoints.console.pages.page import Page
from payments.entrypoints.console.pages.searching import asked_of, filter_of
from payments.entrypoints.console.visit import FILTERS_COOKIE, YEAR_SECONDS, Visit, with_cookie

MOST: Final = 8
MAX_NAME: Final = 30
MAX_COOKIE: Final = 3500
"""Characters; a browser keeps at most 4096 for a cookie with its name."""


@attrs.frozen
class Saved:
    """A search under a name; `query` is its part of the address."""

    name: str
    query: str


def saved_of(visit: Visit) -> list[Saved]:
    """Return the saved searches. A cookie that cannot be read has none."""
    try:
        rows = json.loads(urlsafe_b64decode(visit.saved_filters.encode()))
        return [Saved(name[:MAX_NAME], known_part(query)) for name, query in rows][:MOST]
    except (ValueError, TypeError, AttributeError):
        return []


def known_part(query: str) -> str:
    """Return the fields of a search in *query*, without anything else."""
    return query_of(asked_of(dict(parse_qsl(query, max_num_fields=30))))


def query_of(asked: Mapping[str, str]) -> str:
    """Return the search as a part of an address."""
    return urlencode({name: value for name, value in asked.items() if value})


async def save(visit: Visit) -> Response:
    """Save a search under a name; one of the same name is replaced."""
    name, query = visit.form.get("name", "").strip()[:MAX_NAME], known_part(visit.form.get("query", ""))
    filter_of(asked_of(dict(parse_qsl(query))), visit.service.zone)
    if not name or not query:
        raise BadInput("A saved search needs a name, and something that it searches for.")
    others = [one for one in saved_of(visit) if one.name != name]
    if len(others) >= MOST:
        raise BadInput(f"At most {MOST} searches can be saved. Delete one first.")
    return _keep(visit, [*others, Saved(name, query)], query)


async def forget(visit: Visit) -> Response:
    """Delete a saved search."""
    return _keep(visit, [one for one in saved_of(visit) if one.name != visit.form.get("name")], "")


def _keep(visit: Visit, searches: Sequence[Saved], query: str) -> Response:
    value = urlsafe_b64encode(json.dumps([[one.name, one.query] for one in searches]).encode()).decode()
    if len(value) > MAX_COOKIE:
        raise BadInput("The saved searches are too long. Delete one first.")
    answer = visit.go(visit.url("/payments") + (f"?{query}" if query else ""))
    return with_cookie(answer, FILTERS_COOKIE, value, visit, seconds=YEAR_SECONDS, path="/")


PAGES: Final = (
    Page("POST", "/filters", save),
    Page("POST", "/filters/forget", forget),
)
