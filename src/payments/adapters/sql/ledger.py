"""SqlLedger: sums of what moved in a stretch of time, each one read from an index of when it moved."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

import attrs
import sqlalchemy as sa

from payments.adapters.sql.engine.fronts import Front
from payments.adapters.sql.payments.reading import WHOLE_COLUMNS, joined_to, payments_of
from payments.adapters.sql.schema.moment import Moment
from payments.adapters.sql.schema.tables import ACCEPTED, DONE, TAKEN, attempts, orphans, payments, refunds
from payments.domain.books.settlement import SettledBy
from payments.domain.books.sums import Group, MovementKind, Sum
from payments.domain.payment import Payment
from payments.domain.refund import RefundStatus

_METHOD: Final = sa.case((attempts.c.method == "", payments.c.method), else_=attempts.c.method)
_GROUP: Final = (attempts.c.currency, _METHOD, attempts.c.provider, attempts.c.pg, payments.c.channel)
_IS_MONEY: Final = attempts.c.disposition != sa.literal_column("'wrong_mode'")
_with_payment: Final = attempts.join(payments, payments.c.merchant_id == attempts.c.merchant_id)
_of_capture: Final = (refunds.c.merchant_id == attempts.c.merchant_id) & (refunds.c.gateway_id == attempts.c.gateway_id)


def _sums(
    came_from: sa.FromClause, at: sa.Column[datetime], amount: sa.Column[int], *happened: sa.ColumnElement[bool]
) -> sa.Select[Any]:
    accepted = sa.case((ACCEPTED, 1), else_=0)
    columns = (accepted, *_GROUP, sa.func.sum(amount), sa.func.count())
    chosen = sa.select(*columns).select_from(came_from).where(*_within(at), *happened, _IS_MONEY)
    return chosen.group_by(accepted, *_GROUP)


def _within(at: sa.Column[datetime]) -> tuple[sa.ColumnElement[bool], ...]:
    return at >= sa.bindparam("since", type_=Moment), at < sa.bindparam("until", type_=Moment)


def _of_orphans() -> sa.Select[Any]:
    """Return the statement of orphans: what was captured, how often, what of it was refunded, and how often."""
    o, refunded = orphans.c, sa.case((orphans.c.refunded > 0, 1), else_=0)
    group = (o.currency, o.method, o.provider, o.pg)
    sums = (sa.func.sum(o.amount), sa.func.count(), sa.func.sum(o.refunded), sa.func.sum(refunded))
    return sa.select(*group, *sums).where(*_within(o.taken_at)).group_by(*group)


CAPTURES: Final = _sums(_with_payment, attempts.c.taken_at, attempts.c.amount, TAKEN)


def _refunds(status: RefundStatus) -> sa.Select[Any]:
    moved, is_it = refunds.join(_with_payment, _of_capture), refunds.c.status == sa.literal_column(f"'{status}'")
    return _sums(moved, refunds.c.done_at, refunds.c.amount, DONE, is_it)


REFUNDS: Final = _refunds(RefundStatus.DONE)
OUTSIDE: Final = _refunds(RefundStatus.OUTSIDE)
ORPHANS: Final = _of_orphans()
_KINDS: Final = {
    CAPTURES: (MovementKind.STRAY_CAPTURED, MovementKind.CAPTURED),
    REFUNDS: (MovementKind.STRAY_REFUNDED, MovementKind.REFUNDED),
    OUTSIDE: (MovementKind.STRAY_OUTSIDE, MovementKind.OUTSIDE),
}


def _named(column: sa.Column[Any]) -> sa.Select[Any]:
    """Return the statement of the whole payments whose *column* of attempts has one of some names."""
    has_one = column.in_(sa.bindparam("names", expanding=True))
    chosen = sa.select(attempts.c.merchant_id).where(has_one, column != sa.literal_column("''")).distinct().subquery()
    return sa.select(*WHOLE_COLUMNS).select_from(joined_to(chosen, chosen.c.merchant_id))


_NAMED: Final = {
    SettledBy.TRANSACTION_ID: _named(attempts.c.transaction_id),
    SettledBy.GATEWAY_ID: _named(attempts.c.gateway_id),
    SettledBy.MERCHANT_ID: _named(attempts.c.merchant_id),
}


@attrs.frozen
class SqlLedger:
    """Adds up what moved. Ledger documents the call."""

    _front: Front

    async def sums(self, since: datetime, until: datetime) -> Sequence[Sum]:
        """Return the sums of what moved from *since* on, before *until*. Raises StorageUnavailable."""
        given = {"since": since, "until": until}

        def work(connection: sa.Connection) -> list[Sum]:
            rows = [(kinds, row) for query, kinds in _KINDS.items() for row in connection.execute(query, given)]
            found = [_sum_of(kinds[row[0]], *row[1:]) for kinds, row in rows]
            found += [one for row in connection.execute(ORPHANS, given) for one in _orphan_sums(*row)]
            return sorted(found, key=lambda one: (one.kind, one.group))

        return await self._front.read(work)

    async def named(self, names: Collection[str], by: SettledBy) -> Sequence[Payment]:
        """Return the payments with an attempt of one of *names*. Raises StorageUnavailable."""
        given = {"names": sorted(name for name in names if name)}
        return await self._front.read(lambda connection: payments_of(connection.execute(_NAMED[by], given)))


def _orphan_sums(*row: Any) -> Iterator[Sum]:
    group, (captured, captures, refunded, refunds) = (*row[:4], ""), row[4:]
    yield _sum_of(MovementKind.ORPHAN_CAPTURED, *group, captured, captures)
    if refunded:
        yield _sum_of(MovementKind.ORPHAN_REFUNDED, *group, refunded, refunds)


def _sum_of(kind: MovementKind, *row: Any) -> Sum:
    currency, method, provider, pg, channel, amount, count = row
    group = Group(currency=currency, method=method, provider=provider, pg=pg, channel=channel)
    return Sum(kind=kind, group=group, amount=int(amount), count=count)
