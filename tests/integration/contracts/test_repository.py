"""What holds of every PaymentRepository: whole payments, one at a time, told in full, or nothing at all."""

import functools
from collections.abc import Callable
from datetime import timedelta

import attrs
import pytest
from builders import (
    NOON,
    a_payment,
    an_attempt,
    issued,
    lives,
    paid,
    with_refund,
)
from hypothesis import HealthCheck, given, settings
from support.at_once import at_once
from support.rounds import rounds
from support.stores import Store, everything_of

from payments.domain.errors import (
    AlreadyPaid,
    GatewayIdTaken,
    MerchantIdTaken,
    OrderIsLive,
    PaymentNotFound,
)
from payments.domain.event import EventKind
from payments.domain.messages import Message
from payments.domain.payment import Payment
from payments.domain.refund import Refund
from payments.domain.refunding import begin_send, note_not_sent, note_refused, note_still_at_work
from payments.domain.report import Rank
from payments.domain.values import MerchantId, Method
from payments.entrypoints.blocking import run

THREADS = 8


def closed(payment: Payment) -> Payment:
    return payment.closed(NOON, "shop:test", "test")


def prepared(payment: Payment) -> Payment:
    return payment.with_price_prepared(NOON)


def following(expected: Payment, successor: Payment) -> Callable[[Payment], Payment]:
    """Return the change to *successor*, as long as it follows the payment that is expected to be stored."""
    return lambda stored: successor if stored == expected else stored


def trying(gateway_id: str) -> Callable[[Payment], Payment]:
    """Return the change that learns of one more attempt."""
    return lambda payment: paid(payment, gateway_id=gateway_id, rank=Rank.READY)


# -- what is stored --------------------------------------------------------------------------------------------------


