"""One shop, two providers: each payment stays where it was begun, and nothing of one counts at the other."""

from datetime import timedelta

import attrs
import pytest
from support.shops import begun

from payments.adapters.memory.gateway import MemoryGateway
from payments.domain.access import Hint
from payments.domain.errors import NotSent, PaymentNotFound, ProviderNotConfigured, StorageUnavailable, Unknown
from payments.domain.event import Reason
from payments.domain.machine import Status
from payments.domain.money import Money
from payments.domain.payment import Payment
from payments.domain.refunding import RefundOrder
from payments.domain.use_cases.hints import HintTaker
from payments.domain.use_cases.rules import Channel, Rules
from payments.domain.values import DEFAULT_PROVIDER, Caller, GatewayId, MerchantId, Method, Offer
from payments.testing import Shop, shop

OPERATOR = Caller.shop("kim")
KAKAO = Rules(channels=(Channel(name="new", methods=frozenset({Method.KAKAOPAY}), provider="second"),))
OFFER = Offer("반지", Money(12_000))


@pytest.fixture
def second() -> MemoryGateway:
    return MemoryGateway(provider="second")


@pytest.fixture
def here(second: MemoryGateway) -> Shop:
    return shop(rules=KAKAO, others={"second": second})


def at_second(here: Shop, order: str = "ring") -> Payment:
    return here.run(here.checkout.begin("kim", order, OFFER, Method.KAKAOPAY, Caller.buyer("kim")))


def paid_at_second(here: Shop, second: MemoryGateway) -> tuple[Payment, GatewayId]:
    payment = at_second(here)
    attempt = second.open(payment.merchant_id, payment.price)
    second.approve(attempt)
    outcome = here.run(here.checkout.complete(Caller.buyer("kim"), payment.merchant_id, attempt))
    return outcome.payment, attempt


def test_the_channel_of_the_method_chooses_the_provider(here: Shop, second: MemoryGateway) -> None:
    assert begun(here).provider == DEFAULT_PROVIDER
    assert at_second(here).provider == "second"
    assert (here.gateway.calls, second.calls) == (["prepare"], ["prepare"])


def test_another_method_of_the_same_provider_keeps_the_payment(here: Shop) -> None:
    first = here.run(here.checkout.begin("kim", "ring", OFFER, Method.CARD, Caller.buyer("kim")))
    again = here.run(here.checkout.begin("kim", "ring", OFFER, Method.TRANSFER, Caller.buyer("kim")))
    assert again.merchant_id == first.merchant_id


def test_a_method_of_another_provider_begins_the_order_anew(here: Shop) -> None:
    """One merchant id is never known at two providers."""
    first = here.run(here.checkout.begin("kim", "ring", OFFER, Method.CARD, Caller.buyer("kim")))
    other = at_second(here)
    assert other.merchant_id != first.merchant_id
    closed = here.run(here.store.payments.get(first.merchant_id))
    assert (closed.status, closed.reason) == (Status.CANCELLED, Reason.SUPERSEDED)


def test_every_later_call_goes_to_the_payments_own_provider(here: Shop, second: MemoryGateway) -> None:
    payment, _ = paid_at_second(here, second)
    outcome = here.run(here.refunds.refund(OPERATOR, payment.merchant_id, RefundOrder(reason="변심")))
    assert outcome.payment.status is Status.CANCELLED
    assert here.gateway.calls == []


def test_money_at_another_provider_never_pays_and_is_held_as_an_orphan(here: Shop, second: MemoryGateway) -> None:
    payment = begun(here)
    attempt = second.open(payment.merchant_id, payment.price)
    second.approve(attempt)
    with pytest.raises(PaymentNotFound):
        here.run(here.refresher.refresh_attempt(attempt, "webhook", payment.merchant_id, "second"))
    assert here.run(here.store.payments.get(payment.merchant_id)).status is Status.AWAITING
    orphan = here.run(here.store.orphans.find(attempt, "second"))
    assert orphan is not None
    assert (orphan.provider, orphan.is_open) == ("second", True)
    assert here.run(here.store.orphans.find(attempt)) is None


def test_money_at_another_provider_is_found_by_its_list_once(here: Shop, second: MemoryGateway) -> None:
    payment = begun(here)
    attempt = second.open(payment.merchant_id, payment.price)
    second.approve(attempt)
    here.clock.time = second._clock()
    first, again = (here.run(here.reconciliation.recent()) for _ in range(2))
    assert (first.changed, first.troubles, again.changed, again.troubles) == (1, [], 0, [])
    assert here.run(here.store.orphans.find(attempt, "second")) is not None


def test_the_same_gateway_id_may_exist_at_both(here: Shop, second: MemoryGateway) -> None:
    _, theirs = paid_at_second(here, second)
    payment = begun(here, order="other")
    ours = here.pay(payment)
    assert ours == theirs
    assert here.run(here.refresher.refresh_attempt(ours, "webhook")).status is Status.PAID


