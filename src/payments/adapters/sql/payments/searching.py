"""The statements that search: one for each combination of conditions, so that the database plans each by its indexes.

A list is read in the order of an index from the place where the last page ended, never sorted as a whole: `payments`
where it is sorted by the begin or the name, `attempts` and `refunds` where it is sorted by when money came or went.
"""

import functools
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Self

import attrs
import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

from payments.adapters.sql.payments.reading import WHOLE_COLUMNS, joined_to
from payments.adapters.sql.schema.moment import Moment
from payments.adapters.sql.schema.tables import (
    DONE,
    OPEN,
    OPEN_STRAY,
    QUESTIONED,
    TAKEN,
    attempts,
    payments,
    refunds,
)
from payments.domain.books.search import Filter, Listing, PeriodOf
from payments.domain.errors import PaymentNotFound
from payments.domain.values import MerchantId

_SINCE: Final = sa.bindparam("since", type_=Moment)
_UNTIL: Final = sa.bindparam("until", type_=Moment)
_LIMIT: Final = sa.bindparam("limit", type_=sa.Integer, literal_execute=True)
"""A part of the text: what is bound makes PostgreSQL expect many rows, and then it plans each page anew."""
_LAST_NAME: Final = "\U0010ffff" * 200
"""The greatest name: no name with a given beginning sorts after that beginning followed by it."""
_EQUAL: Final = {
    "buyer": payments.c.buyer,
    "status": payments.c.status,
    "order": payments.c.order_ref,
    "method": payments.c.method,
    "currency": payments.c.currency,
}


class _Unindexed(sa.sql.functions.GenericFunction[str]):
    """A column whose index SQLite must not choose: without statistics, it prefers any equality to a short period."""

    type = sa.String()
    inherit_cache = True


@compiles(_Unindexed)
def _same(element: _Unindexed, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.clauses, **options))


@compiles(_Unindexed, "sqlite")
def _with_plus(element: _Unindexed, compiler: Any, **options: Any) -> str:
    return f"+{compiler.process(element.clauses, **options)}"


_OF_FEW_VALUES: Final = frozenset({"status", "method", "currency"})

_also_paid: Final = payments.alias()
_ANOTHER_PAID: Final = sa.exists().where(
    _also_paid.c.order_ref == payments.c.order_ref,
    _also_paid.c.status == sa.literal_column("'paid'"),
    _also_paid.c.merchant_id != payments.c.merchant_id,
)
_NAMES: Final = (attempts.c.gateway_id, attempts.c.approval_number, attempts.c.transaction_id)
_OWN_NAMES: Final = (payments.c.merchant_id, payments.c.order_ref)


def _called() -> sa.CompoundSelect[Any]:
    """One statement for each kind of name, because each has an index of its own."""
    own = payments.alias()
    of_attempts = [
        sa.select(attempts.c.merchant_id).where(name == sa.bindparam("called"), name != sa.literal_column("''"))
        for name in _NAMES
    ]
    of_payments = [
        sa.select(own.c.merchant_id).where(own.c[name.name] == sa.bindparam("called")) for name in _OWN_NAMES
    ]
    return sa.union_all(*of_attempts, *of_payments)


_CALLED: Final = _called()


@attrs.frozen
class Shape:
    """Which conditions a search has, without their values, and whether it continues after a payment."""

    listing: Listing
    of: PeriodOf
    conditions: frozenset[str]
    continued: bool = False

    @classmethod
    def of_filter(cls, which: Filter, *, continued: bool) -> Self:
        """Return the shape of *which*."""
        given = {name for name, value in values_of(which).items() if value is not None}
        named = ("open_strays", "open_refunds", "paid_twice", "questioned")
        flags = {name for name in named if getattr(which, name)}
        return cls(which.listing, which.period.of, frozenset(given | flags), continued)

    def has(self, condition: str) -> bool:
        return condition in self.conditions


def values_of(which: Filter) -> dict[str, object]:
    """Return the values that a search binds; None where a condition is not asked for."""
    named = {name: getattr(which, name) for name in (*_EQUAL, "called", "amount", "name")}
    return named | {"since": which.period.since, "until": which.period.until}


@functools.cache
def page_statement(shape: Shape) -> sa.Select[Any]:
    """Return the statement of a page of whole payments."""
    sorted_by = _SORTED_BY[shape.listing]
    chosen = _walk(shape).order_by(*(column.desc() for column in sorted_by))
    chosen = chosen.limit(_LIMIT)
    if shape.continued:
        last_seen = [sa.bindparam(f"before_{number}", type_=column.type) for number, column in enumerate(sorted_by)]
        chosen = chosen.where(sa.tuple_(*sorted_by) < sa.tuple_(*last_seen))
    keys = [column.label(f"key_{number}") for number, column in enumerate(sorted_by)]
    page = chosen.with_only_columns(*keys).subquery("page")
    found = sa.select(*WHOLE_COLUMNS).select_from(joined_to(page, page.c[f"key_{len(keys) - 1}"]))
    return found.order_by(*(column.desc() for column in page.c))


