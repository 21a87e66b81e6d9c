"""The use cases ask the rules of a channel before anything is stored or sent, and only then."""

from collections.abc import Sequence

import attrs
import pytest

from payments import testing
from payments.domain.books.search import Filter
from payments.domain.errors import BadInput, RuleViolation
from payments.domain.money import Money, TaxParts
from payments.domain.ports import Contact
from payments.domain.refund import BankAccount
from payments.domain.refunding import RefundOrder
from payments.domain.use_cases.channel_rules import Finding, Level, PaymentRequest, RefundRequest, raise_if_stopped
from payments.domain.use_cases.refund_rules import RefundForm
from payments.domain.use_cases.rules import Channel, Rules
from payments.domain.values import Caller, Method, Offer, Terms

SHOP = Caller.shop("web")
GOLD = Offer("골드", Money(12_000))


@attrs.define
class Told:
    """Channels that say what a test has them say, and keep what they were asked."""

    found: tuple[Finding, ...] = ()
    payments: list[PaymentRequest] = attrs.Factory(list)
    refunds: list[RefundRequest] = attrs.Factory(list)

    def of_payment(self, request: PaymentRequest) -> Sequence[Finding]:
        self.payments.append(request)
        return self.found

    def of_refund(self, request: RefundRequest) -> Sequence[Finding]:
        self.refunds.append(request)
        return self.found


def _finding(level: Level, *, stops: bool, **rest: object) -> Finding:
    return Finding(rule="a-rule", level=level, en="It is not allowed.", ko="안 됩니다.", stops=stops, **rest)


ERROR = _finding(Level.ERROR, stops=True)
STRICT = _finding(Level.WARN, stops=True)
WARNING = _finding(Level.WARN, stops=False)


def _paid(told: Told, **terms: str) -> tuple[testing.Shop, str]:
    shop = testing.shop(channel_rules=told, rules=Rules(channels=(Channel(name="kcp"),)))
    offer = attrs.evolve(GOLD, terms=Terms(**terms))
    payment = shop.run(shop.checkout.begin("kim", "o-1", offer, Method.CARD, SHOP))
    attempt = shop.pay(payment)
    shop.run(shop.checkout.complete(SHOP, payment.merchant_id, attempt))
    return shop, payment.merchant_id


@pytest.mark.parametrize("found", [ERROR, STRICT], ids=["error", "strict warning"])
def test_a_payment_that_its_channel_refuses_is_neither_stored_nor_sent(found: Finding):
    shop = testing.shop(channel_rules=Told((found,)))
    with pytest.raises(RuleViolation, match=r"not allowed\. No payment was created\.") as refused:
        shop.run(shop.checkout.begin("kim", "o-1", GOLD, Method.CARD, SHOP, Contact()))
    assert refused.value.rule == "a-rule"
    assert shop.run(shop.checkout.page(SHOP, Filter())) == []
    assert shop.gateway.calls == []


def test_a_warning_stops_nothing():
    shop = testing.shop(channel_rules=Told((WARNING,)))
    assert shop.run(shop.checkout.begin("kim", "o-1", GOLD, Method.CARD, SHOP)).prepared


def test_a_live_payment_is_asked_about_again_because_its_method_may_be_another():
    told = Told()
    shop = testing.shop(channel_rules=told)
    first = shop.run(shop.checkout.begin("kim", "o-1", GOLD, Method.CARD, SHOP))
    shop.run(shop.checkout.begin("kim", "o-1", GOLD, Method.MOBILE, SHOP))
    assert [(one.method, one.order_id) for one in told.payments] == [
        (Method.CARD, first.merchant_id),
        (Method.MOBILE, first.merchant_id),
    ]


