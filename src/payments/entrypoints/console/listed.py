"""Records that are listed from the latest on: what a page shows of them, and where the next ones are."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Protocol, TypeVar

from payments.domain.errors import PaymentNotFound
from payments.entrypoints.console.visit import Visit
from payments.entrypoints.http.shapes.errors import NoSuchPage

PER_PAGE: Final = 30


class Named(Protocol):
    """A record with an id of its own."""

    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=Named)


async def listed(
    visit: Visit, path: str, page: Callable[[str | None, int], Awaitable[Sequence[T]]]
) -> tuple[Sequence[T], str]:
    """Return the records of the page at *path* that is asked for, and the address of the next page, or an empty one.

    *page* returns up to so many records after an id. Raises NoSuchPage where there is no such id.
    """
    try:
        found = await page(visit.query.get("before") or None, PER_PAGE + 1)
    except PaymentNotFound:
        raise NoSuchPage("There is no such page.") from None
    more = visit.url(path, before=found[PER_PAGE - 1].id) if len(found) > PER_PAGE else ""
    return found[:PER_PAGE], more
