"""Settings as they are in force, without secrets, and what `payments check` says of them."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any, Final

import attrs
from starlette.responses import Response
from typed_settings import Secret

from payments.entrypoints.checking import parts
from payments.entrypoints.checking.parts import Result
from payments.entrypoints.console.pages.page import Page
from payments.entrypoints.console.visit import Visit


@attrs.frozen
class Row:
    """A setting: `hidden` is true for a secret, of which only whether it is set may be known."""

    name: str
    value: str
    help: str
    hidden: bool
    is_default: bool


async def show(visit: Visit) -> Response:
    """The page of settings."""
    return _page(visit, [])


async def check(visit: Visit) -> Response:
    """The same, with what `payments check` says now. Nothing is changed."""
    service, settings = visit.service, visit.house.settings
    asking = asyncio.to_thread(parts.of_providers, settings) if service.suspends else None
    providers = await asking if asking else parts.of_providers(settings)
    database = await parts.of_database(service.ready())
    audit = await parts.of_audit(service.people.audit)
    return _page(visit, [parts.of_settings(settings), database, audit, *providers])


def _page(visit: Visit, results: Sequence[Result]) -> Response:
    return visit.page("settings.html", rows=list(rows_of(visit.house.settings)), results=results)


def rows_of(settings: Any, before: str = "") -> Iterator[Row]:
    """Yield every setting with its dotted name. What a class hides from its `repr` is not shown."""
    for field in attrs.fields(type(settings)):
        value, name = getattr(settings, field.name), f"{before}{field.name}"
        if attrs.has(type(value)):
            yield from rows_of(value, f"{name}.")
            continue
        hidden = field.repr is False or isinstance(value, Secret)
        plain = value.get_secret_value() if isinstance(value, Secret) else value
        shown = "" if hidden else field.repr(value).strip("'\"") if callable(field.repr) else _written(value)
        about = field.metadata.get("typed-settings", {}).get("help") or ""
        yield Row(name, shown or ("set" if plain else ""), about, hidden, value == field.default)


def _written(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {one}" for key, one in value.items())
    if isinstance(value, tuple | frozenset | list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


PAGES: Final = (
    Page("GET", "/settings", show),
    Page("POST", "/settings/check", check),
)