def test_a_live_payment_stays_open_where_the_channel_refuses_the_new_price():
    told = Told()
    shop = testing.shop(channel_rules=told)
    first = shop.run(shop.checkout.begin("kim", "o-1", GOLD, Method.CARD, SHOP))
    told.found = (ERROR,)
    with pytest.raises(RuleViolation):
        shop.run(shop.checkout.begin("kim", "o-1", Offer("골드", Money(1)), Method.CARD, SHOP))
    assert shop.run(shop.checkout.visible_to(SHOP, first.merchant_id)).is_payable


def test_a_refund_that_its_channel_refuses_is_neither_stored_nor_sent():
    told = Told()
    shop, merchant_id = _paid(told, channel="kcp")
    told.found = (ERROR,)
    with pytest.raises(RuleViolation, match=r"not allowed\. Nothing was sent\."):
        shop.run(shop.refunds.refund(SHOP, merchant_id, RefundOrder(reason="반품", override="the PG agreed")))
    assert shop.run(shop.checkout.visible_to(SHOP, merchant_id)).refunds == ()
    assert "refund" not in shop.gateway.calls
    assert [(one.channel, one.amount) for one in told.refunds] == [("kcp", 12_000)]


def test_an_operator_overrides_a_warning_with_a_note_that_is_kept():
    told = Told()
    shop, merchant_id = _paid(told)
    told.found = (STRICT,)
    with pytest.raises(RuleViolation):
        shop.run(shop.refunds.refund(SHOP, merchant_id, RefundOrder(reason="반품", override=" ")))
    done = shop.run(shop.refunds.refund(SHOP, merchant_id, RefundOrder(reason="반품", override="the PG agreed")))
    assert done.payment.refunded == 12_000
    requested = next(e for e in shop.run(shop.checkout.timeline(SHOP, merchant_id)) if e.kind == "refund_requested")
    assert requested.reason == "반품 (warnings overridden: the PG agreed)"
    assert done.payment.refunds[0].reason == "반품"  # the note is not the provider's


def test_a_note_has_a_limit():
    shop, merchant_id = _paid(Told())
    with pytest.raises(BadInput, match="at most 200"):
        shop.run(shop.refunds.refund(SHOP, merchant_id, RefundOrder(reason="", override="x" * 201)))


def test_a_bank_is_sent_as_the_channel_corrects_it():
    told = Told()
    shop, merchant_id = _paid(told)
    told.found = (_finding(Level.FIX, stops=False, field="bank", value="BK88"),)
    account = BankAccount(bank="088", number="110123456789", holder="김구매")
    shop.run(
        shop.refunds.request(SHOP, merchant_id, RefundOrder(reason="", account=account), shop.refunds.ids.refund_id())
    )
    kept = shop.run(shop.checkout.visible_to(SHOP, merchant_id)).refunds[0].account
    assert isinstance(kept, BankAccount)
    assert kept.bank == "BK88"


def _form(shop: testing.Shop, merchant_id: str) -> RefundForm:
    payment = shop.run(shop.checkout.visible_to(SHOP, merchant_id))
    return shop.refunds.refund_rules.forms(payment, shop.clock.now())[0]


def test_the_form_of_a_refund_offers_all_that_is_left_and_a_part_of_it():
    shop, merchant_id = _paid(Told())
    form = _form(shop, merchant_id)
    assert (form.most, form.whole.is_allowed, form.part.is_allowed) == (12_000, True, True)
    assert (form.account, form.phone, form.reason) == (False, False, False)


@pytest.mark.parametrize("field", ["account", "account_phone", "reason"])
def test_the_form_asks_for_what_is_missing_instead_of_refusing(field: str):
    told = Told()
    shop, merchant_id = _paid(told)
    told.found = (attrs.evolve(ERROR, field=field),)
    form = _form(shop, merchant_id)
    assert [form.account, form.phone, form.reason].index(True) == ["account", "account_phone", "reason"].index(field)
    assert form.whole.is_allowed


