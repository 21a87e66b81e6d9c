"""Refunds, step by step: requested, rebased, refused; strays that are held."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs
import pytest
from builders import NOON, a_payment, a_refund_order, a_report, an_attempt, paid, told, with_refund
from hypothesis import given
from hypothesis import strategies as st
from unit.domain.worlds.lives import balanced, recorded

from payments.domain.attempt import Disposition
from payments.domain.errors import BadInput, RefundInProgress, RefundRefused
from payments.domain.event import EventKind
from payments.domain.machine import CANCELLED, PAID
from payments.domain.money import Money, TaxParts
from payments.domain.payment import Payment
from payments.domain.refund import BankAccount, RefundStatus
from payments.domain.refunding import begin_send, hold_stray, note_refused, rebase, refuse, request
from payments.domain.report import Rank
from payments.domain.values import GatewayId, RefundId

WON = 1_000
R1, R2 = RefundId("r1"), RefundId("r2")
HOUR = timedelta(hours=1)


def a_paid(**report: Any) -> Payment:
    return paid(a_payment(amount=WON), gateway_id="imp_a", **report)


def asked(payment: Payment, refund_id: RefundId = R1, **order: Any) -> Payment:
    return request(payment, a_refund_order(**order), refund_id, NOON, "shop:desk")


# ---- asking ----


def test_asking_for_nothing_in_particular_gives_back_all_that_is_left_of_the_accepted_capture() -> None:
    refund = asked(a_paid(refunded=300)).refund(R1)
    assert (refund.gateway_id, refund.amount, refund.remainder, refund.is_open) == ("imp_a", 700, 700, True)
    assert (refund.by, refund.requested_at, refund.reason) == ("shop:desk", NOON, "고객 요청")


def test_a_part_is_based_on_what_is_left() -> None:
    refund = asked(a_paid(refunded=300), amount=100).refund(R1)
    assert (refund.amount, refund.remainder) == (100, 700)


@given(st.integers(-10, WON + 10))
def test_only_what_is_left_can_be_refunded(amount: int) -> None:
    payment = a_paid(refunded=300)
    if not 0 < amount <= 700:
        with pytest.raises((RefundRefused, BadInput)):
            asked(payment, amount=amount)
        return
    balanced(asked(payment, amount=amount))


@pytest.mark.parametrize("amount", [True, 1.0, "100"], ids=repr)
def test_an_amount_is_a_whole_number(amount: Any) -> None:
    with pytest.raises(BadInput):
        asked(a_paid(), amount=amount)


def test_one_open_refund_per_capture() -> None:
    payment = asked(a_paid(), amount=100)
    with pytest.raises(RefundInProgress):
        asked(payment, R2, amount=100)


def test_two_captures_may_be_on_their_way_back_at_once() -> None:
    payment = a_paid()
    twice = recorded(payment, [a_report(payment, gateway_id="imp_b")])
    assert len(asked(twice, R2).open_refunds) == 2


def test_a_refund_once_known_makes_room_for_the_next() -> None:
    payment = asked(a_paid(), amount=100)
    refused = refuse(payment, payment.refund(R1), NOON, "no")
    assert asked(refused, R2, amount=100).refund(R2).is_open


NOTHING_TAKEN: dict[str, Callable[[], Payment]] = {
    "never tried": a_payment,
    "declined": lambda: paid(a_payment(), rank=Rank.DECLINED),
    "opened": lambda: paid(a_payment(), rank=Rank.READY),
    "gone back": lambda: a_paid(rank=Rank.CANCELLED),
}


@pytest.mark.parametrize("payment", NOTHING_TAKEN.values(), ids=NOTHING_TAKEN)
def test_where_no_money_is_there_is_nothing_to_refund(payment: Callable[[], Payment]) -> None:
    with pytest.raises(RefundRefused):
        asked(payment())


def test_an_attempt_without_money_cannot_be_refunded_by_name() -> None:
    for payment in (paid(a_payment(), gateway_id="imp_a", rank=Rank.DECLINED), a_payment()):
        with pytest.raises(RefundRefused):
            asked(payment, gateway_id=GatewayId("imp_a"))


@pytest.mark.parametrize(("tax_free", "vat"), [(101, None), (50, 51), (0, 101), (-1, None), (True, None), (0, -1)])
def test_tax_is_a_part_of_the_refund(tax_free: Any, vat: Any) -> None:
    with pytest.raises(BadInput):
        asked(a_paid(), amount=100, parts=TaxParts(tax_free=tax_free, vat=vat))


def test_tax_and_account_travel_with_the_refund() -> None:
    account = BankAccount(bank="88", number="1101234567", holder="홍길동")
    refund = asked(a_paid(), amount=100, parts=TaxParts(tax_free=40, vat=60), account=account).refund(R1)
    assert (refund.tax_free, refund.vat, refund.account) == (40, 60, account)


def test_the_label_leads_the_reason_the_provider_is_told() -> None:
    assert asked(a_paid()).refund(R1).label == "[r1] 고객 요청"
    assert asked(a_paid(), reason="").refund(R1).label == "[r1]"


def test_asking_is_one_happening_and_makes_the_payment_due() -> None:
    payment = a_paid()
    after = asked(payment, amount=100)
    assert (after.version, after.new_events[-1].kind, after.status) == (
        payment.version + 1,
        EventKind.REFUND_REQUESTED,
        PAID,
    )
    assert (after.new_events[-1].refund_id, after.new_events[-1].amount, after.new_events[-1].by) == (
        R1,
        100,
        "shop:desk",
    )
    assert after.due_at == NOON + timedelta(seconds=30)  # were we to die now, the sweep goes on with it


def test_a_stray_is_given_back_whole_and_due_at_once() -> None:
    payment = a_payment().closed(NOON, "buyer:1", "buyer")
    after = told(payment, a_report(payment, refunded=2_000), at=NOON + HOUR, stray_refund=R1)
    assert (after.refund(R1).amount, after.refund(R1).by, after.due_at) == (10_000, "policy", NOON + HOUR)


# ---- what becomes of it ----


def grown(payment: Payment, refunded: int) -> Payment:
    attempt = payment.attempts[0]
    report = attrs.evolve(attempt.report, refunded=refunded)
    return attrs.evolve(payment, attempts=(attrs.evolve(attempt, report=report),))


def test_a_refund_that_still_fits_is_based_on_todays_remainder() -> None:
    payment = grown(asked(a_paid(), amount=400), 600)
    after = rebase(payment, payment.refund(R1), NOON)
    assert (after.refund(R1).remainder, after.refund(R1).amount, after.refund(R1).is_open) == (400, 400, True)
    assert after.new_events[-1].kind is EventKind.REFUND_REBASED


def test_an_earlier_refusal_says_nothing_of_a_refund_that_was_rebased() -> None:
    """It was told for the next one: "refused for its checksum", where the provider had failed to execute it."""
    payment = asked(a_paid(), amount=300)
    payment = note_refused(begin_send(payment, payment.refund(R1), NOON), payment.refund(R1), "checksum")
    payment = told(payment, attrs.evolve(payment.attempts[0].report, refunded=200), at=NOON)
    rebased = rebase(payment, payment.refund(R1), NOON).refund(R1)
    assert (rebased.remainder, rebased.failure) == (800, "")


def test_a_refund_that_no_longer_fits_is_given_up() -> None:
    payment = grown(asked(a_paid(), amount=400), 601)
    after = rebase(payment, payment.refund(R1), NOON)
    assert after.refund(R1).status is RefundStatus.REFUSED
    assert "overtaken" in after.refund(R1).failure


def test_a_refusal_keeps_the_providers_words_and_ends_the_send() -> None:
    payment = asked(a_paid())
    payment = begin_send(payment, payment.refund(R1), NOON)
    refused = refuse(payment, payment.refund(R1), NOON, "기취소 " + "x" * 2_000).refund(R1)
    assert refused.failure.startswith("기취소")
    assert (len(refused.failure), refused.sending_until, refused.status) == (1_000, None, RefundStatus.REFUSED)


def test_what_is_told_of_a_refund_names_it_its_capture_and_its_sum() -> None:
    requested = asked(a_paid(), amount=300)
    refused = refuse(requested, requested.refund(R1), NOON + HOUR, "한도 초과")
    told_of = [(e.kind, e.gateway_id, e.refund_id, e.amount) for e in refused.new_events if e.refund_id]
    assert told_of == [(kind, "imp_a", R1, 300) for kind in (EventKind.REFUND_REQUESTED, EventKind.REFUND_REFUSED)]


def test_a_capture_was_refunded_when_the_latest_of_its_refunds_was_done() -> None:
    payment = a_paid()
    first, second = (
        attrs.evolve(asked(payment, name).refund(name), status=RefundStatus.DONE, done_at=NOON + later)
        for name, later in ((R1, 2 * HOUR), (R2, HOUR))
    )
    refunded = attrs.evolve(payment, refunds=(first, second, attrs.evolve(second, done_at=None)))
    [capture] = refunded.attempts
    assert refunded.refunded_at(capture) == NOON + 2 * HOUR
    assert payment.refunded_at(capture) is refunded.refunded_at(None) is None
    other = attrs.evolve(capture, report=attrs.evolve(capture.report, gateway_id=GatewayId("imp_b")))
    assert refunded.refunded_at(other) is None


def test_an_unknown_refund_is_refused_by_name() -> None:
    with pytest.raises(RefundRefused):
        a_paid().refund(R1)


# ---- keeping a stray ----


def a_stray(*, hold: bool) -> Payment:
    payment = a_payment()
    return recorded(payment, [a_report(payment, gateway_id="imp_a", amount=Money(1))], hold=hold)


def test_a_kept_stray_says_why() -> None:
    strayed = a_stray(hold=True)
    after = hold_stray(strayed, GatewayId("imp_a"), "전화로 확인", NOON, "shop:desk")
    assert (after.attempts[0].note, after.attempts[0].is_open_stray) == ("전화로 확인", False)
    assert (after.new_events[-1].kind, after.new_events[-1].reason, after.new_events[-1].by) == (
        EventKind.STRAY_HELD,
        "전화로 확인",
        "shop:desk",
    )


@pytest.mark.parametrize("note", ["", "  "])
def test_a_stray_is_not_kept_without_a_reason(note: str) -> None:
    strayed = a_stray(hold=True)
    with pytest.raises(RefundRefused):
        hold_stray(strayed, GatewayId("imp_a"), note, NOON, "shop:desk")


def test_the_accepted_capture_is_no_stray_to_keep() -> None:
    with pytest.raises(RefundRefused):
        hold_stray(a_paid(), GatewayId("imp_a"), "note", NOON, "shop:desk")


def test_a_stray_on_its_way_back_cannot_be_kept() -> None:
    """The provider may have executed it already: to promise that it stays would be a guess."""
    strayed = a_stray(hold=False)
    strayed = begin_send(strayed, strayed.open_refunds[0], NOON)
    with pytest.raises(RefundInProgress):
        hold_stray(strayed, GatewayId("imp_a"), "note", NOON, "shop:desk")


def test_only_an_attempt_without_a_note_is_unsettled() -> None:
    assert an_attempt(disposition=Disposition.LATE).is_open_stray
    assert not an_attempt().is_open_stray
    assert not attrs.evolve(an_attempt(disposition=Disposition.LATE), note="kept").is_open_stray


def test_a_refund_in_full_of_the_accepted_capture_ends_the_payment() -> None:
    payment = with_refund(a_paid())
    everything = attrs.evolve(payment.attempts[0].report, rank=Rank.CANCELLED, refunded=WON)
    after = recorded(payment, [everything])
    assert (after.status, after.reason, after.refunded) == (CANCELLED, "refunded", WON)
