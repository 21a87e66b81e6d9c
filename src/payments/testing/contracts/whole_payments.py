"""What holds of every PaymentRepository: whole payments, one at a time, told in full, or nothing at all."""

import functools
from collections.abc import Callable
from datetime import timedelta

import attrs
from hypothesis import given, settings

from payments.domain.event import EventKind
from payments.domain.messages import Message
from payments.domain.payment import Payment
from payments.domain.ports import Store
from payments.domain.refund import Refund
from payments.domain.refunding import begin_send, note_not_sent, note_refused, note_still_at_work
from payments.domain.values import Method
from payments.entrypoints.blocking import run
from payments.testing.builders import a_payment, issued, paid, with_refund
from payments.testing.contracts.changes import following, prepared
from payments.testing.contracts.promises import Promised
from payments.testing.contracts.settings import EXAMPLES, UNHURRIED
from payments.testing.looking import everything_of
from payments.testing.shop import NOON
from payments.testing.strategies import lives

THREADS = 8


class WholePayments(Promised):
    """What holds of every PaymentRepository: whole payments, one at a time, told in full, or nothing at all."""

    @settings(max_examples=EXAMPLES, suppress_health_check=UNHURRIED)
    @given(life=lives())
    def test_every_moment_of_any_life_is_loaded_as_it_was_stored(self, store: Store, life: list[Payment]) -> None:
        begun, *rest = life
        run(store.payments.add(begun))
        known = begun
        for payment in rest:
            successor = attrs.evolve(payment, new_events=payment.new_events[known.version :])
            stored = run(store.payments.update(payment.merchant_id, following(known, successor)))
            assert stored == run(store.payments.get(payment.merchant_id)) == payment
            known = payment
        loaded, timeline, told = everything_of(store, begun.merchant_id)
        assert (loaded, loaded.new_events) == (known, ())
        assert timeline == list(known.new_events)
        assert told == [Message.about(known, event) for event in known.new_events]

    @settings(max_examples=EXAMPLES, suppress_health_check=UNHURRIED)
    @given(life=lives())
    def test_a_payment_added_late_in_its_life_is_loaded_as_it_was_stored(
        self, store: Store, life: list[Payment]
    ) -> None:
        added = run(store.payments.add(life[-1]))
        assert (added, added.new_events) == (life[-1], ())
        assert run(store.payments.get(added.merchant_id)) == added
        assert list(run(store.payments.timeline(added.merchant_id))) == list(life[-1].new_events)

    def test_what_is_returned_has_no_news(self, store: Store) -> None:
        """Fails where new_events come back: the next change would tell them again."""
        payment = run(store.payments.add(a_payment()))
        changed = run(store.payments.update(payment.merchant_id, paid))
        assert payment.new_events == changed.new_events == ()
        live = run(store.payments.live(payment.buyer, payment.order))
        assert live is not None
        assert live.new_events == ()

    def test_every_change_has_exactly_one_event_and_one_message(self, store: Store) -> None:
        payment = run(store.payments.add(a_payment()))
        for change in (prepared, paid, with_refund):
            payment = run(store.payments.update(payment.merchant_id, change))
        stored, timeline, told = everything_of(store, payment.merchant_id)
        assert [entry.version for entry in timeline] == list(range(1, stored.version + 1))
        assert [entry.kind for entry in timeline] == [
            EventKind.BEGUN,
            EventKind.PREPARED,
            EventKind.CAPTURED,
            EventKind.REFUND_REQUESTED,
        ]
        assert told == [Message.about(stored, entry) for entry in timeline]

    def test_bookkeeping_is_stored_without_an_event(self, store: Store) -> None:
        """Fails where a store looks at the version alone to see whether anything changed."""
        payment = run(store.payments.add(with_refund(paid(a_payment()))))
        later = NOON + timedelta(hours=1)

        def refund(seen: Payment) -> Refund:
            return seen.open_refunds[0]

        changes: list[Callable[[Payment], Payment]] = [
            lambda p: p.scheduled(later),
            lambda p: p.checked_at(later),
            lambda p: p.check_failed_at(later, outage=True),
            lambda p: attrs.evolve(p, method=Method.TOSSPAY, expires_at=later),
            lambda p: begin_send(p, refund(p), later),
            lambda p: note_still_at_work(p, refund(p), later + timedelta(minutes=1)),
            lambda p: note_refused(p, refund(p), "busy"),
            lambda p: begin_send(p, refund(p), later),
            lambda p: note_not_sent(p, refund(p)),
        ]
        for change in changes:
            changed = run(store.payments.update(payment.merchant_id, change))
            assert changed != payment
            assert changed.version == payment.version
            assert run(store.payments.get(payment.merchant_id)) == changed
            payment = changed
        assert len(run(store.payments.timeline(payment.merchant_id))) == payment.version

    def test_refunds_keep_the_order_they_were_asked_in(self, store: Store) -> None:
        payment = run(store.payments.add(paid(a_payment(amount=12_000), gateway_id="imp_1")))
        for back, name in enumerate(["z", "m", "a"], 1):
            ask = functools.partial(with_refund, refund_id=name, amount=1_000)
            execute = functools.partial(paid, gateway_id="imp_1", refunded=1_000 * back)
            run(store.payments.update(payment.merchant_id, ask))
            run(store.payments.update(payment.merchant_id, lambda p: begin_send(p, p.open_refunds[0], NOON)))
            run(store.payments.update(payment.merchant_id, execute))
        assert [refund.id for refund in run(store.payments.get(payment.merchant_id)).refunds] == ["z", "m", "a"]

    def test_a_deposit_and_its_due_date_are_kept(self, store: Store) -> None:
        payment = run(store.payments.add(issued(a_payment(method=Method.VIRTUAL_ACCOUNT))))
        loaded = run(store.payments.get(payment.merchant_id))
        assert loaded.deposits == payment.deposits
        assert loaded.expiry == payment.deposits[0].due
