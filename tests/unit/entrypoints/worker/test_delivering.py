"""The worker's deliveries: paced by what arrives, and logged in one line per batch."""

import threading

import pytest
from support.shops import Publishing, begun, courier_to

from payments.domain.messages import DeliveryFailed, Message
from payments.domain.schedule import LEASE
from payments.entrypoints.blocking import run
from payments.entrypoints.worker.delivering import Delivering
from payments.entrypoints.worker.loops import Stopping


def test_deliveries_go_on_while_some_arrive_and_rest_when_none_does(shop):
    for n in range(2):
        begun(shop, f"o{n}")  # two messages each: begun, prepared
    step = Delivering(courier_to(shop, Publishing()), 3, 1.0, threading.Event())
    assert [step(), step(), step()] == [0, 0, 1.0]


def test_a_publisher_that_breaks_counts_as_a_failure_and_holds_up_no_other_message(shop, caplog):
    begun(shop)

    def breaks(message: Message) -> None:
        if message.id.endswith("_1"):
            raise ZeroDivisionError

    publisher = Publishing(breaks)
    assert Delivering(courier_to(shop, publisher), 5, 1.0, threading.Event())() == 0
    assert [message.id for message in publisher.told] == ["m_1_1", "m_1_2"]
    assert any(record.exc_info for record in caplog.records)
    shop.clock.advance(seconds=6)
    [again] = run(shop.store.outbox.claim(shop.clock.now(), shop.clock.now() + LEASE, 5))
    assert (again.id, again.tries) == ("m_1_1", 1)


def test_one_line_tells_of_a_batch_and_one_of_each_dead_letter(shop, caplog):
    def refuses(message: Message) -> None:
        raise DeliveryFailed("shop.example answered 410.", gone=message.id.endswith("_1"))

    begun(shop)
    Delivering(courier_to(shop, Publishing(refuses)), 5, 1.0, threading.Event())()
    assert [record.message for record in caplog.records if record.name == "payments.worker"] == [
        "deliver: m_1_1 is a dead letter now: shop.example answered 410.",
        "deliver: 0 delivered; 2 failed: shop.example answered 410.",
    ]


def test_a_worker_that_stops_begins_no_further_delivery(shop):
    begun(shop)
    stop = threading.Event()
    publisher = Publishing(lambda _: stop.set())
    with pytest.raises(Stopping):
        Delivering(courier_to(shop, publisher), 5, 1.0, stop)()
    assert len(publisher.told) == 1
    shop.clock.time += LEASE
    assert len(run(shop.store.outbox.claim(shop.clock.now(), shop.clock.now() + LEASE, 5))) == 1  # not a try of its own
