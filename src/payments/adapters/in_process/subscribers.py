"""In-process subscribers: how a program that embeds `payments` (Django, a job runner) is told what happened.

    subscribers = Subscribers()

    @subscribers.subscribe
    def unlock_the_membership(message: Message) -> None: ...

Subscribers   plain callables, each told of every message; one that raises is told again
Several       publishers one after the other: webhooks and subscribers, or several endpoints
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
    """Callables of this process. A message is delivered once none of them raises; until then all are told again."""

    _subscribers: tuple[Subscriber, ...] = ()

    def subscribe(self, subscriber: Subscriber) -> Subscriber:
        """Add *subscriber*, also as a decorator. It may see a message twice, and in threads of the worker.

        It should be done within seconds: hand long work to a queue. Raises BadInput for a coroutine function, which
        nobody here would await.
        """
        if inspect.iscoroutinefunction(subscriber) or inspect.iscoroutinefunction(type(subscriber).__call__):
            raise BadInput(f"{_name_of(subscriber)} is a coroutine function; subscribe a plain one.")
        self._subscribers = (*self._subscribers, subscriber)
        return subscriber

    async def publish(self, message: Message) -> None:
        """Tell every subscriber, whatever the others do. Raises DeliveryFailed that names those who raised."""
        failed = [_name_of(subscriber) for subscriber in self._subscribers if not _told(subscriber, message)]
        if failed:
            raise DeliveryFailed(f"These subscribers failed: {', '.join(failed)}. The log says why.")


@attrs.frozen
class Several:
    """All of these publishers are told; the ones that took a message may see it again when another did not."""

    publishers: Sequence[Publisher]

    async def publish(self, message: Message) -> None:
        """Tell all. Raises DeliveryFailed with the longest wait asked for; `gone` only if all who failed are gone."""
        failures = [failure for publisher in self.publishers if (failure := await _tried(publisher, message))]
        if failures:
            raise DeliveryFailed(
                " ".join(str(failure) for failure in failures),
                retry_after=max((f.retry_after for f in failures if f.retry_after), default=None),
                gone=all(failure.gone for failure in failures),
            )


async def _tried(publisher: Publisher, message: Message) -> DeliveryFailed | None:
    try:
        await publisher.publish(message)
    except DeliveryFailed as failure:
        return failure
    return None


def _told(subscriber: Subscriber, message: Message) -> bool:
    try:
        subscriber(message)
    except Exception:  # whatever it is, it is the subscriber's; the message must not be lost to it
        log.exception("subscriber %s failed on message %s; it will be told again", _name_of(subscriber), message.id)
        return False
    return True


def _name_of(subscriber: Subscriber) -> str:
    return f"{subscriber.__module__}.{getattr(subscriber, '__qualname__', type(subscriber).__qualname__)}"
