"""Store: everything that is kept, whichever database keeps it."""

from typing import Protocol

from payments.domain.access import ApiKeys, IdempotencyKeys
from payments.domain.ports import PaymentRepository
from payments.domain.use_cases.outbox import Outbox


class Store(Protocol):
    """The ports over one database: memory, SQLite or PostgreSQL."""

    @property
    def payments(self) -> PaymentRepository: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def api_keys(self) -> ApiKeys: ...
    @property
    def idempotency_keys(self) -> IdempotencyKeys: ...

    async def health(self) -> str | None:
        """Return what keeps the database from being used, in one sentence; None if nothing does."""

    def close(self) -> None:
        """Close its connections."""