def test_reconciliation_reads_the_lists_of_all_even_where_one_is_down(here: Shop, second: MemoryGateway) -> None:
    payment = at_second(here)
    second.approve(second.open(payment.merchant_id, payment.price))
    here.clock.time = second._clock()
    here.gateway.trouble("listing", Unknown("down"))
    done = here.run(here.reconciliation.recent())
    assert here.run(here.store.payments.get(payment.merchant_id)).status is Status.PAID
    assert (done.visited, done.changed, list(done.silent)) == (1, 1, [DEFAULT_PROVIDER])


def test_the_mark_of_one_list_moves_while_the_other_cannot_be_read(here: Shop, second: MemoryGateway) -> None:
    here.run(here.reconciliation.catch_up())
    began, marks = here.clock.now(), here.store.payments.reconciled_until
    here.clock.advance(hours=1)
    second.trouble("listing", Unknown("down"))
    assert list(here.run(here.reconciliation.catch_up()).silent) == ["second"]
    ours, theirs = (here.run(marks(name)) for name in (DEFAULT_PROVIDER, "second"))
    assert ours is not None
    assert theirs is not None
    assert (ours - began, theirs < began) == (timedelta(minutes=30), True)


def test_where_no_provider_answers_or_a_stretch_was_asked_for_the_trouble_is_raised(
    here: Shop, second: MemoryGateway
) -> None:
    here.gateway.trouble("listing", Unknown("down"), times=2)
    second.trouble("listing", Unknown("down"))
    with pytest.raises(Unknown):
        here.run(here.reconciliation.recent())
    with pytest.raises(Unknown):
        here.run(here.reconciliation.between(here.clock.now() - timedelta(hours=1), here.clock.now()))


def test_a_hint_names_only_payments_of_its_provider(here: Shop) -> None:
    payment = begun(here)
    named = Hint(payment.merchant_id, None, "second")
    assert here.run(here.store.hints.payment_named(named)) is None
    assert here.run(here.store.hints.payment_named(Hint(payment.merchant_id))) == payment.merchant_id


def test_a_payment_of_a_provider_without_settings_says_so(here: Shop) -> None:
    payment = at_second(here)
    without = shop(store=here.store)
    with pytest.raises(ProviderNotConfigured, match="second") as told:
        without.run(without.refresher.refresh(payment, "test"))
    assert isinstance(told.value, NotSent)
    assert without.run(without.store.payments.get(MerchantId(payment.merchant_id))) == payment


def test_an_orphan_is_asked_about_at_its_provider_and_due_again_there(here: Shop, second: MemoryGateway) -> None:
    attempt = second.open(MerchantId("m_lost"), OFFER.price)
    second.approve(attempt)
    with pytest.raises(PaymentNotFound):
        here.run(here.refresher.refresh_attempt(attempt, "webhook", provider="second"))
    here.clock.advance(hours=2)
    here.work()
    orphan = here.run(here.store.orphans.find(attempt, "second"))
    assert orphan is not None
    assert orphan.due_at is not None
    assert orphan.due_at > here.clock.now() + timedelta(hours=12)  # its next check, not the end of a lease
    assert here.run(here.store.orphans.find(attempt)) is None


def test_a_hint_is_followed_with_everything_that_it_names(here: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[object, ...]] = []

    async def refresh_attempt(*named: object) -> None:
        asked.append(named)

    refresher = attrs.evolve(here.refresher)
    monkeypatch.setattr(type(refresher), "refresh_attempt", lambda _, *named: refresh_attempt(*named))
    taker = HintTaker(hints=here.store.hints, refresher=refresher, clock=here.clock)
    here.run(taker.take(Hint(MerchantId("m_unknown"), GatewayId("imp-9"), "second")))
    assert here.run(taker.follow()) == (1, [])
    assert asked == [("imp-9", "webhook", "m_unknown", "second")]


def test_what_could_not_be_stored_of_one_list_holds_the_mark_of_no_other(
    here: Shop, second: MemoryGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.run(here.reconciliation.catch_up())
    ours = here.run(here.checkout.begin("kim", "ring", OFFER, Method.CARD, Caller.buyer("kim")))
    here.pay(ours)
    here.clock.advance(hours=1)
    before, marks = here.clock.now() - timedelta(minutes=30), here.store.payments.reconciled_until

    async def unavailable(*_: object) -> Payment:
        raise StorageUnavailable("no answer")

    monkeypatch.setattr(type(here.store.payments), "update", unavailable)
    assert len(here.run(here.reconciliation.catch_up()).troubles) == 1
    assert here.run(marks(DEFAULT_PROVIDER)) != before
    assert here.run(marks("second")) == before


def test_a_provider_that_knows_payments_and_no_attempts_is_asked_about_the_payment_that_a_hint_names(
    here: Shop, second: MemoryGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[GatewayId, MerchantId | None]] = []

    async def find(gateway_id: GatewayId, merchant_id: MerchantId | None = None) -> None:
        asked.append((gateway_id, merchant_id))

    monkeypatch.setattr(second, "find", find)
    here.run(here.refresher.refresh_attempt(GatewayId("tx-9"), "webhook", MerchantId("m_1"), "second"))
    assert asked == [("tx-9", "m_1")]
