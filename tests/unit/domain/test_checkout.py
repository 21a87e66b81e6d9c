"""What a buyer and a shop may ask, and what they get: alone, in order, and with a provider that fails now and then.

What happens when they are overtaken or killed is in test_races, test_crashes and test_chaos.
"""

from collections.abc import Callable
from datetime import timedelta

import attrs
import pytest
from builders import a_payment, a_report
from unit.domain.laws import always, at_last
from unit.domain.simulator import Fault, World
from unit.domain.stories import ANN, SHOP, UseCase, begun, bought, closed, deposit, only

from payments.domain.errors import (
    AlreadyPaid,
    AttemptMismatch,
    BadInput,
    ConcurrentUpdate,
    ContractViolation,
    GatewayError,
    PaymentNotFound,
    Rejected,
    Unknown,
)
from payments.domain.machine import AWAITING, CANCELLED, FAILED, PAID
from payments.domain.money import Money
from payments.domain.payment import Disposition, EventKind, Payment
from payments.domain.report import Rank
from payments.domain.values import Caller, GatewayId, MerchantId, Method, Offer

BOB = Caller.buyer("bob")


@pytest.fixture
def world() -> World:
    return World()


# ---- begin ----


def test_begin_stores_and_prepares_before_anyone_learns_the_merchant_id(world: World) -> None:
    payment = begun(world)
    assert (payment.status, payment.prepared, payment.buyer, payment.price) == (AWAITING, True, "ann", Money(12_000))
    assert [h.kind for h in world.timeline(payment.merchant_id)] == [EventKind.BEGUN, EventKind.PREPARED]
    assert world.provider.calls.count("prepare") == 1
    assert payment.due_at == world.now() + timedelta(seconds=30)


def test_the_same_order_again_is_the_same_payment_with_fresh_time(world: World) -> None:
    first = begun(world)
    world.pass_time(timedelta(minutes=20))
    again = world.does(
        world.checkout.begin("ann", "order", Offer("멤버십 1년", Money(12_000)), Method.KAKAOPAY, Caller.buyer("ann"))
    )
    assert (again.merchant_id, again.version, again.method) == (first.merchant_id, first.version, Method.KAKAOPAY)
    assert again.expires_at == world.now() + timedelta(minutes=30)
    assert world.provider.calls.count("prepare") == 1


def test_a_failed_payment_is_handed_out_again(world: World) -> None:
    first = begun(world)
    attempt = world.opens(first)
    world.provider.decline(attempt)
    world.does(world.checkout.abandon(ANN, first.merchant_id))
    assert begun(world).merchant_id == first.merchant_id


def test_another_price_closes_the_old_payment_and_begins_a_new_one(world: World) -> None:
    old, new = begun(world), begun(world, amount=15_000)
    assert new.merchant_id != old.merchant_id
    assert (world.payment(old.merchant_id).status, world.payment(old.merchant_id).reason) == (CANCELLED, "superseded")


def test_a_paid_order_is_not_begun_again(world: World) -> None:
    bought(world)
    for amount in (12_000, 15_000):
        with pytest.raises(AlreadyPaid):
            begun(world, amount=amount)
    assert len(world.payments()) == 1


def test_a_payment_that_was_paid_without_a_word_is_not_closed_for_another_price(world: World) -> None:
    world.pays(begun(world))
    with pytest.raises(AlreadyPaid):
        begun(world, amount=15_000)
    assert only(world).status is PAID


def test_an_order_may_be_begun_again_once_its_payment_is_closed(world: World) -> None:
    assert closed(world).merchant_id != begun(world).merchant_id


def test_an_id_that_took_the_wrong_money_is_not_handed_out_again(world: World) -> None:
    """The provider opens no window for it any more, so the buyer could not pay."""
    first = begun(world)
    world.does(world.checkout.refresh_attempt(world.pays(first, price=Money(1), tampered=True), "webhook"))
    second = begun(world)
    assert second.merchant_id != first.merchant_id
    world.does(world.checkout.refresh_attempt(world.pays(second), "webhook"))
    world.recovers()
    at_last(world)
    assert world.payment(second.merchant_id).status is PAID


def test_two_buyers_may_buy_the_same_order(world: World) -> None:
    assert begun(world, buyer="ann").merchant_id != begun(world, buyer="bob").merchant_id


