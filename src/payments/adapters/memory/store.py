"""MemoryStore: everything that is kept, in this process."""

from collections.abc import Mapping
from typing import Self

import attrs

from payments.adapters.memory.access import MemoryApiKeys, MemoryIdempotencyKeys
from payments.adapters.memory.backlog import MemoryBacklog
from payments.adapters.memory.books import Books
from payments.adapters.memory.hints import MemoryHints
from payments.adapters.memory.latest import Latest
from payments.adapters.memory.ledger import MemoryLedger
from payments.adapters.memory.orphans import MemoryOrphans
from payments.adapters.memory.outbox import MemoryOutbox
from payments.adapters.memory.payments import MemoryPayments
from payments.adapters.memory.people import MemoryPeople
from payments.domain.books.comparison import Comparison
from payments.domain.books.settlement import Settlement
from payments.domain.errors import PaymentsError


@attrs.frozen(kw_only=True)
class MemoryStore:
    """The ports over one set of books; any number of threads may use it at once."""

    payments: MemoryPayments
    orphans: MemoryOrphans
    outbox: MemoryOutbox
    api_keys: MemoryApiKeys
    idempotency_keys: MemoryIdempotencyKeys
    hints: MemoryHints
    backlog: MemoryBacklog
    ledger: MemoryLedger
    comparisons: Latest[Comparison]
    settlements: Latest[Settlement]
    people: MemoryPeople
    prefix: str = ""

    @classmethod
    def empty(cls, prefix: str = "") -> Self:
        """Return a store with nothing in it; *prefix* is the installation's prefix of merchant ids."""
        books = Books()
        return cls(
            payments=MemoryPayments(books),
            orphans=MemoryOrphans(books),
            outbox=MemoryOutbox(books),
            api_keys=MemoryApiKeys(),
            idempotency_keys=MemoryIdempotencyKeys(),
            hints=MemoryHints(books),
            backlog=MemoryBacklog(books),
            ledger=MemoryLedger(books),
            comparisons=Latest(lambda one: one.started_at),
            settlements=Latest(lambda one: one.compared_at),
            people=MemoryPeople(),
            prefix=prefix,
        )

    async def health(self) -> PaymentsError | None:
        """Return None: nothing can keep it from being used."""
        return None

    async def about(self) -> Mapping[str, str]:
        """Return what it is."""
        return {"system": "memory"}

    def close(self) -> None:
        """Do nothing: there is nothing to give back."""
