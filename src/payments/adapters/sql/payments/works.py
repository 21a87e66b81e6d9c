"""The works on payments that can be executed together with others: Add, Update, Get and Live.

Each is also a work of its own, for a transaction that holds nothing else. `together` executes many of them.
"""

from collections.abc import Callable

import attrs
import sqlalchemy as sa

from payments.adapters.sql.payments import reading, writing
from payments.adapters.sql.payments.writing import Revision
from payments.domain.errors import PaymentNotFound
from payments.domain.payment import Payment
from payments.domain.successor import check_successor
from payments.domain.values import MerchantId


@attrs.frozen
class Add:
    """Stores a new payment."""

    payment: Payment

    def __call__(self, connection: sa.Connection) -> Payment:
        """Raises IntegrityError if the merchant id, the order or an attempt is taken."""
        writing.insert_payments(connection, [self.payment])
        return self.stored

    @property
    def stored(self) -> Payment:
        return attrs.evolve(self.payment, new_events=())


@attrs.frozen
class Update:
    """Stores what a pure change makes of a payment."""

    merchant_id: MerchantId
    change: Callable[[Payment], Payment]

    def __call__(self, connection: sa.Connection) -> Payment:
        """Raises PaymentNotFound, ConcurrentUpdate, IntegrityError, or what the change raises."""
        before = _locked(connection, self.merchant_id)
        after = self.successor(before)
        if after is before:
            return before
        writing.update_payments(connection, [Revision(before, (after,))])
        return attrs.evolve(after, new_events=())

    def successor(self, before: Payment) -> Payment:
        """Return what the change makes of *before*: the same object if there is nothing to store."""
        after = self.change(before)
        if after is not before:
            check_successor(before, after)
        return after


@attrs.frozen
class Get:
    """Reads one payment."""

    merchant_id: MerchantId

    def __call__(self, connection: sa.Connection) -> Payment:
        """Raises PaymentNotFound."""
        found = reading.payments_of(connection.execute(reading.BY_ID, {"merchant_id": self.merchant_id}))
        if not found:
            raise PaymentNotFound
        return found[0]


@attrs.frozen
class Live:
    """Reads the payment of an order that is not cancelled, if there is one."""

    scope: str
    order: str

    def __call__(self, connection: sa.Connection) -> Payment | None:
        """Return the payment, or None."""
        which = {"order_scope": self.scope, "order_ref": self.order}
        found = reading.payments_of(connection.execute(reading.LIVE_ONE, which))
        return found[0] if found else None


def _locked(connection: sa.Connection, merchant_id: MerchantId) -> Payment:
    """Return the payment, locked until this transaction ends.

    On PostgreSQL, a statement of its own waits for the lock. A statement that waits and reads would see the new row of
    the payment beside attempts from before the wait.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(reading.LOCK, {"merchant_id": merchant_id})
    return Get(merchant_id)(connection)