@functools.cache
def place_statement(shape: Shape) -> sa.Select[Any]:
    """Return the statement of the place that one payment has in a list, with its buyer."""
    sorted_by = _SORTED_BY[shape.listing]
    walk = _WALKS[shape.listing](shape) if shape.listing is not Listing.NAME else _of_payments(shape)
    mine = walk.where(payments.c.merchant_id == sa.bindparam("before")).order_by(sorted_by[-2].desc()).limit(1)
    return mine.with_only_columns(*sorted_by, payments.c.buyer)


def place_of(connection: sa.Connection, which: Filter, before: MerchantId) -> Mapping[str, object]:
    """Return what continues a list after *before*. Raises PaymentNotFound where that has no place in it."""
    statement = place_statement(Shape.of_filter(which, continued=False))
    row = connection.execute(statement, bound(which) | {"before": before}).one_or_none()
    if row is None or which.buyer not in (None, row[-1]):  # a buyer must not learn that another's payment exists
        raise PaymentNotFound
    return {f"before_{number}": value for number, value in enumerate(row[:-1])}


def bound(which: Filter) -> dict[str, object]:
    """Return the values to bind, without those that no condition asks for."""
    given = {name: value for name, value in values_of(which).items() if value is not None}
    return given | ({"name_end": f"{which.name}{_LAST_NAME}"} if which.name else {})


def _walk(shape: Shape) -> sa.Select[Any]:
    """Return the announced payments of *shape*, not yet sorted."""
    walk = _WALKS[shape.listing](shape).where(payments.c.version > sa.literal_column("0"))
    walk = walk.where(*(_equal(shape, name) for name in _EQUAL if shape.has(name)))
    if shape.has("name"):
        walk = walk.where(payments.c.name >= sa.bindparam("name"), payments.c.name <= sa.bindparam("name_end"))
    if shape.has("open_strays"):
        walk = walk.where(payments.c.merchant_id.in_(sa.select(attempts.c.merchant_id).where(OPEN_STRAY)))
    if shape.has("open_refunds"):
        walk = walk.where(payments.c.merchant_id.in_(sa.select(refunds.c.merchant_id).where(OPEN)))
    if shape.has("questioned"):
        walk = walk.where(payments.c.merchant_id.in_(sa.select(refunds.c.merchant_id).where(QUESTIONED)))
    if shape.has("called"):
        walk = walk.where(payments.c.merchant_id.in_(_CALLED))
    if shape.has("paid_twice"):
        walk = walk.where(_compared(shape, "status") == sa.literal_column("'paid'"), _ANOTHER_PAID)
    return walk


def _equal(shape: Shape, name: str) -> sa.ColumnElement[bool]:
    return _compared(shape, name) == sa.bindparam(name)


def _compared(shape: Shape, name: str) -> sa.ColumnElement[Any]:
    is_of_money = shape.listing in (Listing.CAPTURED, Listing.REFUNDED)
    return _Unindexed(_EQUAL[name]) if is_of_money and name in _OF_FEW_VALUES else _EQUAL[name]


def _of_payments(shape: Shape) -> sa.Select[Any]:
    amount = [payments.c.price == sa.bindparam("amount")] if shape.has("amount") else []
    return sa.select(payments).where(*_within(shape, payments.c.created_at), *amount)


def _of_captures(shape: Shape) -> sa.Select[Any]:
    return _of_money(shape, attempts, attempts.c.taken_at, attempts.c.gateway_id, TAKEN)


def _of_refunds(shape: Shape) -> sa.Select[Any]:
    return _of_money(shape, refunds, refunds.c.done_at, refunds.c.id, DONE)


def _of_money(
    shape: Shape, moved: sa.Table, at: sa.Column[datetime], key: sa.Column[Any], happened: sa.ColumnElement[bool]
) -> sa.Select[Any]:
    """Return the payments of what moved in the period, each at its latest movement that fits, and so only once."""
    later = moved.alias("later")
    fits = [happened, *_within(shape, at), *_amount(shape, moved)]
    is_later = sa.tuple_(later.c[at.name], later.c[key.name]) > sa.tuple_(at, key)
    also_fits = [*_within(shape, later.c[at.name]), *_amount(shape, later)]
    another = sa.exists().where(later.c.merchant_id == moved.c.merchant_id, is_later, *also_fits)
    joined = moved.join(payments, payments.c.merchant_id == moved.c.merchant_id)
    return sa.select(payments).select_from(joined).where(*fits, ~another)


def _within(shape: Shape, at: Any) -> list[sa.ColumnElement[bool]]:
    return [at >= _SINCE] * shape.has("since") + [at < _UNTIL] * shape.has("until")


def _amount(shape: Shape, moved: sa.FromClause) -> list[sa.ColumnElement[bool]]:
    return [moved.c.amount == sa.bindparam("amount")] * shape.has("amount")


_WALKS: Final = {
    Listing.BEGUN: _of_payments,
    Listing.NAME: _of_payments,
    Listing.CAPTURED: _of_captures,
    Listing.REFUNDED: _of_refunds,
}
_SORTED_BY: Final[Mapping[Listing, tuple[sa.Column[Any], ...]]] = {
    Listing.BEGUN: (payments.c.created_at, payments.c.merchant_id),
    Listing.NAME: (payments.c.name, payments.c.created_at, payments.c.merchant_id),
    Listing.CAPTURED: (attempts.c.taken_at, attempts.c.merchant_id),
    Listing.REFUNDED: (refunds.c.done_at, refunds.c.merchant_id),
}
