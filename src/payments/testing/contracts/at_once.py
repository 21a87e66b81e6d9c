"""What holds of every PaymentRepository when several change a payment at once: each change is made on the last."""

import functools
import threading

import attrs

from payments.domain.errors import AlreadyPaid, ConcurrentUpdate, IllegalTransition
from payments.domain.event import Event, EventKind
from payments.domain.machine import Status, Trigger
from payments.domain.payment import Payment
from payments.domain.ports import Store
from payments.domain.refunding import request
from payments.domain.report import Rank
from payments.domain.values import RefundId
from payments.entrypoints.blocking import run
from payments.testing.at_once import at_once
from payments.testing.builders import a_payment, a_refund_order, paid
from payments.testing.contracts.changes import closed
from payments.testing.contracts.promises import Promised
from payments.testing.looking import everything_of, outcome
from payments.testing.shop import NOON

THREADS = 8
CAPTURED = Event(kind=EventKind.CAPTURED, at=NOON, by="test")


def apply_report(store: Store, payment: Payment, gateway_id: str) -> None:
    """Let the payment learn of one more attempt."""
    opened = functools.partial(paid, gateway_id=gateway_id, rank=Rank.READY)
    run(store.payments.update(payment.merchant_id, opened))


class AtOnce(Promised):
    """What holds of every PaymentRepository when several change a payment at once: each change is made on the last."""

    def test_a_payment_overtaken_by_its_cancellation_is_not_paid(self, store: Store) -> None:
        """Whoever is first, the other is decided on what the first one stored. Fails where an update is lost."""
        payment = run(store.payments.add(a_payment()))
        rivals: list[object] = []
        rival = threading.Thread(
            target=lambda: rivals.append(outcome(store.payments.update(payment.merchant_id, closed)))
        )

        def overtaken(seen: Payment) -> Payment:
            if rival.ident is None:  # between our read and our write, someone cancels, as soon as the store lets him
                rival.start()
                rival.join(0.2)
            return seen.after(Trigger.CAPTURED, CAPTURED)

        ours = outcome(store.payments.update(payment.merchant_id, overtaken))
        rival.join()
        stored, timeline, _ = everything_of(store, payment.merchant_id)
        if stored.status is Status.CANCELLED:
            assert isinstance(ours, IllegalTransition)
        else:
            assert isinstance(rivals[0], AlreadyPaid | ConcurrentUpdate)
        assert [entry.version for entry in timeline] == [1, 2]

    def test_changes_made_at_once_are_all_kept(self, store: Store) -> None:
        """Fails where one that waited for the lock goes on with what it had read before."""
        payment = run(store.payments.add(a_payment()))

        def learn_five(thread: int) -> None:
            for number in range(5):
                apply_report(store, payment, f"{payment.merchant_id}/{thread}/{number}")

        assert at_once(*(functools.partial(learn_five, thread) for thread in range(THREADS))) == [None] * THREADS
        stored, timeline, told = everything_of(store, payment.merchant_id)
        assert len(stored.attempts) == THREADS * 5
        assert [entry.version for entry in timeline] == list(range(1, THREADS * 5 + 2))
        assert len(told) == len(timeline)

    def test_bookkeeping_done_at_once_is_all_kept(self, store: Store) -> None:
        """Fails where the version alone guards a row: bookkeeping does not move it."""
        payment = run(store.payments.add(a_payment()))

        def check() -> None:
            for _ in range(5):
                run(store.payments.update(payment.merchant_id, lambda p: attrs.evolve(p, checks=p.checks + 1)))

        at_once(*[check] * THREADS)
        assert run(store.payments.get(payment.merchant_id)).checks == THREADS * 5

    def test_one_of_many_refunds_of_a_capture_is_opened(self, store: Store) -> None:
        payment = run(store.payments.add(paid(a_payment())))

        def ask(number: int) -> Payment:
            asked, name = a_refund_order(amount=1_000), RefundId(f"r{number}")
            return run(store.payments.update(payment.merchant_id, lambda p: request(p, asked, name, NOON, "shop:test")))

        outcomes = at_once(*(functools.partial(ask, number) for number in range(THREADS)))
        kinds = sorted(type(found).__name__ for found in outcomes)
        assert kinds == ["Payment"] + ["RefundInProgress"] * (THREADS - 1)
        assert len(run(store.payments.get(payment.merchant_id)).refunds) == 1

    def test_a_reader_never_sees_half_a_change(self, store: Store) -> None:
        """A payment with n attempts has seen n + 1 changes. Fails where a payment and its attempts are read apart."""
        payment = run(store.payments.add(a_payment()))
        done = threading.Event()

        def write() -> None:
            for number in range(40):
                apply_report(store, payment, f"{payment.merchant_id}/{number}")
            done.set()

        def read() -> list[Payment]:
            seen = []
            while not done.is_set():
                seen.append(run(store.payments.get(payment.merchant_id)))
            return seen

        *readers, _ = at_once(read, read, write)
        halves = [seen for reader in readers for seen in reader if len(seen.attempts) + 1 != seen.version]
        assert not halves
