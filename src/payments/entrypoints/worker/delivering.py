"""The step that delivers messages to the shop: Delivering, with one log line for each batch."""

import logging
import threading
from collections import Counter

import attrs

from payments.domain.messages import DeliveryFailed, Message, Publisher
from payments.domain.use_cases.outbox import DELIVERY_WAITS, Courier
from payments.entrypoints.blocking import run
from payments.entrypoints.worker.loops import Stopping

log = logging.getLogger("payments.worker")


@attrs.frozen
class Delivering:
    """Delivers at most `limit` messages. Waits `idle` seconds if none was accepted.

    `limit` times the longest delivery must be shorter than the lease, or another worker delivers a message again.
    """

    courier: Courier
    limit: int
    idle: float
    stop: threading.Event

    def __call__(self) -> float:
        watched = WatchedPublisher(self.courier.publisher, self.stop)
        delivered = run(attrs.evolve(self.courier, publisher=watched).deliver(self.limit))
        if delivered or watched.failures:
            level = logging.WARNING if watched.failures else logging.INFO
            reasons = "; ".join(f"{count} failed: {reason}" for reason, count in watched.failures.items())
            log.log(level, "deliver: %d delivered%s", len(delivered), reasons and f"; {reasons}")
        return 0 if delivered else self.idle


@attrs.define
class WatchedPublisher:
    """A publisher that counts failures, turns bugs into failures, and stops when the worker stops."""

    publisher: Publisher
    stop: threading.Event
    failures: Counter[str] = attrs.field(factory=Counter)

    async def publish(self, message: Message) -> None:
        """Publish *message*. Raises DeliveryFailed, or Stopping once the worker was asked to stop."""
        if self.stop.is_set():
            raise Stopping
        try:
            await self.publisher.publish(message)
        except DeliveryFailed as failure:
            self._count(message, failure)
            raise
        except Exception as error:  # a message that breaks its publisher must not hold up the rest of the batch
            log.exception("deliver: %s", message.id)
            broken = DeliveryFailed("The publisher raised an unexpected error; see the log.")
            self._count(message, broken)
            raise broken from error

    def _count(self, message: Message, failure: DeliveryFailed) -> None:
        self.failures[str(failure)] += 1
        if failure.gone or message.tries >= len(DELIVERY_WAITS):
            log.error("deliver: %s is a dead letter now: %s", message.id, failure)
