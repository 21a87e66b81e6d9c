"""What holds of every PaymentRepository that hands out due payments: each is leased to one worker, for a time."""

from datetime import datetime, timedelta

import attrs

from payments.domain.payment import Payment
from payments.domain.ports import Store
from payments.domain.values import MerchantId
from payments.entrypoints.blocking import run
from payments.testing.at_once import at_once
from payments.testing.builders import a_payment, paid, with_refund
from payments.testing.contracts.promises import Promised
from payments.testing.shop import NOON

UNTIL = NOON + timedelta(minutes=2)
LATER = UNTIL + timedelta(minutes=2)
INSTANT = timedelta(microseconds=1)


def add(store: Store, payment: Payment) -> Payment:
    return run(store.payments.add(payment))


def due(minutes: int | None) -> Payment:
    return a_payment().scheduled(None if minutes is None else NOON + timedelta(minutes=minutes))


def routine(minutes: int) -> Payment:
    """Return a payment that is paid, checked since, and due for another check."""
    return paid(a_payment()).checked_at(NOON).scheduled(NOON + timedelta(minutes=minutes))


def claim(store: Store, now: datetime = NOON, until: datetime = UNTIL, limit: int = 10) -> list[Payment]:
    return list(run(store.payments.claim(now, until, limit)))


def ids(payments: list[Payment]) -> list[str]:
    return [payment.merchant_id for payment in payments]


class Leases(Promised):
    """What holds of every PaymentRepository that hands out due payments: each is leased to one worker, for a time."""

    def test_the_longest_due_are_claimed_first(self, store: Store) -> None:
        late, later, _ = add(store, due(-2)), add(store, due(-1)), add(store, due(1))
        add(store, due(None))
        assert claim(store) == [late, later]

    def test_routine_payments_are_claimed_last_although_they_are_longest_due(self, store: Store) -> None:
        """Fails where a shop with a million paid payments keeps a buyer who pays now waiting."""
        old, older = add(store, routine(-50)), add(store, routine(-60))
        urgent = [add(store, due(-2)), add(store, due(-1))]
        assert ids(claim(store, limit=3)) == ids([*urgent, older])
        assert ids(claim(store, limit=3)) == ids([old])

    def test_a_payment_becomes_urgent_and_routine_again_by_what_happens_to_it(self, store: Store) -> None:
        """Fails where that is decided once, when the payment is added."""
        payment = add(store, routine(-60))
        run(store.payments.update(payment.merchant_id, lambda p: with_refund(p).scheduled(NOON)))
        other = add(store, routine(-50))
        assert ids(claim(store)) == ids([payment, other])
        run(store.payments.release(payment.merchant_id, UNTIL))
        run(store.payments.release(other.merchant_id, UNTIL))
        refunded = paid(payment, gateway_id=payment.attempts[0].gateway_id, refunded=12_000, rank=4)
        assert not refunded.is_routine

    def test_a_claim_takes_no_more_than_its_limit(self, store: Store) -> None:
        payments = [add(store, due(minute)) for minute in (-3, -2, -1)]
        payments.append(add(store, routine(-9)))
        taken = [ids(claim(store, limit=2)) for _ in range(3)]
        assert taken == [ids(payments[:2]), ids(payments[2:]), []]

    def test_each_due_payment_is_claimed_by_exactly_one_of_many(self, store: Store) -> None:
        payments = [add(store, due(-minute) if minute % 2 else routine(-minute)) for minute in range(24)]

        def work() -> list[str]:
            mine: list[str] = []
            while claimed := claim(store, limit=2):
                mine += ids(claimed)
            return mine

        taken = [name for names in at_once(*[work] * 6) for name in names]
        assert sorted(taken) == sorted(ids(payments))

    def test_a_lease_is_no_change_of_the_payment(self, store: Store) -> None:
        payment = add(store, with_refund(paid(a_payment())).scheduled(NOON))
        assert claim(store) == [payment] == [run(store.payments.get(payment.merchant_id))]
        assert len(run(store.payments.timeline(payment.merchant_id))) == payment.version

    def test_a_lease_is_not_broken_by_making_the_payment_due(self, store: Store) -> None:
        """Fails where lease and due time are one: a stranger's webhook would then have a refund sent by two workers."""
        payment = add(store, due(-1))
        claim(store)
        run(store.payments.update(payment.merchant_id, lambda p: p.scheduled(NOON - timedelta(hours=1))))
        run(store.payments.update(payment.merchant_id, paid))
        run(store.payments.update(payment.merchant_id, lambda p: p.scheduled(NOON)))
        assert claim(store, now=UNTIL - INSTANT, until=LATER) == []
        assert ids(claim(store, now=UNTIL, until=LATER)) == ids([payment])

    def test_a_lease_that_ends_is_taken_over_once(self, store: Store) -> None:
        payment = add(store, due(0))
        assert claim(store)
        assert not claim(store, now=UNTIL - INSTANT)
        outcomes = at_once(*[lambda: claim(store, now=UNTIL, until=LATER)] * 6)
        assert sorted(map(len, outcomes)) == [0] * 5 + [1]
        assert not run(store.payments.renew(payment.merchant_id, UNTIL, LATER + timedelta(1)))

    def test_a_renewed_lease_lasts_until_its_new_end(self, store: Store) -> None:
        payment = add(store, due(0))
        claim(store)
        assert run(store.payments.renew(payment.merchant_id, UNTIL, LATER))
        assert claim(store, now=LATER - INSTANT, until=LATER + timedelta(1)) == []
        assert claim(store, now=LATER, until=LATER + timedelta(1)) == [payment]

    def test_only_the_holder_renews_a_lease(self, store: Store) -> None:
        payment, other = add(store, due(0)), add(store, due(None))
        claim(store)
        for merchant_id, until in (
            (payment.merchant_id, LATER),
            (other.merchant_id, UNTIL),
            (MerchantId("nobody"), UNTIL),
        ):
            assert not run(store.payments.renew(merchant_id, until, LATER + timedelta(1)))
        assert claim(store, now=UNTIL, until=LATER) == [payment]

    def test_a_released_payment_can_be_claimed_at_once(self, store: Store) -> None:
        payment = add(store, due(-1))
        claim(store)
        run(store.payments.release(payment.merchant_id, UNTIL))
        assert claim(store, until=LATER) == [payment]

    def test_a_release_that_comes_too_late_ends_no_other_lease(self, store: Store) -> None:
        payment = add(store, due(-1))
        claim(store)
        assert claim(store, now=UNTIL, until=LATER) == [payment]  # another worker, after the lease of the first
        run(store.payments.release(payment.merchant_id, UNTIL))
        assert claim(store, now=LATER - INSTANT, until=LATER) == []

    def test_a_released_payment_that_is_not_due_waits(self, store: Store) -> None:
        payment = add(store, due(-1))
        claim(store)
        run(store.payments.update(payment.merchant_id, lambda p: p.scheduled(LATER)))
        run(store.payments.release(payment.merchant_id, UNTIL))
        assert claim(store, now=LATER - INSTANT) == []
        assert ids(claim(store, now=LATER, until=LATER + timedelta(1))) == ids([payment])

    def test_a_change_keeps_the_lease_and_a_lease_keeps_the_change(self, store: Store) -> None:
        payment = add(store, due(-1))
        claim(store)
        changed = run(store.payments.update(payment.merchant_id, lambda p: attrs.evolve(p, checks=7)))
        assert run(store.payments.renew(payment.merchant_id, UNTIL, LATER))
        assert run(store.payments.get(payment.merchant_id)) == changed
