"""The worker on a real database, against the local Iamport and a real endpoint: what nobody tells us, it finds.

Nothing here sends a webhook or calls back: the sandbox has no address of ours.
"""

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
import pytest
import sqlalchemy as sa
from standardwebhooks import Webhook
from support.endpoint import Endpoint, answers, hangs
from support.patience import EVENTUALLY, until
from typed_settings import Secret

from payments.adapters.system.clock import SystemClock
from payments.adapters.webhooks import new_secret
from payments.domain.errors import PaymentNotFound
from payments.domain.machine import Status
from payments.domain.money import Money
from payments.domain.payment import Disposition, Payment
from payments.domain.use_cases.outbox import Message
from payments.domain.values import Caller, Method, Mode, Offer
from payments.entrypoints.blocking import run
from payments.entrypoints.bootstrap import opened
from payments.entrypoints.sandbox import KEY, SECRET, USER_CODE, Sandbox, running_sandbox
from payments.entrypoints.service import Service
from payments.entrypoints.settings import DatabaseSettings, HttpSettings, IamportOptions, Settings, WebhookOptions
from payments.entrypoints.worker import Pace, Worker, running_worker

WEBHOOK_SECRET = new_secret()
HURRIED = Pace(idle=0.02, reconcile_every=0.1)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """One of this test's own: a worker finds whatever any test ever paid there."""
    with running_sandbox() as serving:
        yield serving


@pytest.fixture
def passed(monkeypatch) -> Callable[..., None]:
    """Let time pass for this process's domain: `passed(minutes=3)`."""
    ahead = timedelta()

    def pass_(**span: float) -> None:
        nonlocal ahead
        ahead += timedelta(**span)

    monkeypatch.setattr(SystemClock, "now", lambda _: datetime.now(UTC) + ahead)
    return pass_


def settings_for(url: str, sandbox: Sandbox, told: str = "") -> Settings:
    keys = {"key": Secret(KEY), "secret": Secret(SECRET), "user_code": USER_CODE}
    return Settings(
        mode=Mode.TEST,
        database=DatabaseSettings(url=url),
        iamport=IamportOptions(api_url=sandbox.url, **keys),
        http=HttpSettings(threads=8),
        webhooks=WebhookOptions(url=told, secrets=(WEBHOOK_SECRET,), allow_private=True) if told else WebhookOptions(),
    )


def begun(service: Service, order: str) -> Payment:
    caller = Caller.buyer("buyer-1")
    return run(service.checkout.begin("buyer-1", order, Offer("책", Money(12_000)), Method.CARD, caller))


def paid_in_silence(sandbox: Sandbox, payment: Payment) -> None:
    sandbox.approve(sandbox.open_window(payment.merchant_id, 12_000))


def known(service: Service, merchant_id: str) -> Payment | None:
    try:
        return run(service.checkout.payments.get(merchant_id))
    except PaymentNotFound:
        return None


def deleted_by_hand(url: str, merchant_id: str) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for table in ("outbox", "events", "refunds", "attempts", "payments"):
            connection.execute(sa.text(f"DELETE FROM pkr_{table} WHERE merchant_id = :id"), {"id": merchant_id})  # noqa: S608
    engine.dispose()


def waiting(url: str) -> int:
    """How many messages wait, dead letters included."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        count: int = connection.execute(sa.text("SELECT count(*) FROM pkr_outbox")).scalar_one()
    engine.dispose()
    return count


def heard(endpoint: Endpoint) -> Counter[str]:
    """How often each message came, all of them verified."""
    counted: Counter[str] = Counter()
    while not endpoint.received.empty():
        received = endpoint.received.get()
        Webhook(WEBHOOK_SECRET).verify(received.body, received.headers)
        counted[received.headers["webhook-id"]] += 1
    return counted


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
            until(lambda: known(service, lost.merchant_id))
        assert known(service, lost.merchant_id).attempts[0].disposition is Disposition.ORPHAN


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


# processes

COMMAND = """
import logging, os
from pathlib import Path
from payments.entrypoints.settings import load_settings
from payments.entrypoints.bootstrap import opened
from payments.entrypoints.worker import Pace, Worker, serve
logging.basicConfig(level="INFO")
beat = Path(os.environ["BEAT"])
with opened(load_settings()) as service:
    raise SystemExit(serve(Worker.of(service, Pace(idle=0.02, reconcile_every=0.1, grace=1), beat)))
