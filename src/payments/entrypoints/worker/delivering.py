"""The step that tells the shop: Delivering some messages of the outbox, with one line of log for all of them."""

import logging
import threading
from collections import Counter

import attrs

from payments.domain.use_cases.outbox import WAITS, Courier, DeliveryFailed, Message, Publisher
from payments.entrypoints.blocking import run
from payments.entrypoints.worker.loops import Stopping

log = logging.getLogger("payments.worker")


@attrs.frozen
class Delivering:
    """Tries at most `limit` messages; while some arrive goes on at once, else comes back after `idle` seconds.

    `limit` times the longest that one delivery may take must stay below the lease, or a message is told twice.
    """

    courier: Courier
    limit: int
    idle: float
    stop: threading.Event

    def __call__(self) -> float:
        watched = Watched(self.courier.publisher, self.stop)
        arrived = run(attrs.evolve(self.courier, publisher=watched).deliver(self.limit))
        if arrived or watched.failures:
            level = logging.WARNING if watched.failures else logging.INFO
            reasons = "; ".join(f"{times} failed: {reason}" for reason, times in watched.failures.items())
            log.log(level, "deliver: %d delivered%s", len(arrived), reasons and f"; {reasons}")
        return 0 if arrived else self.idle


@attrs.define
class Watched:
    """A publisher whose failures are counted, whose bugs are failures too, and which ends when the worker does."""

    publisher: Publisher
    stop: threading.Event
    failures: Counter[str] = attrs.field(factory=Counter)

    async def publish(self, message: Message) -> None:
        """Publish *message*. Raises DeliveryFailed, or Stopping once the worker is asked to stop."""
        if self.stop.is_set():
            raise Stopping
        try:
            await self.publisher.publish(message)
        except DeliveryFailed as failure:
            self._note(message, failure)
            raise
        except Exception as error:  # a message no publisher can handle must not hold up those claimed with it
            log.exception("deliver: %s", message.id)
            broken = DeliveryFailed("The publisher broke; the log says why.")
            self._note(message, broken)
            raise broken from error

    def _note(self, message: Message, failure: DeliveryFailed) -> None:
        self.failures[str(failure)] += 1
        if failure.gone or message.tries >= len(WAITS):
            log.error("deliver: %s is a dead letter now: %s", message.id, failure)
