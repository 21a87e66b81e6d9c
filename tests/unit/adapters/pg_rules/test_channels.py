"""PgRules: the channels of a shop, asked about payments and refunds of the domain."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from builders import a_payment, an_attempt

from payments.adapters.pg_rules import PgChannel, PgRules
from payments.adapters.pg_rules.channels import MAX_RECENT
from payments.adapters.pg_rules.codes import codes
from payments.adapters.pg_rules.requests import FIELDS, payment_fields, refund_fields
from payments.adapters.pg_rules.rule import Moment
from payments.domain.money import Money, TaxParts
from payments.domain.ports import Contact
from payments.domain.refund import BankAccount
from payments.domain.report import Approval
from payments.domain.use_cases.channel_rules import Finding, Level, PaymentRequest, RefundRequest, corrections
from payments.domain.values import MerchantId, Method, Terms

ACCOUNT = BankAccount(bank="088", number="110123456789", holder="김구매", phone="01012345678")


def _rules(sent: dict[str, Any] | None = None, **channel: Any) -> PgRules:
    return PgRules(channels={"": PgChannel(sent=sent or {}, **channel)})


def _payment(**changes: Any) -> PaymentRequest:
    asked = PaymentRequest(
        channel="",
        order_id=MerchantId("m1"),
        name="골드",
        price=Money(12_000),
        terms=Terms(),
        method=Method.CARD,
        contact=Contact(name="김", phone="01012345678", email="kim@shop.test"),
    )
    return attrs.evolve(asked, **changes)


def _refund(*, at: datetime, paid: datetime, method: str, amount: int = 12_000, **changes: Any) -> RefundRequest:
    payment, report = a_payment(), {key: changes.pop(key) for key in ("approval",) if key in changes}
    attempt = an_attempt(payment, method=method, captured_at=paid, **report)
    return RefundRequest(channel="", payment=payment, attempt=attempt, amount=amount, at=at, reason="반품", **changes)


def _ids(found: Any) -> set[str]:
    return {one.rule for one in found}


def _stops(found: Any) -> set[str]:
    return {one.rule for one in found if one.stops}


def test_a_payment_that_its_channel_allows_breaks_nothing():
    assert not _rules(pg="kakaopay").of_payment(_payment(method=Method.KAKAOPAY))


def test_a_name_goes_to_nice_without_a_percent_sign_and_elsewhere_with_it():
    asked = _payment(name="50% 할인")
    assert corrections(_rules(pg="nice_v2").of_payment(asked)) == {"order_name": "50 할인"}
    assert not corrections(_rules(pg="html5_inicis").of_payment(asked))


def test_what_two_rules_correct_is_corrected_by_both():
    asked = _payment(name="50% " + "가" * 40)
    found = _rules(pg="nice_v2").of_payment(asked)
    assert [one.rule for one in found if one.level is Level.FIX] == ["order-name-length"] * 2 + ["order-name-charset"]
    assert corrections(found) == {"order_name": "50 " + "가" * 18}


def test_a_code_of_v1_at_the_other_provider_gets_the_rules_of_v2():
    asked = _payment(contact=Contact(name="김", email="kim@shop.test"))
    assert _stops(_rules(pg="html5_inicis", generation="v2").of_payment(asked)) == {"buyer-required"}
    assert not _stops(_rules(pg="html5_inicis").of_payment(asked))


def test_a_name_that_is_too_long_is_cut_to_the_shortest_limit():
    found = _rules(pg="html5_inicis").of_payment(_payment(name="가" * 41, price=Money(12_000)))
    assert corrections(found)["order_name"] == "가" * 20
    assert not any(one.stops for one in found)


def test_a_channel_of_mixed_taxes_takes_no_payment_without_its_tax_free_part():
    rules = _rules(pg="kcp", tax="mixed")
    assert _stops(rules.of_payment(_payment())) == {"tax-free-required"}
    assert not rules.of_payment(_payment(terms=Terms(parts=TaxParts(tax_free=0))))


def test_the_contract_says_what_may_be_sold_on_the_phone_bill():
    sent = {"product": "physical"}
    rules = _rules(sent, pg="smartro_v2", product="digital")
    asked = _payment(method=Method.MOBILE)
    assert _stops(rules.of_payment(asked)) == {"digital-mismatch"}
    assert not rules.of_payment(attrs.evolve(asked, terms=Terms(digital=True)))


def test_a_channels_own_minimum_is_an_error_and_the_pgs_usual_one_a_warning():
    asked = _payment(price=Money(500))
    assert _stops(_rules(pg="kcp", minimum=600).of_payment(asked)) == {"amount-min"}
    usual = _rules(pg="kcp").of_payment(asked)
    assert (_ids(usual), _stops(usual)) == ({"amount-min"}, set())


def test_a_strict_channel_refuses_what_others_warn_of():
    assert _stops(_rules(pg="kcp", strict=True).of_payment(_payment(price=Money(500)))) == {"amount-min"}


def test_a_rule_that_is_switched_off_is_not_asked():
    rules = _rules(pg="kcp", strict=True, off={"amount-min": "our contract says 100 won"})
    assert not rules.of_payment(_payment(price=Money(500)))


def test_the_fields_of_a_payment_are_those_that_it_is_asked_with():
    terms = Terms(digital=True)
    asked = [payment_fields(_payment(method=method, terms=terms), {}) for method in (Method.CARD, Method.MOBILE)]
    assert asked[0].keys() | asked[1].keys() == FIELDS[Moment.PAYMENT]


def test_without_the_buyers_data_nothing_is_asked_about_it():
    rules = _rules(pg="ksnet")
    assert _stops(rules.of_payment(_payment(contact=Contact()))) == {"buyer-required"}
    assert not _stops(rules.of_payment(_payment(contact=None)))


def test_a_warning_is_logged_once(caplog: pytest.LogCaptureFixture):
    rules = _rules(pg="kcp")
    with caplog.at_level(logging.WARNING, "payments.rules"):
        for _ in range(3):
            rules.of_payment(_payment(price=Money(500)))
    assert [record.getMessage() for record in caplog.records] == [
        "the default channel: The least that NHN KCP takes by this method is 1,000 won. (rule amount-min; logged once)"
    ]


def test_another_request_for_the_same_payment_is_asked_about_anew():
    rules = _rules(pg="ksnet")
    assert _stops(rules.of_payment(_payment(contact=Contact()))) == {"buyer-required"}
    assert not _stops(rules.of_payment(_payment()))
    assert _stops(rules.of_payment(_payment(contact=Contact()))) == {"buyer-required"}


def test_what_is_remembered_of_payments_is_bounded():
    rules = _rules(pg="kcp")
    for number in range(2 * MAX_RECENT + 1):
        rules.of_payment(_payment(order_id=MerchantId(f"m{number}")))
    assert len(rules._recent) <= MAX_RECENT


# -- refunds


def test_the_fields_of_a_refund_are_those_that_it_is_asked_with():
    noon = datetime(2026, 1, 10, 3, tzinfo=UTC)
    asked = refund_fields(_refund(at=noon, paid=noon, method="card"), None, codes(), {})
    assert asked.keys() == FIELDS[Moment.REFUND]


@pytest.mark.parametrize(
    ("now", "stopped"),
    [
        (datetime(2026, 1, 31, 14, 59, 59, tzinfo=UTC), set()),
        (datetime(2026, 1, 31, 15, 0, 0, tzinfo=UTC), {"cancel-phone-month"}),
    ],
    ids=["the last second of January in Seoul", "the first of February"],
)
def test_a_phone_bill_is_refunded_in_its_own_month_of_korean_time(now: datetime, stopped: set[str]):
    asked = _refund(at=now, paid=datetime(2026, 1, 10, tzinfo=UTC), method="mobile")
    assert _stops(_rules(pg="danal").of_refund(asked)) == stopped


def test_a_phone_bill_is_refunded_whole_except_where_the_pg_can_part_it():
    noon = datetime(2026, 1, 10, 3, tzinfo=UTC)
    asked = _refund(at=noon, paid=noon, method="mobile", amount=5_000)
    assert _stops(_rules(pg="danal").of_refund(asked)) == {"cancel-partial-unsupported"}
    assert not _rules(pg="html5_inicis").of_refund(asked)
    assert _ids(_rules(pg="kcp").of_refund(asked)) == {"cancel-partial-contract"}
    assert not _rules(pg="kcp", contract=frozenset({"partial_refund"})).of_refund(asked)


def test_a_virtual_account_needs_an_account_and_its_contract():
    noon = datetime(2026, 1, 10, 3, tzinfo=UTC)
    rules = _rules(pg="kicc", contract=frozenset({"account_refund"}))
    asked = _refund(at=noon, paid=noon, method="virtual_account")
    assert _stops(rules.of_refund(asked)) == {"cancel-refund-account"}
    assert not rules.of_refund(attrs.evolve(asked, account=ACCOUNT))
    assert _ids(_rules(pg="kicc").of_refund(attrs.evolve(asked, account=ACCOUNT))) == {"cancel-vbank-contract"}


@pytest.mark.parametrize(
    ("pg", "given", "sent"),
    [("kcp", "088", "BK88"), ("html5_inicis", "088", "88"), ("daou", "088", "10"), ("daou", "011", "08")],
)
def test_a_bank_is_sent_as_its_pg_spells_it(pg: str, given: str, sent: str):
    noon = datetime(2026, 1, 10, 3, tzinfo=UTC)
    account = attrs.evolve(ACCOUNT, bank=given)
    found = _rules(pg=pg).of_refund(_refund(at=noon, paid=noon, method="virtual_account", account=account))
    assert corrections(found)["bank"] == sent


@pytest.mark.parametrize(("pg", "given"), [("kcp", "BK88"), ("html5_inicis", "88"), ("nice", "088"), ("daou", "10")])
def test_a_bank_that_is_spelled_right_is_left_alone(pg: str, given: str):
    noon = datetime(2026, 1, 10, 3, tzinfo=UTC)
    account = attrs.evolve(ACCOUNT, bank=given)
    found = _rules(pg=pg).of_refund(_refund(at=noon, paid=noon, method="virtual_account", account=account))
    assert not corrections(found)
    assert "cancel-refund-bank-code" not in _ids(found)


def test_the_pg_that_took_the_money_counts_not_the_one_of_todays_settings():
    noon = datetime(2026, 1, 10, 3, tzinfo=UTC)
    old = _refund(at=noon + timedelta(days=181), paid=noon, method="card", approval=Approval(pg="ksnet"))
    assert _stops(_rules(pg="kcp").of_refund(old)) == {"cancel-too-old"}


def test_a_removed_channel_gets_only_the_cautious_rules():
    noon = datetime(2026, 1, 10, 3, tzinfo=UTC)
    gone = attrs.evolve(_refund(at=noon, paid=noon, method="mobile", amount=5_000), channel="gone")
    assert _stops(_rules(pg="html5_inicis").of_refund(gone)) == {"cancel-partial-unsupported"}


def test_a_finding_names_the_field_that_a_form_asks_for():
    noon = datetime(2026, 1, 10, 3, tzinfo=UTC)
    asked = _refund(at=noon, paid=noon, method="virtual_account", account=attrs.evolve(ACCOUNT, phone=""))
    found: list[Finding] = [one for one in _rules(pg="smartro_v2").of_refund(asked) if one.level is Level.ERROR]
    assert [(one.rule, one.field) for one in found] == [("cancel-refund-phone", "account_phone")]
