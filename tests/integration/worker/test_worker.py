"""The worker on a real database, against the local Iamport and a real endpoint: it finds money without being told.

Nothing here sends a webhook or calls back: the sandbox has no address of ours.
"""

import threading

import attrs
from integration.worker.shop_at_work import (
    HURRIED,
    begun,
    deleted_by_hand,
    heard,
    known,
    orphans,
    paid_in_silence,
    settings_for,
    waiting,
)
from support.endpoint import Endpoint, answers
from support.patience import EVENTUALLY, until

from payments.domain.machine import Status
from payments.domain.messages import Message
from payments.entrypoints.blocking import run
from payments.entrypoints.bootstrap import opened
from payments.entrypoints.settings import DatabaseSettings
from payments.entrypoints.worker import Pace, Worker, running_worker


def test_the_sweep_finds_what_is_due_without_the_list(url, sandbox, passed):
    with opened(settings_for(url, sandbox)) as service:
        payment = begun(service, "order-1")
        passed(seconds=31)
        with running_worker(Worker.of(service, attrs.evolve(HURRIED, reconcile_every=3600))):
            until(lambda: run(service.checkout.payments.reconciled_until()))  # that was the only reconciliation,
            until(lambda: known(service, payment.merchant_id).checks)  # and the first look
            paid_in_silence(sandbox, payment)
            passed(minutes=1)
            until(lambda: known(service, payment.merchant_id).status is Status.PAID)


def test_the_list_finds_what_is_not_due_and_what_we_forgot(url, sandbox):
    with opened(settings_for(url, sandbox)) as service:
        paid, lost = begun(service, "order-1"), begun(service, "order-2")
        for payment in (paid, lost):
            paid_in_silence(sandbox, payment)
        deleted_by_hand(url, lost.merchant_id)
        with running_worker(Worker.of(service, HURRIED)):
            until(lambda: known(service, paid.merchant_id).status is Status.PAID)
            until(lambda: orphans(service))
        (orphan,) = orphans(service)
        assert (orphan.report.merchant_id, orphan.report.remaining) == (lost.merchant_id, 12_000)
        assert known(service, lost.merchant_id) is None


def test_the_shop_hears_of_everything_once_from_several_workers(url, sandbox):
    with Endpoint(answers(204, b"")) as endpoint:
        settings = settings_for(url, sandbox, endpoint.url)
        with opened(settings) as service, opened(settings) as other:
            for n in range(15):
                paid_in_silence(sandbox, begun(service, f"order-{n}"))
            with running_worker(Worker.of(service, HURRIED)), running_worker(Worker.of(other, HURRIED)):
                until(lambda: endpoint.received.qsize() >= 45)  # begun, prepared, captured: each of 15
                until(lambda: not waiting(url))
        times = heard(endpoint)
    assert len(times) == 45
    assert set(times.values()) == {1}


class Held:
    """A publisher that holds every message until it is let go."""

    def __init__(self) -> None:
        self.entered, self.leave = threading.Event(), threading.Event()

    async def publish(self, _: Message) -> None:
        self.entered.set()
        assert self.leave.wait(EVENTUALLY)


def test_a_slow_endpoint_does_not_keep_the_books_waiting(sqlite_url, sandbox):
    held = Held()
    with opened(settings_for(sqlite_url, sandbox, "http://127.0.0.1:9/")) as service:
        payment = begun(service, "order-1")
        worker = Worker.of(attrs.evolve(service, courier=attrs.evolve(service.courier, publisher=held)), HURRIED)
        with running_worker(worker):
            assert held.entered.wait(EVENTUALLY)
            paid_in_silence(sandbox, payment)
            until(lambda: known(service, payment.merchant_id).status is Status.PAID)
            assert worker.well
            held.leave.set()


def test_the_courier_of_the_settings_spreads_its_retries(sqlite_url, sandbox):
    with opened(settings_for(sqlite_url, sandbox, "http://127.0.0.1:9/")) as service:
        jitters = [service.courier.jitter() for _ in range(1000)]
    assert 1.0 <= min(jitters) < 1.01
    assert 1.09 < max(jitters) <= 1.1


def test_without_an_endpoint_messages_wait_and_the_worker_says_so(sqlite_url, sandbox, caplog):
    with opened(settings_for(sqlite_url, sandbox)) as service:
        begun(service, "order-1")
        with running_worker(Worker.of(service, HURRIED)) as worker:
            assert not [health for health in worker.health if health.name.startswith("deliver")]
        assert waiting(sqlite_url) == 2
    assert "no endpoint and no subscriber" in caplog.text


def test_a_database_that_goes_away_and_comes_back_stops_no_loop(crashable_postgresql, sandbox):
    url = crashable_postgresql.url(crashable_postgresql.create_database())
    settings = settings_for(url, sandbox)
    with opened(attrs.evolve(settings, database=DatabaseSettings(url=url, create=True))) as service:
        payment = begun(service, "order-1")
        with running_worker(Worker.of(service, HURRIED)) as worker:
            crashable_postgresql.crash()
            until(lambda: any(health.failures for health in worker.health))
            crashable_postgresql.start()
            paid_in_silence(sandbox, payment)
            until(lambda: known(service, payment.merchant_id).status is Status.PAID)
            until(lambda: not any(health.failures for health in worker.health))
            assert worker.well


def test_a_worker_with_nothing_at_hand_leaves_no_thread_behind(sqlite_url, sandbox, caplog):
    others = set(threading.enumerate())  # a demo may be running in this process, with a worker of its own
    with opened(settings_for(sqlite_url, sandbox)) as service:
        worker = Worker.of(service, Pace(grace=EVENTUALLY))
        with running_worker(worker):
            until(lambda: worker.well)
        assert "still running" not in caplog.text
        assert not [t for t in set(threading.enumerate()) - others if t.name.startswith("payments-")]
        assert not worker.well