"""


@contextlib.contextmanager
def worker_process(url: str, sandbox: Sandbox, endpoint: Endpoint, beat: Path) -> Iterator[subprocess.Popen[str]]:
    environment = {
        **os.environ,
        "PAYMENTS_DATABASE_URL": url,
        "PAYMENTS_IAMPORT_API_URL": sandbox.url,
        "PAYMENTS_IAMPORT_KEY": KEY,
        "PAYMENTS_IAMPORT_SECRET": SECRET,
        "PAYMENTS_IAMPORT_USER_CODE": USER_CODE,
        "PAYMENTS_WEBHOOKS_URL": endpoint.url,
        "PAYMENTS_WEBHOOKS_SECRETS": WEBHOOK_SECRET,
        "PAYMENTS_WEBHOOKS_ALLOW_PRIVATE": "true",
        "BEAT": str(beat),
    }
    command = [sys.executable, "-c", COMMAND]
    process = subprocess.Popen(command, env=environment, cwd=beat.parent, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_a_killed_worker_loses_nothing(url, sandbox, passed, tmp_path):
    """It dies with deliveries under way and payments claimed; another goes on once the leases are over."""
    with Endpoint(hangs) as endpoint:
        settings = settings_for(url, sandbox, endpoint.url)
        with opened(settings) as service:
            payments = [begun(service, f"order-{n}") for n in range(6)]
            with worker_process(url, sandbox, endpoint, tmp_path / "beat") as process:
                until(lambda: endpoint.received.qsize() >= 3)  # 12 messages, in batches of five
                process.kill()
                process.wait()
            for payment in payments:
                paid_in_silence(sandbox, payment)
            interrupted = heard(endpoint)
            assert interrupted
            endpoint.manners = [answers(200)]
            passed(seconds=121)  # the lease
            with running_worker(Worker.of(service, HURRIED)):
                until(lambda: all(known(service, p.merchant_id).status is Status.PAID for p in payments))
                until(lambda: not waiting(url))
        times = heard(endpoint)
    expected = {f"{payment.merchant_id}_{version}" for payment in payments for version in (1, 2, 3)}
    assert times.keys() == expected
    assert interrupted.keys() < expected  # told again, under the same names


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_asked_ends_even_with_a_delivery_that_hangs(number, sqlite_url, sandbox, tmp_path):
    beat = tmp_path / "beat"
    with Endpoint(hangs) as endpoint, opened(settings_for(sqlite_url, sandbox)) as service:
        begun(service, "order-1")
        with worker_process(sqlite_url, sandbox, endpoint, beat) as process:
            until(lambda: endpoint.connections)
            until(beat.exists)
            process.send_signal(number)
            log = process.communicate(timeout=EVENTUALLY)[1]
            assert process.returncode == 0
    assert "worker started" in log
    assert re.search("still running: .*deliver-", log), "it did not wait for the delivery"
    assert "Traceback" not in log
    assert WEBHOOK_SECRET not in log
    assert SECRET not in log
    assert '"name": "reconcile"' in beat.read_text()


def test_a_worker_with_nothing_at_hand_leaves_no_thread_behind(sqlite_url, sandbox, caplog):
    others = set(threading.enumerate())  # a demo may be running in this process, with a worker of its own
    with opened(settings_for(sqlite_url, sandbox)) as service:
        worker = Worker.of(service, Pace(grace=EVENTUALLY))
        with running_worker(worker):
            until(lambda: worker.well)
        assert "still running" not in caplog.text
        assert not [t for t in set(threading.enumerate()) - others if t.name.startswith("payments-")]
        assert not worker.well
