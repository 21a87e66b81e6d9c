"""Store: everything that is kept, whichever database keeps it."""

from typing import Protocol

from payments.domain.access import ApiKeys, IdempotencyKeys
from payments.domain.messages import Outbox
from payments.domain.ports import Orphans, PaymentRepository


class Store(Protocol):
    """The ports over one database: memory, SQLite or PostgreSQL.

    `prefix` is this installation's prefix of merchant ids: from the settings, or drawn once and stored.
    """

    @property
    def payments(self) -> PaymentRepository: ...
    @property
    def orphans(self) -> Orphans: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def api_keys(self) -> ApiKeys: ...
    @property
    def idempotency_keys(self) -> IdempotencyKeys: ...
    @property
    def prefix(self) -> str: ...

    async def health(self) -> str | None:
        """Return what keeps the database from being used, in one sentence; None if nothing does."""

    def close(self) -> None:
        """Close its connections."""
