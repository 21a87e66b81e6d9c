"""Delivery: one webhook to one URL, and how it ended."""

import threading
from collections.abc import Mapping
from typing import Any

import attrs


@attrs.define(eq=False, kw_only=True)
class Delivery:
    """One webhook to one URL; `http` is 0 for a network error, as in Iamport's console, and None before the end."""

    number: int
    imp_uid: str
    url: str
    body: dict[str, Any]
    format: str
    queued_at: float
    attempt: int = 1
    message: str = ""
    """The webhook-id of Standard Webhooks; only those of V2 have one."""
    trigger: str = ""
    """What outside of PortOne caused it (V2)."""
    http: int | None = None
    error: str = ""
    fault: str = ""
    """The faults that struck it."""
    finished_at: float | None = None
    _finished: threading.Event = attrs.field(factory=threading.Event, init=False, repr=False)

    @classmethod
    def restored(cls, shown: Mapping[str, Any]) -> "Delivery":
        """Return the delivery that `shown` returned, perhaps in another process."""
        delivery = cls(**shown)
        if delivery.http is not None:
            delivery.finish(delivery.finished_at or 0, delivery.http, delivery.error)
        return delivery

    @property
    def delivered(self) -> bool:
        """Whether the shop answered 200."""
        return self.http == 200

    def wait(self, timeout: float = 45) -> bool:
        """Wait until it has ended, well or badly; return False after *timeout* seconds."""
        return self._finished.wait(timeout)

    def finish(self, at: float, http: int, error: str = "") -> None:
        """Note how it ended, at *at* (UNIX seconds)."""
        self.http, self.error, self.finished_at = http, error, at
        self._finished.set()

    def shown(self) -> dict[str, Any]:
        """Return it as JSON for the console."""
        return attrs.asdict(self, filter=lambda field, _: not field.name.startswith("_"))