@pytest.mark.parametrize(("buyer", "order"), [("", "order"), ("ann", ""), ("x" * 121, "order"), ("ann", "x" * 121)])
def test_a_payment_needs_a_buyer_and_an_order_that_can_be_kept(world: World, buyer: str, order: str) -> None:
    with pytest.raises(BadInput):
        begun(world, buyer=buyer, order=order)
    assert not world.payments()
    assert "prepare" not in world.provider.calls


def test_a_price_the_provider_refuses_fails_the_payment_in_its_words(world: World) -> None:
    world.provider.trouble("prepare", Rejected("no", "F01", "최소 금액 미만"))
    with pytest.raises(Rejected):
        begun(world)
    assert (only(world).status, only(world).reason, only(world).prepared) == (FAILED, "F01 최소 금액 미만", False)
    assert begun(world).prepared  # and the buyer may try again


@pytest.mark.parametrize("fault", Fault)
def test_what_could_not_be_prepared_awaits_and_is_prepared_by_the_next_try(world: World, fault: Fault) -> None:
    world.wire.faults.append(fault)
    with pytest.raises(GatewayError):
        begun(world)
    assert (only(world).status, only(world).prepared) == (AWAITING, False)
    assert begun(world).prepared
    assert len(world.payments()) == 1


def test_a_payment_closed_while_it_is_prepared_is_not_handed_out(world: World) -> None:
    process = world.start(world.begin())
    while process.at != "after prepare":
        process.step()
    world.does(world.checkout.cancel(SHOP, only(world).merchant_id))
    payment: Payment = process.run().result
    assert payment.status is AWAITING
    assert [p.status for p in world.payments()] == [CANCELLED, AWAITING]


def test_a_beginner_who_is_always_overtaken_gives_up(world: World) -> None:
    """Everybody else closes what he begins: three tries, and a sentence."""
    process = world.start(world.begin())
    while process.alive:
        process.step()
        for payment in world.payments():
            if payment.status is AWAITING and process.alive:
                world.does(world.checkout.cancel(SHOP, payment.merchant_id))
    assert isinstance(process.error, ConcurrentUpdate)
    assert len(world.payments()) == 3


# ---- complete ----


def test_complete_asks_the_provider_once_and_pays(world: World) -> None:
    payment = begun(world)
    attempt = world.pays(payment)
    seen = world.does(world.checkout.complete(ANN, payment.merchant_id, attempt))
    assert (seen.payment.status, seen.confirmed) == (PAID, True)
    assert world.provider.calls.count("find") == 1
    assert world.provider.calls.count("attempts") == 0


def test_a_second_complete_does_not_ask_the_provider(world: World) -> None:
    payment = bought(world)
    asked = len(world.provider.calls)
    seen = world.does(world.checkout.complete(ANN, payment.merchant_id, world.attempts[0]))
    assert (seen.payment.status, seen.confirmed, len(world.provider.calls)) == (PAID, True, asked)


@pytest.mark.parametrize("fault", Fault)
def test_an_unknown_outcome_changes_no_status_and_is_looked_at_now(world: World, fault: Fault) -> None:
    payment = begun(world)
    attempt = world.pays(payment)
    world.wire.faults.append(fault)
    seen = world.does(world.checkout.complete(ANN, payment.merchant_id, attempt))
    assert (seen.payment.status, seen.confirmed, seen.payment.due_at) == (AWAITING, False, world.now())
    assert seen.payment.version == payment.version
    world.does(world.sweep.sweep())
    assert only(world).status is PAID


def test_an_attempt_that_nobody_knows_completes_nothing(world: World) -> None:
    payment = begun(world)
    with pytest.raises(AttemptMismatch):
        world.does(world.checkout.complete(ANN, payment.merchant_id, GatewayId("imp_made_up")))
    assert (only(world).status, only(world).version) == (AWAITING, payment.version)


def test_an_answer_that_breaks_the_contract_is_not_settled(world: World) -> None:
    payment = begun(world)
    world.provider.trouble("find", ContractViolation("The answer is about something else."))
    with pytest.raises(ContractViolation):
        world.does(world.checkout.complete(ANN, payment.merchant_id, world.pays(payment)))
    assert only(world).status is AWAITING


def test_a_deposit_issued_is_not_a_payment_made(world: World) -> None:
    payment, attempt = deposit(world)
    seen = world.does(world.checkout.complete(ANN, payment.merchant_id, attempt))
    assert (seen.payment.status, len(seen.payment.deposits)) == (AWAITING, 1)
    world.provider.deposit(attempt)
    assert world.does(world.checkout.complete(ANN, payment.merchant_id, attempt)).payment.status is PAID


