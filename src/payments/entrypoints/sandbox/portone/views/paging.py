"""Pages of V2's lists: numbered from 0, of 10 by default, and within the first 60,000 rows."""

from collections.abc import Sequence
from typing import Any, Final

from payments.entrypoints.sandbox.portone.errors import refused
from payments.entrypoints.sandbox.portone.fields import Fields
from payments.entrypoints.sandbox.portone_guesses import PortOneGuesses

DEFAULT_SIZE: Final = 10
MAX_SIZE: Final = 1000
MAX_ROWS: Final = 60_000
DAYS_90: Final = 90 * 24 * 3600


def page_of(rows: Sequence[Any], page: Fields, guesses: PortOneGuesses) -> tuple[list[Any], dict[str, int]]:
    """Return the rows of the page that is asked for, and what the answer says of it. Raises CallRefused."""
    number, size = page.whole("number") or 0, page.whole("size", least=1)
    size = size_of(size, guesses)
    if (number + 1) * size > MAX_ROWS:
        raise refused("INVALID_REQUEST", f"page: (number + 1) x size must not exceed {MAX_ROWS}")
    shown = list(rows[number * size : (number + 1) * size])
    return shown, {"number": number, "size": size, "totalCount": len(rows)}


def size_of(asked: int | None, guesses: PortOneGuesses) -> int:
    """Return the size of a page. Raises CallRefused for one that is too large (see the guesses)."""
    size = DEFAULT_SIZE if asked is None else asked
    if size > MAX_SIZE and guesses.size_over_max == "refused":
        raise refused("INVALID_REQUEST", f"size: at most {MAX_SIZE}")
    return min(size, MAX_SIZE)


def holds(at: float, since: float, until: float, guesses: PortOneGuesses) -> bool:
    """Whether a moment lies in a span; whether its end is in it is a guess."""
    return since <= at < until or (at == until and guesses.list_ends == "both inclusive")
