"""SqlPayments: the PaymentRepository over tables. Its methods block and never suspend."""

from collections.abc import Callable, Sequence
from datetime import datetime

import attrs
import sqlalchemy as sa

from payments.adapters.sql.engine.database import Database
from payments.adapters.sql.payments import reading, writing
from payments.adapters.sql.payments.rows import event_of
from payments.domain.errors import PaymentNotFound
from payments.domain.event import Event
from payments.domain.payment import Payment
from payments.domain.ports import Filter
from payments.domain.successor import check_successor
from payments.domain.values import MerchantId


@attrs.frozen
class SqlPayments:
    """Where payments are kept. What is raised, and what it means, is said in PaymentRepository."""

    _database: Database

    async def add(self, payment: Payment) -> Payment:
        """Store a new payment. Raises MerchantIdTaken, OrderIsLive (the order has a live one) or GatewayIdTaken."""
        check_successor(None, payment)
        self._database.write(lambda connection: writing.insert_payment(connection, payment))
        return attrs.evolve(payment, new_events=())

    async def get(self, merchant_id: MerchantId) -> Payment:
        """Return the payment. Raises PaymentNotFound."""
        return self._database.read(lambda connection: _one(connection, merchant_id))

    async def live(self, buyer: str, order: str) -> Payment | None:
        """Return the buyer's payment for this order that is not cancelled, if there is one."""
        which = {"buyer": buyer, "order_ref": order}
        found = self._database.read(lambda c: reading.assembled(c.execute(reading.LIVE_ONE, which)))
        return found[0] if found else None

    async def update(self, merchant_id: MerchantId, change: Callable[[Payment], Payment]) -> Payment:
        """Store what the pure *change* makes of the payment, under its lock."""

        def work(connection: sa.Connection) -> Payment:
            before = _locked(connection, merchant_id)
            after = change(before)
            if after is before:
                return before
            check_successor(before, after)
            writing.update_payment(connection, before, after)
            return attrs.evolve(after, new_events=())

        return self._database.write(work)

    async def page(self, which: Filter, before: MerchantId | None, limit: int) -> Sequence[Payment]:
        """Return up to *limit* payments, newest first, from *before* (the last one seen) on.

        Raises PaymentNotFound where *before* is none of the payments that *which* lets this caller know of.
        """

        def work(connection: sa.Connection) -> list[Payment]:
            given: dict[str, object] = {"limit": limit, "buyer": which.buyer, "status": which.status}
            if before is not None:
                given |= {"before": before, "before_at": _cursor_key(connection, before, which.buyer)}
            statement = reading.page_statement(
                buyer=which.buyer is not None,
                status=which.status is not None,
                strays=which.open_strays,
                before=before is not None,
            )
            return reading.assembled(connection.execute(statement, given))

        return self._database.read(work)

    async def timeline(self, merchant_id: MerchantId) -> Sequence[Event]:
        """Return the payment's events, oldest first. Raises PaymentNotFound."""
        rows = self._database.read(lambda c: c.execute(reading.TIMELINE, {"merchant_id": merchant_id}).mappings().all())
        if not rows:
            await self.get(merchant_id)  # one that is not announced has no events
        return [event_of(row) for row in rows]

    async def claim(self, now: datetime, until: datetime, limit: int) -> Sequence[Payment]:
        """Lease at most *limit* due payments until *until*, and return them: routine ones last.

        A payment whose rows cannot be read is leased but not returned: it must not keep the others waiting.
        """

        def work(connection: sa.Connection) -> list[Payment]:
            ids: list[str] = []
            for statement in reading.DUE:
                if len(ids) < limit:
                    given = {"now": now, "limit": limit - len(ids)}
                    ids += connection.execute(statement, given).scalars().all()
            if not ids:
                return []
            connection.execute(writing.LEASE, {"merchant_ids": ids, "until": until})
            claimed = reading.readable(connection.execute(reading.BY_IDS, {"merchant_ids": ids}))
            return sorted(claimed, key=lambda payment: ids.index(payment.merchant_id))

        return self._database.write(work)

    async def renew(self, merchant_id: MerchantId, until: datetime, to: datetime) -> bool:
        """Extend the lease that ends at *until*; False if it is no longer held."""
        return self._change_lease(merchant_id, until, to)

    async def release(self, merchant_id: MerchantId, until: datetime) -> None:
        """End the lease that ends at *until*; any other lease is left alone."""
        self._change_lease(merchant_id, until, None)

    def _change_lease(self, merchant_id: MerchantId, until: datetime, to: datetime | None) -> bool:
        given = {"key_merchant_id": merchant_id, "until": until, "to": to}
        return self._database.write(lambda c: c.execute(writing.CHANGE_LEASE, given).rowcount == 1)

    async def reconciled_until(self) -> datetime | None:
        """Return up to when the provider's list has been walked."""
        reached: datetime | None = self._database.read(lambda c: c.execute(reading.RECONCILED_UNTIL).scalar_one())
        return reached

    async def move_reconciled_until(self, to: datetime) -> None:
        """Remember that the list has been walked up to *to*; never moves back."""
        self._database.write(lambda connection: connection.execute(writing.MOVE_RECONCILED_UNTIL, {"to": to}))


def _one(connection: sa.Connection, merchant_id: MerchantId) -> Payment:
    found = reading.assembled(connection.execute(reading.BY_ID, {"merchant_id": merchant_id}))
    if not found:
        raise PaymentNotFound
    return found[0]


def _locked(connection: sa.Connection, merchant_id: MerchantId) -> Payment:
    """Return the payment, which nobody else can change until this transaction ends.

    PostgreSQL waits for the lock in a statement of its own: one that waited and read at once would see the payment's
    new row beside the attempts of the moment before.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(reading.LOCK, {"merchant_id": merchant_id})
    return _one(connection, merchant_id)


def _cursor_key(connection: sa.Connection, merchant_id: MerchantId, buyer: str | None) -> datetime:
    place = connection.execute(reading.CURSOR_KEY, {"merchant_id": merchant_id}).one_or_none()
    if place is None or buyer not in (None, place.buyer):  # to a buyer, another's payment is as good as absent
        raise PaymentNotFound
    begun: datetime = place.created_at
    return begun