# ---- abandon ----


def test_leaving_an_open_window_changes_nothing_because_it_may_still_approve(world: World) -> None:
    payment = begun(world)
    attempt = world.opens(payment)
    assert world.does(world.checkout.abandon(ANN, payment.merchant_id)).payment.status is AWAITING
    world.provider.approve(attempt)
    world.does(world.checkout.refresh_attempt(attempt, "webhook"))
    assert only(world).status is PAID


def test_leaving_after_a_refusal_fails_the_payment(world: World) -> None:
    payment = begun(world)
    world.provider.decline(world.opens(payment), "한도 초과")
    seen = world.does(world.checkout.abandon(ANN, payment.merchant_id))
    assert (seen.payment.status, seen.payment.reason) == (FAILED, "한도 초과")


def test_leaving_without_ever_opening_a_window_changes_nothing(world: World) -> None:
    payment = begun(world)
    assert world.does(world.checkout.abandon(ANN, payment.merchant_id)).payment.version == payment.version


@pytest.mark.parametrize("fault", Fault)
def test_leaving_while_the_provider_is_silent_changes_no_status(world: World, fault: Fault) -> None:
    payment = begun(world)
    world.provider.decline(world.opens(payment))
    world.wire.faults.append(fault)
    seen = world.does(world.checkout.abandon(ANN, payment.merchant_id))
    assert (seen.payment.status, seen.confirmed, seen.payment.due_at) == (AWAITING, False, world.now())


# ---- look ----


def test_a_look_sees_every_attempt_and_not_only_the_newest(world: World) -> None:
    payment = begun(world)
    paid, _newest = world.opens(payment), world.opens(payment)
    world.provider.approve(paid)
    assert world.does(world.checkout.refresh(payment.merchant_id, "test")).status is PAID


def test_an_attempt_that_contradicts_itself_does_not_hide_the_paid_one(world: World) -> None:
    payment = begun(world)
    bad, good = world.opens(payment), world.opens(payment)
    other = world.does(world.begin(order="other"))
    world.does(world.checkout.record(a_report(other, gateway_id=bad, rank=Rank.READY), "test"))  # taken by another
    world.provider.approve(good)
    with pytest.raises(ContractViolation):
        world.does(world.checkout.refresh(payment.merchant_id, "test"))
    assert world.payment(payment.merchant_id).status is PAID


def test_an_answer_about_another_payment_is_never_settled(world: World) -> None:
    payment, stranger = begun(world), a_payment()

    async def strangers(_: MerchantId) -> list[object]:
        return [a_report(stranger)]

    checkout = attrs.evolve(world.checkout, gateway=type("Liar", (), {"attempts": staticmethod(strangers)})())
    with pytest.raises(ContractViolation):
        world.does(checkout.refresh(payment.merchant_id, "test"))
    assert [(p.merchant_id, p.version) for p in world.payments()] == [(payment.merchant_id, payment.version)]


# ---- hear ----


def test_a_hint_about_nothing_the_provider_knows_is_nothing(world: World) -> None:
    assert world.does(world.checkout.refresh_attempt(GatewayId("imp_made_up"), "webhook")) is None


def test_a_hint_about_somebody_elses_unpaid_attempt_is_refused(world: World) -> None:
    attempt = world.opens(a_payment(merchant_id="stranger"))
    with pytest.raises(PaymentNotFound):
        world.does(world.checkout.refresh_attempt(attempt, "webhook"))
    assert not world.payments()


def test_a_hint_about_money_nobody_here_asked_for_is_held(world: World) -> None:
    attempt = world.pays(a_payment(merchant_id="stranger"))
    payment = world.does(world.checkout.refresh_attempt(attempt, "webhook"))
    assert [a.disposition for a in payment.attempts] == [Disposition.ORPHAN]
    assert payment.attempts[0].is_open_stray
    world.does(world.checkout.refresh_attempt(attempt, "webhook"))  # again: nothing new
    assert only(world).version == payment.version


# ---- cancel ----


def test_an_unpaid_payment_is_closed_for_whoever_asked(world: World) -> None:
    payment = world.does(world.checkout.cancel(ANN, begun(world).merchant_id))
    assert (payment.status, payment.reason, world.timeline(payment.merchant_id)[-1].by) == (
        CANCELLED,
        "buyer",
        "buyer:ann",
    )


