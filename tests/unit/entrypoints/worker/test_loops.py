"""The worker's loops and steps, each on its own: they survive what they meet, slow down, and say so."""

import logging
import threading
from datetime import timedelta

import pytest
from support.patience import EVENTUALLY
from support.world import Overridden, Publishing, World

from payments.domain.errors import ContractViolation, NotSent, PaymentNotFound, Unknown
from payments.domain.machine import Status
from payments.domain.messages import DeliveryFailed, Message
from payments.domain.ports import ListingPage
from payments.domain.schedule import CHECK_WAITS, LEASE
from payments.entrypoints.blocking import run
from payments.entrypoints.worker import loops
from payments.entrypoints.worker.delivering import Delivering
from payments.entrypoints.worker.forgetting import Forgetting
from payments.entrypoints.worker.loops import MAX_BACKOFF_SECONDS, Loop, Stopping, Troubled
from payments.entrypoints.worker.pace import Pace
from payments.entrypoints.worker.reconciling import Reconciling, ReconcilingDeep
from payments.entrypoints.worker.running import Worker
from payments.entrypoints.worker.sweeping import Sweeping


@pytest.fixture
def world() -> World:
    return World()


def loop_of(step) -> Loop:
    return Loop("test", step, threading.Event(), hangs_after=60)


# loops


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (NotSent("the provider is away"), "gateway-not-reached"),
        (KeyError("whatever"), "internal-error"),
        (Troubled("gateway-unknown"), "gateway-unknown"),
    ],
)
def test_a_loop_survives_whatever_a_step_raises_and_says_what_it_was(error, told, monkeypatch):
    monkeypatch.setattr(loops, "MAX_BACKOFF_SECONDS", 0.01)
    outcomes = iter([error, error, None])
    stop, steps = threading.Event(), []

    def step() -> float:
        steps.append(loop.health)
        if outcome := next(outcomes):
            raise outcome
        stop.set()
        return 0

    loop = Loop("test", step, stop, hangs_after=60)
    loop.start()
    assert loop.ended(EVENTUALLY)
    assert [(health.failures, health.error) for health in steps] == [(0, ""), (1, told), (2, told)]
    assert (loop.health.failures, loop.health.error) == (0, "")


def test_a_loop_backs_off_and_never_for_long():
    def failing() -> float:
        raise NotSent("away")

    loop = loop_of(failing)
    waits = [loop._run_step() for _ in range(2000)]
    assert 0.5 < waits[0] < 1.5
    assert waits[0] < waits[2] < waits[4]
    assert max(waits) <= MAX_BACKOFF_SECONDS * 1.2


def test_an_unexpected_error_is_logged_with_its_trace_and_an_expected_one_by_its_slug(caplog):
    def step() -> float:
        raise outcome

    outcome = NotSent("away")
    loop_of(step)._run_step()
    outcome = KeyError("bug")
    loop_of(step)._run_step()
    expected, unexpected = caplog.records
    assert "gateway-not-reached" in expected.message
    assert not expected.exc_info
    assert unexpected.exc_info


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_loop_that_ends_by_itself_takes_the_worker_along(caplog):
    def step() -> float:
        raise SystemExit

    loop = loop_of(step)
    loop.start()
    assert loop.stop.wait(EVENTUALLY)
    assert loop.ended(EVENTUALLY)
    assert not loop.health.well
    assert "ended by itself" in caplog.text


