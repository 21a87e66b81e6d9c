"""SqlPayments: the PaymentRepository over tables. Its front decides whether a call blocks or suspends."""

from collections.abc import Callable, Sequence
from datetime import datetime

import attrs
import sqlalchemy as sa

from payments.adapters.sql.engine.fronts import Front
from payments.adapters.sql.payments import reading, searching, writing
from payments.adapters.sql.payments.rows import event_of
from payments.adapters.sql.payments.works import Add, Get, Live, Update
from payments.domain.books.search import Filter
from payments.domain.event import Event
from payments.domain.payment import Payment
from payments.domain.successor import check_successor
from payments.domain.values import DEFAULT_PROVIDER, MerchantId


@attrs.frozen
class SqlPayments:
    """The payments of a database. PaymentRepository documents the calls and their errors."""

    _front: Front

    async def add(self, payment: Payment) -> Payment:
        """Store a new payment. Raises MerchantIdTaken, OrderIsLive or GatewayIdTaken."""
        check_successor(None, payment)
        return await self._front.write(Add(payment))

    async def get(self, merchant_id: MerchantId) -> Payment:
        """Return the payment. Raises PaymentNotFound."""
        return await self._front.read(Get(merchant_id))

    async def live(self, scope: str, order: str) -> Payment | None:
        """Return the payment of this order that is not cancelled, or None."""
        return await self._front.read(Live(scope, order))

    async def update(self, merchant_id: MerchantId, change: Callable[[Payment], Payment]) -> Payment:
        """Apply the pure function *change* to the payment while it is locked, and store the result."""
        return await self._front.write(Update(merchant_id, change))

    async def page(self, which: Filter, before: MerchantId | None, limit: int) -> Sequence[Payment]:
        """Return at most *limit* payments after *before*, the last one of the page before, as PaymentRepository says.

        Raises PaymentNotFound if *before* has no place in this list, or is a payment that the caller may not see.
        """

        def work(connection: sa.Connection) -> list[Payment]:
            given = searching.bound(which) | {"limit": limit}
            given |= searching.place_of(connection, which, before) if before is not None else {}
            statement = searching.page_statement(searching.Shape.of_filter(which, continued=before is not None))
            return reading.payments_of(connection.execute(statement, given))

        return await self._front.read(work)

    async def timeline(self, merchant_id: MerchantId) -> Sequence[Event]:
        """Return the payment's events, oldest first. Raises PaymentNotFound."""
        rows = await self._front.read(
            lambda c: c.execute(reading.TIMELINE, {"merchant_id": merchant_id}).mappings().all()
        )
        if not rows:
            await self.get(merchant_id)  # one that is not announced has no events
        return [event_of(row) for row in rows]

    async def claim(self, now: datetime, until: datetime, limit: int) -> Sequence[Payment]:
        """Lease at most *limit* due payments until *until*, and return them: routine ones last.

        A payment with invalid rows is leased but not returned, so that it does not stop the others.

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
            claimed = reading.valid_payments_of(connection.execute(reading.BY_IDS, {"merchant_ids": ids}))
            return sorted(claimed, key=lambda payment: ids.index(payment.merchant_id))

        return await self._front.write(work)

    async def renew(self, merchant_id: MerchantId, until: datetime, to: datetime) -> bool:
        """Extend the lease that ends at *until*; False if it is no longer held."""
        return await self._change_lease(merchant_id, until, to)

    async def release(self, merchant_id: MerchantId, until: datetime) -> None:
        """End the lease that ends at *until*; any other lease is left alone."""
        await self._change_lease(merchant_id, until, None)

    async def _change_lease(self, merchant_id: MerchantId, until: datetime, to: datetime | None) -> bool:
        given = {"key_merchant_id": merchant_id, "until": until, "to": to}
        return await self._front.write(lambda c: c.execute(writing.CHANGE_LEASE, given).rowcount == 1)

    async def reconciled_until(self, provider: str = DEFAULT_PROVIDER) -> datetime | None:
        """Return the time until which the payments were reconciled with the provider's list, or None."""
        given = {"provider": provider}
        until: datetime | None = await self._front.read(
            lambda c: c.execute(reading.RECONCILED_UNTIL, given).scalar_one_or_none()
        )
        return until

    async def move_reconciled_until(self, to: datetime, provider: str = DEFAULT_PROVIDER) -> None:
        """Record that the payments were reconciled until *to*; an earlier time changes nothing."""
        given = {"provider": provider, "reconciled_until": to}
        await self._front.write(lambda c: c.execute(writing.MOVE_RECONCILED_UNTIL[c.dialect.name], given))
