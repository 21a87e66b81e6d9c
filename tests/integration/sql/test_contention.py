"""Several processes on one database: no update is lost, and whoever is killed takes nothing acknowledged along."""

import contextlib
import functools
import random
import subprocess
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from builders import NOON, a_payment, paid, with_refund
from support.rounds import rounds
from support.system.writers import started

from payments.adapters.sql.store import SqlStore, open_store
from payments.domain.books.search import Filter
from payments.domain.machine import Status
from payments.domain.payment import Payment
from payments.domain.refunding import refusal
from payments.domain.values import MerchantId, Mode, RefundId
from payments.entrypoints.blocking import run
from payments.testing.at_once import at_once
from payments.testing.looking import everything_of

PROCESSES = 3
TIMES = rounds(60, 600)


@pytest.fixture
def opened(url: str) -> Iterator[SqlStore]:
    store = open_store(url, Mode.TEST)
    yield store
    store.close()


@pytest.mark.soak
def test_no_change_of_several_processes_is_lost(url: str, opened: SqlStore) -> None:
    """Fails with Python's own SQLite transactions, which lose most of them without an error."""
    payment = run(opened.payments.add(a_payment()))
    with contextlib.ExitStack() as ended:
        writers = [
            ended.enter_context(started("count", url, payment.merchant_id, str(TIMES))) for _ in range(PROCESSES)
        ]
        for writer in writers:
            assert writer.stdout.readline() == "ready\n"
        for writer in writers:
            writer.stdin.write("go\n")
            writer.stdin.flush()
        assert [writer.wait() for writer in writers] == [0] * PROCESSES
    assert run(opened.payments.get(payment.merchant_id)).checks == PROCESSES * TIMES


@pytest.mark.soak
def test_a_store_opened_before_a_fork_works_in_both_processes(url: str, opened: SqlStore) -> None:
    """As under a server that loads the program once. Fails where both sides talk over one connection."""
    payment = run(opened.payments.add(a_payment()))
    with started("fork", url, payment.merchant_id, str(TIMES)) as writer:
        assert writer.wait() == 0
    assert run(opened.payments.get(payment.merchant_id)).checks == 2 * TIMES


def test_two_stores_of_one_process_on_one_database_lose_nothing(url: str, opened: SqlStore) -> None:
    """The demo runs its API and its worker so. Fails where each has a queue of its own for the file's lock."""
    other = open_store(url, Mode.TEST)
    payment = run(opened.payments.add(a_payment()))

    def apply_report(store: SqlStore, name: str) -> None:
        for number in range(20):
            opening = functools.partial(paid, gateway_id=f"{name}/{number}", rank=1)
            run(store.payments.update(payment.merchant_id, opening))

    assert at_once(lambda: apply_report(opened, "a"), lambda: apply_report(other, "b")) == [None, None]
    other.close()
    assert len(run(opened.payments.get(payment.merchant_id)).attempts) == 40


@pytest.mark.soak
def test_a_killed_writer_loses_no_acknowledged_change(url: str, opened: SqlStore) -> None:
    """kill -9 between and within its transactions; what it had said it stored is there, whole."""
    chance = random.Random(3)
    for _ in range(rounds(5, 80)):
        writer = started("begin", url)
        with writer:
            said = [writer.stdout.readline().strip() for _ in range(chance.randint(1, 20))]
            writer.kill()
            said += [line.strip() for line in writer.stdout if line.endswith("\n")]
        assert all(said)
        for merchant_id in said:
            payment, timeline, told = everything_of(opened, MerchantId(merchant_id))
            assert payment.status is Status.PAID
            assert len(timeline) == len(told) == payment.version == 2
    for payment in run(opened.payments.page(Filter(), None, 10_000)):
        assert len(run(opened.payments.timeline(payment.merchant_id))) == payment.version
    if opened.database.engine.dialect.name == "sqlite":
        assert opened.database.read(lambda c: c.execute(sa.text("PRAGMA integrity_check")).scalar()) == "ok"


def test_a_writer_killed_within_a_change_leaves_no_lock_and_no_trace(url: str, opened: SqlStore) -> None:
    payment = run(opened.payments.add(a_payment()))
    with started("hang", url, payment.merchant_id) as writer:
        assert writer.stdout.readline() == "inside\n"
        writer.kill()
    assert run(opened.payments.get(payment.merchant_id)) == payment
    assert run(opened.payments.update(payment.merchant_id, paid)).status is Status.PAID


@pytest.mark.soak
def test_one_refund_pushed_by_several_processes_at_once_is_sent_once(url: str, opened: SqlStore) -> None:
    """Fails where a send is decided on what was read before the lock: the money would leave twice."""
    payment = run(opened.payments.add(paid(a_payment())))
    pushes = rounds(20, 300)
    with contextlib.ExitStack() as ended:
        pushers = [ended.enter_context(started("push", url, payment.merchant_id)) for _ in range(PROCESSES)]
        assert [pusher.stdout.readline() for pusher in pushers] == ["ready\n"] * PROCESSES
        for number in range(pushes):
            refund_id = RefundId(f"r{number}")
            run(opened.payments.update(payment.merchant_id, lambda p, name=refund_id: with_refund(p, refund_id=name)))
            for pusher in pushers:
                say(pusher, refund_id)
            assert [pusher.stdout.readline() for pusher in pushers] == ["read\n"] * PROCESSES
            for pusher in pushers:
                say(pusher, "go")
            lines = [line for pusher in pushers for line in heard(pusher)]
            assert sorted(lines) == ["done\n"] * PROCESSES + ["sent\n"]
            assert run(opened.payments.get(payment.merchant_id)).refund(refund_id).sends == 1
            run(opened.payments.update(payment.merchant_id, given_up))
        for pusher in pushers:
            pusher.stdin.close()
            assert pusher.wait() == 0


def say(pusher: subprocess.Popen[str], what: str) -> None:
    pusher.stdin.write(f"{what}\n")
    pusher.stdin.flush()


def heard(pusher: subprocess.Popen[str]) -> list[str]:
    """Return what the process says of one push."""
    lines = [pusher.stdout.readline()]
    while lines[-1] == "sent\n":
        lines.append(pusher.stdout.readline())
    return lines


def given_up(payment: Payment) -> Payment:
    [refund] = payment.open_refunds
    return payment.apply([refusal(refund, NOON, "for the next round")])