def test_closing_again_changes_nothing(world: World) -> None:
    payment = closed(world)
    assert world.does(world.checkout.cancel(ANN, payment.merchant_id)).version == payment.version


def test_a_payment_that_was_paid_a_moment_ago_is_not_closed(world: World) -> None:
    payment = begun(world)
    world.pays(payment)
    with pytest.raises(AlreadyPaid):
        world.does(world.checkout.cancel(ANN, payment.merchant_id))
    assert only(world).status is PAID


@pytest.mark.parametrize("fault", Fault)
def test_nothing_is_closed_while_the_provider_is_silent(world: World, fault: Fault) -> None:
    payment = begun(world)
    world.wire.faults.append(fault)
    with pytest.raises(GatewayError):
        world.does(world.checkout.cancel(ANN, payment.merchant_id))
    assert only(world).status is AWAITING


def test_closing_revokes_the_virtual_account(world: World) -> None:
    payment, attempt = deposit(world)
    closed = world.does(world.checkout.cancel(ANN, payment.merchant_id))
    assert closed.status is CANCELLED
    assert not closed.waiting_deposits
    assert {r.gateway_id: r.rank for r in world.truth()} == {attempt: Rank.DECLINED}


def test_a_virtual_account_that_could_not_be_revoked_is_revoked_by_the_sweep(world: World) -> None:
    payment, _ = deposit(world)
    world.provider.trouble("revoke", Unknown("no answer"))
    closed = world.does(world.checkout.cancel(ANN, payment.merchant_id))
    assert (closed.status, len(closed.waiting_deposits), closed.due_at) == (CANCELLED, 1, world.now())
    world.recovers()
    assert not only(world).waiting_deposits


def test_an_unprepared_payment_is_closed_without_a_look(world: World) -> None:
    world.wire.faults.append(Fault.NOT_SENT)
    with pytest.raises(GatewayError):
        begun(world)
    asked = len(world.provider.calls)
    assert world.does(world.checkout.cancel(ANN, only(world).merchant_id)).status is CANCELLED
    assert len(world.provider.calls) == asked


# ---- whose payment it is ----

ASKING: dict[str, Callable[[World, Caller, MerchantId], UseCase]] = {
    "read": lambda w, who, it: w.checkout.visible_to(who, it),
    "timeline": lambda w, who, it: w.checkout.timeline(who, it),
    "complete": lambda w, who, it: w.checkout.complete(who, it, w.attempts[0]),
    "abandon": lambda w, who, it: w.checkout.abandon(who, it),
    "cancel": lambda w, who, it: w.checkout.cancel(who, it),
}


@pytest.mark.parametrize("ask", ASKING.values(), ids=ASKING)
def test_another_buyers_payment_cannot_be_told_from_an_absent_one(
    world: World, ask: Callable[[World, Caller, MerchantId], UseCase]
) -> None:
    payment = begun(world)
    world.opens(payment)
    asked, errors = len(world.provider.calls), []
    for merchant_id in (payment.merchant_id, MerchantId("absent")):
        with pytest.raises(PaymentNotFound) as refused:
            world.does(ask(world, BOB, merchant_id))
        errors.append((type(refused.value), str(refused.value)))
    assert errors[0] == errors[1]
    assert len(world.provider.calls) == asked  # nor by how long it takes to ask the provider
    assert (only(world).version, only(world).due_at) == (payment.version, payment.due_at)


@pytest.mark.parametrize("ask", ASKING.values(), ids=ASKING)
def test_its_buyer_and_the_shop_may_ask(world: World, ask: Callable[[World, Caller, MerchantId], UseCase]) -> None:
    payment = begun(world)
    world.opens(payment)
    for caller in (ANN, SHOP, Caller.system("worker")):
        world.does(ask(world, caller, payment.merchant_id))


def test_a_buyer_cannot_tell_anothers_attempt_from_a_made_up_one(world: World) -> None:
    mine, others = begun(world), begun(world, buyer="bob")
    theirs = world.pays(others)
    errors = []
    for attempt in (theirs, GatewayId("imp_made_up")):
        with pytest.raises(AttemptMismatch) as refused:
            world.does(world.checkout.complete(ANN, mine.merchant_id, attempt))
        errors.append(str(refused.value))
    assert errors[0] == errors[1]
    always(world)
