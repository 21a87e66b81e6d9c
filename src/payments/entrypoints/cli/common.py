"""What all commands share: options, the service, and how results are printed.

Common      --config, --json, --language
working     the wired service for one command; stored: only the store, for commands that need no provider
say         one line on stdout; table: aligned columns; print_json: for machines
"""

import getpass
import os
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import attrs
from cyclopts import Parameter

from payments.domain.errors import BadInput
from payments.domain.values import Caller
from payments.entrypoints.display import Language, one_line

if TYPE_CHECKING:
    from payments.domain.ports import Store
    from payments.entrypoints.service import Service

MAX_OPERATOR_LENGTH: Final = 60
MAX_LIST_LENGTH: Final = 1000


def _language() -> Language:
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "ko" if locale.lower().startswith("ko") else "en"


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class Common:
    """Options of every command.

    Parameters
    ----------
    config
        The settings file. Default: PAYMENTS_CONFIG, or payments.toml. Environment variables override it.
    json
        Print JSON: money in minor units, times in UTC.
    language
        The language of the output, ko or en. Default: the locale's.
    """

    config: Path | None = None
    json: Annotated[bool, Parameter(negative="")] = False
    language: Language = attrs.field(factory=_language)


DEFAULT: Final = Common()


@contextmanager
def working(common: Common) -> "Iterator[Service]":
    """Yield the wired Service. Raises BadSettings, or whatever refuses the database or the provider's settings."""
    from payments.entrypoints.bootstrap import opened
    from payments.entrypoints.settings import load_settings

    with opened(load_settings(common.config)) as service:
        yield service


@contextmanager
def stored(common: Common) -> "Iterator[Store]":
    """Yield only the store, for commands that need no provider and none of its keys."""
    from payments.entrypoints.bootstrap import opened_store
    from payments.entrypoints.settings import load_settings

    with opened_store(load_settings(common.config)) as store:
        yield store


def operator() -> Caller:
    """Return the caller for the timeline: the shop, with the login name of the current user."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError, ImportError):  # no login name, as in some containers
        name = "operator"
    return Caller.shop(f"cli:{name}"[:MAX_OPERATOR_LENGTH])


def check_limit(limit: int) -> None:
    """Raises BadInput if a list cannot have this length."""
    if not 1 <= limit <= MAX_LIST_LENGTH:
        raise BadInput(f"--limit must be between 1 and {MAX_LIST_LENGTH}; got {limit}.")


def say(*lines: str) -> None:
    """Print lines. Text from outside, such as an order's name, stays on its line."""
    for line in lines:
        sys.stdout.write(f"{one_line(line)}\n")
    sys.stdout.flush()


def print_json(value: Any) -> None:
    """Print *value* as one line of JSON."""
    import msgspec

    say(msgspec.json.encode(value).decode())


def table(rows: Sequence[Sequence[str]], right: frozenset[int] = frozenset()) -> None:
    """Print rows in aligned columns; those in *right* are right-aligned. Korean characters are two columns wide."""
    rows = [[one_line(cell) for cell in row] for row in rows]
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [_padded(cell, widths[i], to_right=i in right) for i, cell in enumerate(row)]
        say("  ".join(cells).rstrip())


def width(text: str) -> int:
    """Return how many columns *text* takes in a terminal."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _padded(text: str, columns: int, *, to_right: bool) -> str:
    blanks = " " * (columns - width(text))
    return blanks + text if to_right else text + blanks
