"""The store on an event loop: calls that wait are committed together, and each gets its own answer after the commit."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from builders import a_payment, paid
from support.patience import EVENTUALLY

from payments.adapters.sql.payments import reading
from payments.adapters.sql.payments.together import read_together
from payments.adapters.sql.payments.works import Live
from payments.adapters.sql.store import SqlStore, open_store
from payments.domain.errors import GatewayIdTaken, OrderIsLive, PaymentNotFound, StorageBusy, StorageUnavailable
from payments.domain.machine import Status
from payments.domain.payment import Payment
from payments.domain.report import Rank
from payments.domain.values import MerchantId, Mode
from payments.entrypoints.blocking import run

TESTS = Path(__file__).parents[2]


@pytest.fixture(params=["sqlite_store", pytest.param("postgresql_store", marks=pytest.mark.postgresql)])
def blocking(request: pytest.FixtureRequest) -> SqlStore:
    chosen: SqlStore = request.getfixturevalue(request.param)
    return chosen


@pytest.fixture
def on_loop(blocking: SqlStore) -> Iterator[SqlStore]:
    store = blocking.on_loop()
    yield store
    store.close()


async def waiting(store: SqlStore, *calls: Coroutine[Any, Any, Any]) -> tuple[threading.Event, list[asyncio.Task[Any]]]:
    """Keep the writer busy until the event is set, and return the tasks of *calls*, which all wait for it."""
    let_go, busy = threading.Event(), threading.Event()

    def hold(_: sa.Connection) -> None:
        busy.set()
        assert let_go.wait(EVENTUALLY)

    holding = asyncio.create_task(store.front.write(hold))
    assert await asyncio.to_thread(busy.wait, EVENTUALLY)
    tasks = [asyncio.create_task(call) for call in calls]
    await asyncio.sleep(0)  # each of them starts, and waits
    return let_go, [holding, *tasks]


def together(store: SqlStore, *calls: Coroutine[Any, Any, Any]) -> list[Any]:
    """Let all *calls* wait at once, and return what each returned or raised."""

    async def outcomes() -> list[Any]:
        let_go, tasks = await waiting(store, *calls)
        let_go.set()
        return (await asyncio.gather(*tasks, return_exceptions=True))[1:]

    return asyncio.run(outcomes())


def commits_of(store: SqlStore) -> list[object]:
    counted: list[object] = []
    sa.event.listen(store.database.writing, "commit", counted.append)
    return counted


def opened(payment: Payment, gateway_id: str) -> Any:
    return lambda p: paid(p, gateway_id=f"{payment.merchant_id}/{gateway_id}", rank=Rank.READY)


def test_changes_that_wait_share_one_commit(blocking: SqlStore, on_loop: SqlStore) -> None:
    """Fails where each change is a transaction of its own."""
    known = [run(blocking.payments.add(a_payment())) for _ in range(5)]
    new = [a_payment() for _ in range(5)]
    commits = commits_of(on_loop)
    updates = [on_loop.payments.update(payment.merchant_id, paid) for payment in known]
    outcomes = together(on_loop, *updates, *(on_loop.payments.add(payment) for payment in new))
    assert len(commits) == 2  # the one that kept the writer busy, and theirs
    assert outcomes == [run(blocking.payments.get(payment.merchant_id)) for payment in [*known, *new]]
    assert all(len(run(blocking.payments.timeline(p.merchant_id))) == p.version for p in outcomes)


def test_changes_of_one_payment_are_made_on_each_other_in_order(blocking: SqlStore, on_loop: SqlStore) -> None:
    payment = run(blocking.payments.add(a_payment()))
    changes = [opened(payment, str(number)) for number in range(4)]
    outcomes = together(on_loop, *(on_loop.payments.update(payment.merchant_id, change) for change in changes))
    assert [len(outcome.attempts) for outcome in outcomes] == [1, 2, 3, 4]
    assert run(blocking.payments.get(payment.merchant_id)) == outcomes[-1]
    versions = [event.version for event in run(blocking.payments.timeline(payment.merchant_id))]
    assert versions == list(range(1, outcomes[-1].version + 1))


def test_one_that_fails_does_not_fail_its_neighbours(blocking: SqlStore, on_loop: SqlStore) -> None:
    """Among good ones: a change that raises, one whose rows are refused, a taken order and an absent payment."""
    owner = run(blocking.payments.add(paid(a_payment(), gateway_id="imp_1")))
    good, raising, clashing = (run(blocking.payments.add(a_payment())) for _ in range(3))
    new, rival = a_payment(), a_payment(order=owner.order, buyer=owner.buyer)

    def raises(_: Payment) -> Payment:
        raise ZeroDivisionError

    outcomes = together(
        on_loop,
        on_loop.payments.update(good.merchant_id, paid),
        on_loop.payments.update(raising.merchant_id, raises),
        on_loop.payments.update(clashing.merchant_id, lambda p: paid(p, gateway_id="imp_1")),
        on_loop.payments.add(new),
        on_loop.payments.add(rival),
        on_loop.payments.update(MerchantId("nobody"), paid),
        on_loop.payments.update(good.merchant_id, opened(good, "later")),
    )
    failures = [type(outcome) for outcome in outcomes if isinstance(outcome, Exception)]
    assert failures == [ZeroDivisionError, GatewayIdTaken, OrderIsLive, PaymentNotFound]
    assert len(run(blocking.payments.get(good.merchant_id)).attempts) == 2
    assert run(blocking.payments.get(new.merchant_id)).merchant_id == new.merchant_id
    assert run(blocking.payments.get(raising.merchant_id)) == raising
    assert run(blocking.payments.get(clashing.merchant_id)) == clashing


def test_orders_that_are_looked_up_together_get_their_own_payments(blocking: SqlStore) -> None:
    known = [run(blocking.payments.add(a_payment(buyer=f"buyer-{number}"))) for number in range(3)]
    crossed = Live(known[0].buyer, known[1].order)  # each exists, but not together
    asked = [*(Live(p.buyer, p.order) for p in known), crossed, Live("nobody", "nothing"), Live("x", known[2].order)]
    statements: list[object] = []
    sa.event.listen(blocking.database.reading, "before_cursor_execute", lambda *given: statements.append(given[2]))
    outcomes = blocking.database.read(lambda connection: read_together(connection, asked))
    assert [outcome.value for outcome in outcomes] == [*known, None, None, None]
    assert len(statements) == 1


def test_any_other_work_that_fails_is_undone_alone(blocking: SqlStore, on_loop: SqlStore) -> None:
    payment = run(blocking.payments.add(a_payment()))

    def half_done(connection: sa.Connection) -> None:
        connection.execute(sa.text("UPDATE pkr_payments SET name = 'half done'"))
        raise ZeroDivisionError

    update = on_loop.payments.update(payment.merchant_id, paid)
    changed, failure = together(on_loop, update, on_loop.front.write(half_done))
    assert isinstance(failure, ZeroDivisionError)
    assert run(blocking.payments.get(payment.merchant_id)) == changed


def test_nobody_is_answered_before_the_commit(blocking: SqlStore, on_loop: SqlStore) -> None:
    """Fails where an answer is given, and the commit follows: the loop runs while the commit is held back."""
    payments = [run(blocking.payments.add(a_payment())) for _ in range(3)]
    answered_too_early: list[int] = []

    async def scenario() -> list[Any]:
        loop = asyncio.get_running_loop()
        let_go, [holding, *tasks] = await waiting(
            on_loop, *(on_loop.payments.update(payment.merchant_id, paid) for payment in payments)
        )

        def before_the_commit(_: object) -> None:
            for _ in range(3):  # whatever was sent to the loop by now is done then
                asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result(EVENTUALLY)
            answered_too_early.append(sum(task.done() for task in tasks))

        sa.event.listen(on_loop.database.writing, "commit", before_the_commit)
        let_go.set()
        return list(await asyncio.gather(holding, *tasks))

    asyncio.run(scenario())
    assert answered_too_early == [0, 0]


def test_where_the_commit_is_in_doubt_all_are_told_and_none_runs_again(blocking: SqlStore, on_loop: SqlStore) -> None:
    payments = [run(blocking.payments.add(a_payment())) for _ in range(2)]
    runs: list[MerchantId] = []

    def counted(payment: Payment) -> Payment:
        runs.append(payment.merchant_id)
        return paid(payment)

    def lost(_: object) -> None:
        if runs:
            raise sa.exc.OperationalError("COMMIT", None, Exception("the connection was lost"))

    sa.event.listen(on_loop.database.writing, "commit", lost)
    outcomes = together(on_loop, *(on_loop.payments.update(p.merchant_id, counted) for p in payments))
    assert [type(outcome) for outcome in outcomes] == [StorageUnavailable] * 2
    assert "unknown" in str(outcomes[0])
    assert sorted(runs) == sorted(payment.merchant_id for payment in payments)


def test_where_too_many_wait_the_next_is_refused_at_once(blocking: SqlStore) -> None:
    store = blocking.on_loop(most_waiting=2)
    payment = run(blocking.payments.add(a_payment()))

    async def scenario() -> Payment:
        let_go, tasks = await waiting(store, store.payments.update(payment.merchant_id, paid))
        with pytest.raises(StorageBusy):  # although the writer is still busy
            await store.payments.update(payment.merchant_id, opened(payment, "refused"))
        let_go.set()
        await asyncio.gather(*tasks)
        return await store.payments.update(payment.merchant_id, opened(payment, "later"))

    assert len(asyncio.run(scenario()).attempts) == 2
    store.close()


def test_what_waits_is_executed_before_the_store_is_closed(blocking: SqlStore) -> None:
    store = blocking.on_loop(most_together=2)
    payments = [run(blocking.payments.add(a_payment())) for _ in range(7)]

    async def scenario() -> list[Any]:
        let_go, tasks = await waiting(store, *(store.payments.update(p.merchant_id, paid) for p in payments))
        closing = asyncio.create_task(asyncio.to_thread(store.close))
        let_go.set()
        await closing
        with pytest.raises(StorageUnavailable):
            await store.payments.get(payments[0].merchant_id)
        return list(await asyncio.gather(*tasks))

    _, *changed = asyncio.run(scenario())
    assert changed == [run(blocking.payments.get(payment.merchant_id)) for payment in payments]


@pytest.mark.postgresql
def test_a_payment_that_is_locked_elsewhere_holds_up_no_other(postgresql_store: SqlStore) -> None:
    """Fails where the writer waits for the lock of one payment, and everybody for the writer."""
    locked, free = (run(postgresql_store.payments.add(a_payment())) for _ in range(2))
    store = postgresql_store.on_loop()

    async def scenario() -> tuple[bool, Payment]:
        with postgresql_store.database.engine.connect() as other:
            other.execute(reading.LOCK, {"merchant_id": locked.merchant_id})
            let_go, [_, waits, goes_on] = await waiting(
                store,
                store.payments.update(locked.merchant_id, paid),
                store.payments.update(free.merchant_id, paid),
            )
            let_go.set()
            await asyncio.wait_for(goes_on, EVENTUALLY)
            waited = not waits.done()
        return waited, await waits

    waited, changed = asyncio.run(scenario())
    store.close()
    assert waited
    assert run(postgresql_store.payments.get(locked.merchant_id)) == changed


_PAYS_FOR_EVER = """
import asyncio, sys
from builders import a_payment, paid
from payments.adapters.sql.store import open_store
from payments.domain.values import Mode

async def pays(store):
    while True:
        added = await store.payments.add(a_payment())
        print((await store.payments.update(added.merchant_id, paid)).merchant_id, flush=True)

async def main(store):
    await asyncio.gather(*(pays(store) for _ in range(8)))

asyncio.run(main(open_store(sys.argv[1], Mode.TEST).on_loop()))
"""


def test_whatever_was_answered_survives_a_killed_process(url: str) -> None:
    """Fails where an answer precedes its commit: the process is killed without warning, between any two steps."""
    path = os.pathsep.join([str(TESTS), *filter(None, [os.environ.get("PYTHONPATH")])])
    process = subprocess.Popen(
        [sys.executable, "-c", _PAYS_FOR_EVER, url],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert process.stdout is not None
    answered = [process.stdout.readline().strip() for _ in range(40)]
    process.send_signal(signal.SIGKILL)
    answered += process.stdout.read().split("\n")[:-1]
    process.stdout.close()
    process.wait(EVENTUALLY)
    store = open_store(url, Mode.TEST)
    for merchant_id in answered:
        assert run(store.payments.get(MerchantId(merchant_id))).status is Status.PAID
    assert len(answered) >= 40
    store.close()