def test_the_form_says_why_not_and_whether_a_note_would_do():
    told = Told()
    shop, merchant_id = _paid(told)
    for found, by_note in ((ERROR, False), (STRICT, True)):
        told.found = (found, WARNING)
        choice = _form(shop, merchant_id).part
        assert (choice.is_allowed, choice.needs_note, choice.why_not) == (False, by_note, (found,))


def test_the_form_offers_nothing_while_another_refund_is_open():
    told = Told()
    shop, merchant_id = _paid(told)
    shop.run(shop.refunds.request(SHOP, merchant_id, RefundOrder(reason="", amount=1), shop.refunds.ids.refund_id()))
    form = _form(shop, merchant_id)
    assert (form.most, form.whole.is_allowed, form.part.is_allowed) == (0, False, False)
    assert "another refund of this capture" in form.refused.lower()


def test_what_was_refunded_in_full_has_no_form():
    shop, merchant_id = _paid(Told())
    shop.run(shop.refunds.refund(SHOP, merchant_id, RefundOrder(reason="")))
    payment = shop.run(shop.checkout.visible_to(SHOP, merchant_id))
    assert shop.refunds.refund_rules.forms(payment, shop.clock.now()) == ()


def test_a_shop_without_rules_allows_everything():
    shop = testing.shop()
    assert shop.run(shop.checkout.begin("kim", "o-1", GOLD, Method.CARD, SHOP, Contact())).prepared


def test_a_channel_is_asked_about_the_capture_its_sum_its_account_and_the_time():
    told = Told()
    shop, merchant_id = _paid(told, channel="kcp")
    shop.clock.advance(hours=3)
    payment = shop.run(shop.store.payments.get(merchant_id))
    shop.refunds.refund_rules.forms(payment, shop.clock.now())
    account = BankAccount(bank="004", number="12345678", holder="홍길동")
    order = RefundOrder(reason="변심", amount=2_000, account=account)
    shop.run(shop.refunds.refund(SHOP, payment.merchant_id, order))
    whole, part, refund = told.refunds[:3]
    assert [one.amount for one in (whole, part, refund)] == [12_000, 11_999, 2_000]
    assert {one.at for one in (whole, part, refund)} == {shop.clock.now()}
    assert {one.attempt for one in (whole, part, refund)} == {payment.accepted}
    assert (refund.account, refund.reason, refund.payment) == (account, "변심", payment)


def test_a_note_of_two_hundred_characters_lifts_a_warning():
    assert raise_if_stopped((STRICT,), "x" * 200) is None


def test_a_channel_is_told_whom_the_window_is_for():
    told = Told()
    shop = testing.shop(channel_rules=told)
    ann, bob = Contact(name="ann", phone="010-1"), Contact(name="bob", phone="010-2")
    payment = shop.run(shop.checkout.begin("kim", "o-1", GOLD, Method.CARD, SHOP, ann))
    shop.checkout.findings(payment, bob)
    assert (told.payments[0].contact, told.payments[-1].contact) == (ann, bob)


def test_the_form_of_a_refund_knows_the_tax_parts_that_are_left():
    told = Told()
    shop = testing.shop(channel_rules=told)
    offer = attrs.evolve(GOLD, terms=Terms(parts=TaxParts(tax_free=2_000, vat=900)))
    payment = shop.run(shop.checkout.begin("kim", "o-1", offer, Method.CARD, SHOP))
    attempt = shop.pay(payment)
    shop.run(shop.checkout.complete(SHOP, payment.merchant_id, attempt))
    form = _form(shop, payment.merchant_id)
    assert {one.parts for one in told.refunds} == {form.parts} == {TaxParts(tax_free=2_000, vat=900)}


def test_a_capture_of_a_channel_that_the_settings_have_lost_can_be_refunded():
    shop, merchant_id = _paid(Told(), channel="kcp")
    without = testing.shop(store=shop.store, channel_rules=Told(), rules=Rules(channels=(Channel(name="toss"),)))
    assert _form(without, merchant_id).whole.is_allowed
