"""Rows that are named by two columns: one condition that both databases answer from an index.

SQLite reads the whole table for `(a, b) IN (...)` alone, so each column is also compared by itself.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import sqlalchemy as sa

_PAIRS: Final = "pairs"


def is_one_of_pairs(first: sa.Column[Any], second: sa.Column[Any]) -> sa.ColumnElement[bool]:
    """Return the condition that the two columns are one of the pairs that `pairs` gives. A statement has one such."""
    return sa.and_(
        first.in_(sa.bindparam(f"{_PAIRS}_first", expanding=True)),
        second.in_(sa.bindparam(f"{_PAIRS}_second", expanding=True)),
        sa.tuple_(first, second).in_(sa.bindparam(_PAIRS, expanding=True)),
    )


def pairs(given: Iterable[tuple[str | None, str | None]]) -> Mapping[str, Any]:
    """Return the parameters of a statement with `is_one_of_pairs`."""
    both = list(given)
    return {
        f"{_PAIRS}_first": list({first for first, _ in both}),
        f"{_PAIRS}_second": list({second for _, second in both}),
        _PAIRS: both,
    }
