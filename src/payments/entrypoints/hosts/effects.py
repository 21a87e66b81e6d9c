"""Effects: what a host program does about a payment's events, each exactly once although messages may come twice.

    handlers = Handlers()

    @handlers.on("payment.captured")
    def mark_paid(happened: Happened) -> None: ...

Happened   one event, read from its message
Handlers   the functions of a program by kind of event; a subscriber made of them runs each one once for each message
Once       the host's part: one transaction of its database in which the effect and the note that it was done commit
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol, TypeVar

import attrs

from payments.domain.errors import BadInput
from payments.domain.event import EventKind
from payments.domain.messages import Message

KINDS = frozenset({f"payment.{kind}" for kind in EventKind} | {f"orphan.{kind}" for kind in EventKind})
"""Every kind that a message may have, as `type` in its body."""


@attrs.frozen(kw_only=True)
class Happened:
    """An event of a payment. `data` has every field of the message; amounts are in minor units, times in UTC.

    `price` and `status` are the payment's, `amount` is the event's own (a refund's, a capture's) or None.
    `order` and `buyer` are "" where the event is about an orphan, which belongs to no payment here.
    """

    id: str
    kind: str
    at: datetime
    merchant_id: str
    version: int
    order: str
    buyer: str
    status: str
    price: int | None
    amount: int | None
    data: dict[str, Any]

    @classmethod
    def read(cls, message: Message) -> "Happened":
        """Return the event that *message* tells."""
        told = json.loads(message.body)
        data = told["data"]
        return cls(
            id=message.id,
            kind=told["type"],
            at=datetime.fromisoformat(told["timestamp"]),
            merchant_id=data["merchant_id"],
            version=data["version"],
            order=data.get("order", ""),
            buyer=data.get("buyer", ""),
            status=data.get("status", ""),
            price=data["price"]["amount"] if "price" in data else None,
            amount=data["amount"],
            data=data,
        )


Handler = Callable[[Happened], object]
H = TypeVar("H", bound=Handler)


class Once(Protocol):
    """Runs *effect* in one transaction of the host's database, unless (message, handler) was noted there before.

    The note is written in the same transaction, so a crash leaves both or neither. Raises what *effect* raises, after
    a rollback: the message then comes again.
    """

    def __call__(self, message_id: str, handler: str, effect: Callable[[], object]) -> None: ...


@attrs.define
class Handlers:
    """A program's handlers. Add them while it starts; the worker's threads call them."""

    _by_kind: dict[str, list[Handler]] = attrs.field(factory=dict)

    def on(self, *kinds: str) -> Callable[[H], H]:
        """Return a decorator for a handler of these kinds of events ("payment.captured", …).

        A handler is a plain function of one Happened. Its name must not change while messages wait, because the note
        that it ran is kept under it. Raises BadInput for an unknown kind.
        """
        unknown = [kind for kind in kinds if kind not in KINDS]
        if unknown or not kinds:
            raise BadInput(f"There is no such kind of event: {', '.join(unknown) or 'none was given'}.")

        def add(handler: H) -> H:
            for kind in kinds:
                self._by_kind.setdefault(kind, []).append(handler)
            return handler

        return add

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of events that have a handler."""
        return frozenset(self._by_kind)

    def subscriber(self, once: Once) -> Callable[[Message], None]:
        """Return a subscriber that runs the handlers of each message, each through *once*.

        The handlers of one message run in the order in which they were added. One that fails stops those behind it;
        those before it stay done, and do not run again when the message comes again.
        """

        def run_handlers(message: Message) -> None:
            happened = Happened.read(message)
            for handler in self._by_kind.get(happened.kind, ()):
                once(message.id, name_of(handler), lambda handler=handler: handler(happened))  # type: ignore[misc]  # bound now

        return run_handlers


def name_of(handler: Handler) -> str:
    """Return the name under which a host's database notes that *handler* ran: its module and qualified name."""
    return f"{handler.__module__}.{getattr(handler, '__qualname__', type(handler).__qualname__)}"
