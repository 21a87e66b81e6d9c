"""Publishers in this process: every subscriber hears everything, and one that fails hears it again."""

import functools
import logging
from datetime import timedelta

import pytest
from builders import NOON

from payments.adapters.in_process.subscribers import Several, Subscribers
from payments.domain.errors import BadInput
from payments.domain.messages import DeliveryFailed, Message
from payments.entrypoints.blocking import run

MESSAGE = Message(id="m_1_3", merchant_id="m_1", version=3, body="{}", created_at=NOON)


class Answering:
    """A publisher that answers as it is told."""

    def __init__(self, failure: DeliveryFailed | None = None) -> None:
        self.failure, self.told = failure, 0

    async def publish(self, _: Message) -> None:
        self.told += 1
        if self.failure:
            raise self.failure


def test_every_subscriber_receives_the_message():
    subscribers, heard = Subscribers(), []
    subscribers.subscribe(heard.append)

    @subscribers.subscribe
    def decorated(message: Message) -> None:
        heard.append(message)

    subscribers.subscribe(functools.partial(decorated))
    run(subscribers.publish(MESSAGE))
    assert heard == [MESSAGE] * 3


def test_a_message_without_subscribers_is_delivered():
    run(Subscribers().publish(MESSAGE))
    run(Several(()).publish(MESSAGE))


def test_a_subscriber_that_raises_is_named_and_logged_and_does_not_stop_the_others(caplog):
    subscribers, heard = Subscribers(), []

    @subscribers.subscribe
    def broken(message: Message) -> None:
        raise KeyError("whsec_a_secret")

    subscribers.subscribe(heard.append)
    with caplog.at_level(logging.ERROR), pytest.raises(DeliveryFailed) as caught:
        run(subscribers.publish(MESSAGE))
    assert heard == [MESSAGE]
    assert "broken" in str(caught.value)
    assert "whsec_a_secret" not in str(caught.value)  # the dead letters show this text
    assert caplog.records[0].exc_info
    assert MESSAGE.id in caplog.text


def test_a_coroutine_function_is_refused_because_it_would_not_be_awaited():
    async def later(message: Message) -> None: ...

    class Later:
        async def __call__(self, message: Message) -> None: ...

    for subscriber in (later, Later()):
        with pytest.raises(BadInput):
            Subscribers().subscribe(subscriber)


def test_all_publishers_get_the_message_and_the_longest_wait_counts():
    busy = Answering(DeliveryFailed("busy", retry_after=timedelta(minutes=5)))
    busier = Answering(DeliveryFailed("busier", retry_after=timedelta(hours=1)))
    fine = Answering()
    with pytest.raises(DeliveryFailed) as caught:
        run(Several((busy, busier, fine)).publish(MESSAGE))
    assert (busy.told, busier.told, fine.told) == (1, 1, 1)
    assert caught.value.retry_after == timedelta(hours=1)
    assert str(caught.value) == "busy busier"


@pytest.mark.parametrize(("others", "gone"), [([None], True), ([DeliveryFailed("down")], False)])
def test_a_message_is_dead_only_if_all_failed_endpoints_are_gone(others, gone):
    publishers = [Answering(DeliveryFailed("gone", gone=True)), *(Answering(other) for other in others)]
    with pytest.raises(DeliveryFailed) as caught:
        run(Several(publishers).publish(MESSAGE))
    assert caught.value.gone is gone