class Stop(threading.Event):
    """Tells when a loop waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self.waited_for = threading.Event()

    def wait(self, timeout: float | None = None) -> bool:
        self.waited_for.set()
        return super().wait(timeout)


def test_a_loop_that_hangs_is_not_well():
    now, entered, hanging = 0.0, threading.Event(), threading.Event()

    def step() -> float:
        entered.set()
        hanging.wait(EVENTUALLY)
        return 0

    loop = Loop("test", step, threading.Event(), hangs_after=60, clock=lambda: now)
    loop.start()
    assert entered.wait(EVENTUALLY)
    now = 59.9
    assert loop.health.well
    now = 60.0
    assert not loop.health.well
    loop.stop.set()
    hanging.set()
    assert loop.ended(EVENTUALLY)


def test_waiting_is_not_hanging():
    now, stop = 0.0, Stop()
    loop = Loop("test", lambda: 3600.0, stop, hangs_after=60, clock=lambda: now)
    loop.start()
    assert stop.waited_for.wait(EVENTUALLY)
    now = 3659.9
    assert loop.health.well
    now = 3660.0
    assert not loop.health.well
    stop.set()
    assert loop.ended(EVENTUALLY)  # and an hour's wait ends at once


# sweeping


def test_a_full_batch_is_followed_by_the_next_at_once_and_an_empty_one_by_a_wait(world):
    for n in range(3):
        world.begun(f"o{n}")
    world.clock.advance(seconds=31)
    step = Sweeping(world.sweep, limit=2, idle=1.0)
    assert [step(), step(), step()] == [0, 1.0, 1.0]
    assert world.gateway.calls.count("attempts") == 3


def test_a_batch_in_which_all_fail_slows_the_sweep_down(world, caplog):
    for n in range(2):
        world.begun(f"o{n}")
    world.clock.advance(seconds=31)
    world.gateway.trouble("attempts", Unknown("no answer"), times=2)
    with pytest.raises(Troubled, match="gateway-unknown"):
        Sweeping(world.sweep, limit=2, idle=1.0)()
    [line] = [record for record in caplog.records if record.name == "payments.worker"]
    assert "2 checked, 0 changed; gateway-unknown: m_" in line.message


def test_a_bug_in_one_payment_does_not_starve_the_rest_of_the_batch(world, caplog):
    """The poisoned one is due first, and would be claimed first with the same others for ever."""
    poisoned, healthy = world.begun("o1"), world.begun("o2")
    world.captured_at_the_provider(healthy.merchant_id)
    world.clock.advance(seconds=31)
    ask = world.gateway.attempts

    async def attempts(merchant_id):
        if merchant_id == poisoned.merchant_id:
            raise ZeroDivisionError
        return await ask(merchant_id)

    world.gateway.attempts = attempts
    Sweeping(world.sweep, limit=20, idle=1.0)()
    assert run(world.store.payments.get(healthy.merchant_id)).status is Status.PAID
    assert any(record.exc_info and poisoned.merchant_id in record.message for record in caplog.records)


def test_what_a_person_should_look_at_is_logged_in_its_own_words(world, caplog):
    world.begun()
    world.clock.advance(seconds=31)
    world.gateway.trouble("attempts", ContractViolation("the answer is about another payment"))
    with pytest.raises(Troubled):
        Sweeping(world.sweep, limit=2, idle=1.0)()
    assert [r.message for r in caplog.records if r.levelno == logging.ERROR] == [
        "sweep: m_1: the answer is about another payment"
    ]


# reconciling


def test_the_default_pace_finds_money_without_a_webhook_within_a_minute():
    pace = Pace()
    assert pace.reconcile_every + pace.idle < 60
    assert CHECK_WAITS[0].total_seconds() + pace.idle < 60


def test_reconciliation_runs_once_per_interval_however_many_workers_there_are(world):
    steps = [Reconciling(world.sweep, 45.0) for _ in range(3)]
    steps[0]()
    world.clock.advance(seconds=30)
    assert [step() for step in steps] == [15.0] * 3
    assert world.gateway.calls.count("listing") == 1
    world.clock.advance(seconds=15)
    assert steps[2]() == 45.0
    assert world.gateway.calls.count("listing") == 2


def test_a_clock_behind_the_reconciled_until_does_not_stop_reconciliation(world):
    """A worker whose clock was a day ahead must not stop the others from reconciling for a day."""
    run(world.store.payments.move_reconciled_until(world.clock.now() + timedelta(days=1)))
    assert Reconciling(world.sweep, 45.0)() == 45.0
    world.captured_at_the_provider("m_lost")
    Reconciling(world.sweep, 45.0)()
    assert run(world.store.payments.get("m_lost")).attempts


def test_a_row_that_cannot_be_recorded_hides_no_later_row_and_is_logged_once(world, caplog):
    first, second = world.begun("o1"), world.begun("o2")
    for payment in (first, second):
        world.captured_at_the_provider(payment.merchant_id)
    update = world.store.payments.update

    async def poisoned(merchant_id, change):
        if merchant_id == first.merchant_id:
            raise ZeroDivisionError
        return await update(merchant_id, change)

    object.__setattr__(world.checkout, "payments", Overridden(world.store.payments, update=poisoned))
    step = Reconciling(world.sweep, 45.0)
    for _ in range(3):
        step()
        world.clock.advance(minutes=1)
    assert run(world.store.payments.get(second.merchant_id)).status is Status.PAID
    assert len([record for record in caplog.records if record.exc_info]) == 1


def test_unusable_rows_are_logged_once(world, caplog):
    async def listing(since, until, page):
        return ListingPage((), 1, ("imp_9: no status",))

    world.gateway.listing = listing
    step = Reconciling(world.sweep, 45.0)
    for _ in range(3):
        step()
        world.clock.advance(minutes=1)
    assert caplog.text.count("imp_9: no status") == 1


def test_deep_reconciliation_finds_what_lies_before_the_reconciled_until(world):
    world.captured_at_the_provider("m_lost")
    world.clock.advance(hours=30)
    run(world.store.payments.move_reconciled_until(world.clock.now()))
    Reconciling(world.sweep, 45.0)()
    with pytest.raises(PaymentNotFound):
        run(world.store.payments.get("m_lost"))
    assert ReconcilingDeep(world.sweep, 60.0, timedelta(days=3))() == 60.0
    assert run(world.store.payments.get("m_lost")).attempts


def test_deep_reconciliation_never_leaves_a_gap_after_an_old_reconciled_until(world):
    """After five days without a worker, three days would pass over the first two, and move the reconciled_until."""
    run(world.store.payments.move_reconciled_until(world.clock.now()))
    world.clock.advance(hours=2)
    world.captured_at_the_provider("m_lost")
    world.clock.advance(days=5)
    ReconcilingDeep(world.sweep, 60.0, timedelta(days=3))()
    assert run(world.store.payments.get("m_lost")).attempts


def test_payments_before_the_first_reconciliation_are_not_ours(world):
    world.captured_at_the_provider("m_other_system")
    world.clock.advance(hours=5)
    assert ReconcilingDeep(world.sweep, 60.0, timedelta(days=3))() == 60.0
    assert "listing" not in world.gateway.calls


# delivering


def test_deliveries_go_on_while_some_arrive_and_rest_when_none_does(world):
    for n in range(2):
        world.begun(f"o{n}")  # two messages each: begun, prepared
    step = Delivering(world.courier(Publishing()), 3, 1.0, threading.Event())
    assert [step(), step(), step()] == [0, 0, 1.0]


def test_a_publisher_that_breaks_counts_as_a_failure_and_holds_up_no_other_message(world, caplog):
    world.begun()

    def breaks(message: Message) -> None:
        if message.id.endswith("_1"):
            raise ZeroDivisionError

    publisher = Publishing(breaks)
    assert Delivering(world.courier(publisher), 5, 1.0, threading.Event())() == 0
    assert [message.id for message in publisher.told] == ["m_1_1", "m_1_2"]
    assert any(record.exc_info for record in caplog.records)
    world.clock.advance(seconds=6)
    [again] = run(world.store.outbox.claim(world.clock.now(), world.clock.now() + LEASE, 5))
    assert (again.id, again.tries) == ("m_1_1", 1)


def test_one_line_tells_of_a_batch_and_one_of_each_dead_letter(world, caplog):
    def refuses(message: Message) -> None:
        raise DeliveryFailed("shop.example answered 410.", gone=message.id.endswith("_1"))

    world.begun()
    Delivering(world.courier(Publishing(refuses)), 5, 1.0, threading.Event())()
    assert [record.message for record in caplog.records if record.name == "payments.worker"] == [
        "deliver: m_1_1 is a dead letter now: shop.example answered 410.",
        "deliver: 0 delivered; 2 failed: shop.example answered 410.",
    ]


def test_a_worker_that_stops_begins_no_further_delivery(world):
    world.begun()
    stop = threading.Event()
    publisher = Publishing(lambda _: stop.set())
    with pytest.raises(Stopping):
        Delivering(world.courier(publisher), 5, 1.0, stop)()
    assert len(publisher.told) == 1
    world.clock.time += LEASE
    assert (
        len(run(world.store.outbox.claim(world.clock.now(), world.clock.now() + LEASE, 5))) == 1
    )  # not a try of its own


# forgetting


def test_idempotency_keys_are_forgotten_after_seven_days(world):
    keys = world.store.idempotency_keys
    run(keys.claim_key("s", "old", "f", world.clock.now(), world.clock.now() + LEASE))
    world.clock.advance(days=3)
    run(keys.claim_key("s", "young", "f", world.clock.now(), world.clock.now() + LEASE))
    world.clock.advance(days=4, seconds=1)
    assert Forgetting(keys, world.clock, 3600.0)() == 3600.0
    assert run(keys.forget_keys(world.clock.now() + timedelta(days=1))) == 1  # the young one was still there


def test_messages_that_nobody_receives_are_deleted_after_thirty_days(world):
    """Without an endpoint or a subscriber the outbox would grow for ever."""
    world.begun()
    begun = world.clock.now()
    forgetting = Forgetting(world.store.idempotency_keys, world.clock, 3600.0, unreceived=world.store.outbox)
    for seconds, waiting in ((30 * 86_400, 2), (1, 0)):  # not a second before
        world.clock.advance(seconds=seconds)
        assert forgetting() == 3600.0
        assert len(run(world.store.outbox.claim(world.clock.now(), begun, 10))) == waiting


def test_messages_beyond_one_batch_are_deleted_in_the_next(world, monkeypatch):
    monkeypatch.setattr("payments.entrypoints.worker.forgetting.DELETE_BATCH", 2)
    world.begun()  # two messages
    world.clock.advance(days=31)
    forgetting = Forgetting(world.store.idempotency_keys, world.clock, 3600.0, unreceived=world.store.outbox)
    assert [forgetting(), forgetting()] == [0, 3600.0]


@pytest.mark.parametrize("somebody", [True, False])
def test_messages_are_deleted_only_if_nobody_receives_them(world, somebody):
    courier = world.courier(Publishing()) if somebody else None
    worker = Worker(sweep=world.sweep, courier=courier, outbox=world.store.outbox, keys=world.store.idempotency_keys)
    assert (worker._forgetting().step.unreceived is None) == somebody
