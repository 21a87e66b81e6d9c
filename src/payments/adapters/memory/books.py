"""Books: the dicts that the ports share, and the one lock under which they are changed."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Self

import attrs

from payments.domain.event import Event
from payments.domain.messages import Message
from payments.domain.orphan import Orphan
from payments.domain.payment import Payment
from payments.domain.values import GatewayId, MerchantId


@attrs.frozen(kw_only=True)
class Waiting:
    """A message in the outbox and when it is due: never, if it is a dead letter."""

    message: Message
    due_at: datetime | None

    @classmethod
    def due_at_once(cls, message: Message) -> Self:
        """Return a message that waits for its first delivery."""
        return cls(message=message, due_at=message.created_at)

    @property
    def age(self) -> tuple[datetime, MerchantId, int]:
        return (self.message.created_at, self.message.merchant_id, self.message.version)


@attrs.define(kw_only=True)
class Books:
    """What is kept. Values are frozen, so whoever holds one holds a snapshot."""

    payments: dict[MerchantId, Payment] = attrs.field(factory=dict)
    timelines: dict[MerchantId, tuple[Event, ...]] = attrs.field(factory=dict)
    owners: dict[tuple[str, GatewayId], MerchantId] = attrs.field(factory=dict)
    live: dict[tuple[str, str], MerchantId] = attrs.field(factory=dict)
    leases: dict[MerchantId, datetime] = attrs.field(factory=dict)
    orphans: dict[tuple[str, GatewayId], Orphan] = attrs.field(factory=dict)
    outbox: dict[str, Waiting] = attrs.field(factory=dict)
    reconciled_until: dict[str, datetime] = attrs.field(factory=dict)
    _lock: threading.RLock = attrs.field(factory=threading.RLock)
    _changing: bool = False

    @contextmanager
    def open(self, *, to_change: bool = False) -> Iterator[None]:
        """Hold the lock; whoever changes something may not be called from within another change."""
        with self._lock:
            if to_change and self._changing:
                raise RuntimeError("A change must be pure: it may not write to the store it is called by.")
            self._changing, before = self._changing or to_change, self._changing
            try:
                yield
            finally:
                self._changing = before
