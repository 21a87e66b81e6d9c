"""In-process subscribers: how a program that embeds `payments` (Django, a job runner) receives messages.

    subscribers = Subscribers()

    @subscribers.subscribe
    def unlock_the_membership(message: Message) -> None: ...

Subscribers   plain callables that each receive every message; if one raises an error, the message is delivered again
Several       several publishers as one: webhooks and subscribers, or several endpoints
"""

import inspect
import logging
from collections.abc import Callable, Sequence

import attrs

from payments.domain.errors import BadInput
from payments.domain.messages import DeliveryFailed, Message, Publisher

Subscriber = Callable[[Message], object]

log = logging.getLogger(__name__)


@attrs.define
class Subscribers:
    """Callables of this process. A message is delivered when none of them raises; until then, all receive it again."""

    _subscribers: tuple[Subscriber, ...] = ()

    def subscribe(self, subscriber: Subscriber) -> Subscriber:
        """Add *subscriber*; usable as a decorator. It may receive a message twice, and runs in threads of the worker.

        It should return within seconds; put longer work in a queue. Raises BadInput for a coroutine function, because
        it would not be awaited.
        """
        if inspect.iscoroutinefunction(subscriber) or inspect.iscoroutinefunction(type(subscriber).__call__):
            raise BadInput(f"{_name_of(subscriber)} is a coroutine function. A subscriber must be a plain function.")
        self._subscribers = (*self._subscribers, subscriber)
        return subscriber

    async def publish(self, message: Message) -> None:
        """Call every subscriber, even if others raise. Raises DeliveryFailed with the names of those that raised."""
        failed = [_name_of(subscriber) for subscriber in self._subscribers if not _delivered(subscriber, message)]
        if failed:
            raise DeliveryFailed(f"These subscribers failed: {', '.join(failed)}. The log says why.")


@attrs.frozen
class Several:
    """Publishes to all of these publishers. If one fails, the others may receive the message again."""

    publishers: Sequence[Publisher]

    async def publish(self, message: Message) -> None:
        """Publish to all. Raises DeliveryFailed with the longest `retry_after`; it is `gone` if all failures are."""
        failures = [failure for publisher in self.publishers if (failure := await _failure_of(publisher, message))]
        if failures:
            raise DeliveryFailed(
                " ".join(str(failure) for failure in failures),
                retry_after=max((f.retry_after for f in failures if f.retry_after), default=None),
                gone=all(failure.gone for failure in failures),
            )


async def _failure_of(publisher: Publisher, message: Message) -> DeliveryFailed | None:
    try:
        await publisher.publish(message)
    except DeliveryFailed as failure:
        return failure
    return None


def _delivered(subscriber: Subscriber, message: Message) -> bool:
    try:
        subscriber(message)
    except Exception:  # any error of a subscriber: the message must not be lost
        log.exception(
            "subscriber %s failed on message %s; the message will be delivered again", _name_of(subscriber), message.id
        )
        return False
    return True


def _name_of(subscriber: Subscriber) -> str:
    return f"{subscriber.__module__}.{getattr(subscriber, '__qualname__', type(subscriber).__qualname__)}"
