"""Looking into a store from outside."""

from datetime import UTC, datetime, timedelta
from typing import Any

from payments.domain.event import Event
from payments.domain.messages import Message
from payments.domain.payment import Payment
from payments.domain.ports import Store
from payments.domain.values import MerchantId
from payments.entrypoints.blocking import run

FAR = datetime(2900, 1, 1, tzinfo=UTC)


def everything_of(store: Store, merchant_id: MerchantId) -> tuple[Payment, list[Event], list[Message]]:
    """Return all that is kept of a payment: itself, its timeline, and the messages that wait to tell of it."""
    payment, timeline = run(store.payments.get(merchant_id)), list(run(store.payments.timeline(merchant_id)))
    return payment, timeline, messages(store, merchant_id)


def messages(store: Store, merchant_id: MerchantId) -> list[Message]:
    """Return the messages in the outbox that tell of a payment, in the order of its changes; all stay due."""
    waiting = run(store.outbox.claim(FAR, FAR - timedelta(seconds=1), 100_000))
    mine = [message for message in waiting if message.merchant_id == merchant_id]
    return sorted(mine, key=lambda message: message.version)


def outcome(use_case: Any) -> Any:
    """Return what the coroutine returns, or the exception it raises."""
    try:
        return run(use_case)
    except Exception as error:  # noqa: BLE001 - it is what the test wants to see
        return error