@pytest.mark.soak
@settings(
    max_examples=rounds(40, 400), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(life=lives())
def test_every_moment_of_any_life_is_loaded_as_it_was_stored(store: Store, life: list[Payment]) -> None:
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


@pytest.mark.soak
@settings(
    max_examples=rounds(40, 400), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(life=lives())
def test_a_payment_added_late_in_its_life_is_loaded_as_it_was_stored(store: Store, life: list[Payment]) -> None:
    added = run(store.payments.add(life[-1]))
    assert (added, added.new_events) == (life[-1], ())
    assert run(store.payments.get(added.merchant_id)) == added
    assert list(run(store.payments.timeline(added.merchant_id))) == list(life[-1].new_events)


def test_what_is_returned_has_no_news(store: Store) -> None:
    """Fails where new_events come back: the next change would tell them again."""
    payment = run(store.payments.add(a_payment()))
    changed = run(store.payments.update(payment.merchant_id, paid))
    assert payment.new_events == changed.new_events == ()
    assert run(store.payments.live(payment.buyer, payment.order)).new_events == ()


def test_every_change_has_exactly_one_event_and_one_message(store: Store) -> None:
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


def test_bookkeeping_is_stored_without_an_event(store: Store) -> None:
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


def test_refunds_keep_the_order_they_were_asked_in(store: Store) -> None:
    payment = run(store.payments.add(paid(a_payment(amount=12_000), gateway_id="imp_1")))
    for back, name in enumerate(["z", "m", "a"], 1):
        ask = functools.partial(with_refund, refund_id=name, amount=1_000)
        execute = functools.partial(paid, gateway_id="imp_1", refunded=1_000 * back)
        run(store.payments.update(payment.merchant_id, ask))
        run(store.payments.update(payment.merchant_id, lambda p: begin_send(p, p.open_refunds[0], NOON)))
        run(store.payments.update(payment.merchant_id, execute))
    assert [refund.id for refund in run(store.payments.get(payment.merchant_id)).refunds] == ["z", "m", "a"]


def test_a_deposit_and_its_due_date_are_kept(store: Store) -> None:
    payment = run(store.payments.add(issued(a_payment(method=Method.VIRTUAL_ACCOUNT))))
    loaded = run(store.payments.get(payment.merchant_id))
    assert loaded.deposits == payment.deposits
    assert loaded.expiry == payment.deposits[0].due


# -- what is refused, and leaves no trace ----------------------------------------------------------------------------


def test_an_absent_payment_is_not_found(store: Store) -> None:
    nobody = MerchantId("nobody")
    for asked in (
        store.payments.get(nobody),
        store.payments.timeline(nobody),
        store.payments.update(nobody, paid),
    ):
        with pytest.raises(PaymentNotFound):
            run(asked)
    assert run(store.payments.live("nobody", "nothing")) is None


def test_a_merchant_id_is_used_once(store: Store) -> None:
    first = run(store.payments.add(a_payment()))
    before = everything_of(store, first.merchant_id)
    with pytest.raises(MerchantIdTaken):
        run(store.payments.add(a_payment(merchant_id=first.merchant_id, buyer="another")))
    assert everything_of(store, first.merchant_id) == before


def test_an_order_has_one_live_payment(store: Store) -> None:
    first = run(store.payments.add(a_payment(order="1")))
    second = a_payment(order="1")
    with pytest.raises(OrderIsLive):
        run(store.payments.add(second))
    with pytest.raises(PaymentNotFound):
        run(store.payments.get(second.merchant_id))
    assert run(store.payments.live(first.buyer, "1")) == first


def test_another_buyer_may_buy_the_same_order(store: Store) -> None:
    for buyer in ("one", "two"):
        payment = run(store.payments.add(a_payment(order="1", buyer=buyer)))
        assert run(store.payments.live(buyer, "1")) == payment


def test_a_cancelled_payment_leaves_its_order_free(store: Store) -> None:
    first = run(store.payments.add(a_payment(order="1")))
    run(store.payments.update(first.merchant_id, closed))
    assert run(store.payments.live(first.buyer, "1")) is None
    second = run(store.payments.add(a_payment(order="1")))
    assert run(store.payments.live(first.buyer, "1")) == second


def test_only_one_of_many_begins_an_order(store: Store) -> None:
    rivals = [a_payment(order="1") for _ in range(THREADS)]
    outcomes = at_once(*(lambda p=p: run(store.payments.add(p)) for p in rivals))
    assert sorted(type(found).__name__ for found in outcomes) == sorted(["Payment"] + ["OrderIsLive"] * (THREADS - 1))


def test_an_attempt_belongs_to_one_payment(store: Store) -> None:
    owner = run(store.payments.add(paid(a_payment(), gateway_id="imp_1")))
    other = run(store.payments.add(a_payment()))
    before = everything_of(store, other.merchant_id)
    with pytest.raises(GatewayIdTaken):
        run(store.payments.update(other.merchant_id, lambda payment: paid(payment, gateway_id="imp_1")))
    stray = a_payment()
    with pytest.raises(GatewayIdTaken):
        run(store.payments.add(paid(stray, gateway_id="imp_1")))
    assert everything_of(store, other.merchant_id) == before
    assert run(store.payments.get(owner.merchant_id)) == owner
    with pytest.raises(PaymentNotFound):
        run(store.payments.get(stray.merchant_id))


def test_a_clash_of_one_of_several_attempts_stores_none_of_them(store: Store) -> None:
    """Fails where the rows of a change are stored one by one."""
    run(store.payments.add(paid(a_payment(), gateway_id="imp_2")))
    other = run(store.payments.add(a_payment()))
    before = everything_of(store, other.merchant_id)
    with pytest.raises(GatewayIdTaken):
        run(store.payments.update(other.merchant_id, lambda p: trying("imp_2")(trying("imp_1")(p))))
    assert everything_of(store, other.merchant_id) == before
    run(store.payments.add(paid(a_payment(), gateway_id="imp_1")))


def test_a_change_that_returns_the_same_payment_stores_nothing(store: Store) -> None:
    payment = run(store.payments.add(a_payment()))
    before = everything_of(store, payment.merchant_id)
    assert run(store.payments.update(payment.merchant_id, lambda same: same)) == payment
    assert everything_of(store, payment.merchant_id) == before


def test_what_a_change_raises_passes_through_and_nothing_is_stored(store: Store) -> None:
    payment = run(store.payments.add(paid(a_payment())))
    before = everything_of(store, payment.merchant_id)
    made: list[Payment] = []

    def half_done(seen: Payment) -> Payment:
        made.append(with_refund(seen))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(store.payments.update(payment.merchant_id, half_done))
    with pytest.raises(AlreadyPaid):
        run(store.payments.update(payment.merchant_id, closed))
    assert made
    assert everything_of(store, payment.merchant_id) == before
    run(store.payments.update(payment.merchant_id, with_refund))  # and nothing stays locked


@pytest.mark.parametrize(
    "broken",
    [
        lambda p: attrs.evolve(paid(p), new_events=()),  # a change that nothing tells of
        lambda p: attrs.evolve(paid(p), new_events=paid(p).new_events * 2),  # told twice
        lambda p: attrs.evolve(paid(p), version=p.version + 2),  # a gap
        lambda p: attrs.evolve(p, attempts=()),  # knowledge going backwards
        lambda p: attrs.evolve(p, refunds=()),
        lambda p: attrs.evolve(p, merchant_id=MerchantId("another")),
        lambda p: attrs.evolve(p, buyer="another"),
        lambda p: attrs.evolve(p, attempts=(*p.attempts, an_attempt(p))),  # a second accepted capture
        lambda p: attrs.evolve(p, refunds=(*p.refunds, attrs.evolve(p.refunds[0], id="other"))),  # a second open refund
        lambda p: attrs.evolve(
            p, attempts=(*p.attempts, an_attempt(a_payment(), rank=Rank.READY))
        ),  # of another payment
    ],
)
def test_what_no_use_case_may_make_of_a_payment_is_not_stored(
    store: Store, broken: Callable[[Payment], Payment]
) -> None:
    payment = run(store.payments.add(with_refund(paid(a_payment()))))
    before = everything_of(store, payment.merchant_id)
    with pytest.raises(ValueError, match=r"[Pp]ayment \w+"):
        run(store.payments.update(payment.merchant_id, broken))
    assert everything_of(store, payment.merchant_id) == before


def test_a_change_may_not_write_to_the_store_it_is_called_by(store: Store) -> None:
    """Fails where it waits for its own lock instead."""
    payment, other = run(store.payments.add(a_payment())), run(store.payments.add(a_payment()))

    def impure(seen: Payment) -> Payment:
        run(store.payments.update(other.merchant_id, paid))
        return paid(seen)

    with pytest.raises(RuntimeError, match="pure"):
        run(store.payments.update(payment.merchant_id, impure))
    assert run(store.payments.get(payment.merchant_id)) == payment
    assert run(store.payments.get(other.merchant_id)) == other
