"""Why a payment is as it is: a buyer reads the reason of the latest try, and of no earlier one."""

from datetime import timedelta
from typing import Any

import attrs
from builders import NOON, a_payment, a_report, paid
from unit.domain.worlds.lives import MINUTE, recorded

from payments.domain.event import Reason
from payments.domain.machine import AWAITING, FAILED, PAID
from payments.domain.payment import Payment
from payments.domain.refund import done
from payments.domain.refunding import RefundOrder, request
from payments.domain.report import Rank
from payments.domain.values import Method, RefundId

LIMIT: dict[str, Any] = {"rank": Rank.DECLINED, "reason": "카드 한도초과"}
PASSWORD: dict[str, Any] = {"rank": Rank.DECLINED, "reason": "비밀번호 오류"}


def begun_again(payment: Payment) -> Payment:
    return payment.begun_again(Method.CARD, NOON + MINUTE)


def test_a_decline_beside_an_open_window_is_told_although_the_payment_waits() -> None:
    new = a_payment()
    payment = recorded(new, [a_report(new, gateway_id="imp_1", rank=Rank.READY)])
    after = recorded(payment, [a_report(payment, gateway_id="imp_2", **LIMIT)])
    assert (after.status, after.reason) == (AWAITING, "카드 한도초과")


def test_the_latest_decline_is_the_reason() -> None:
    new = a_payment()
    payment = recorded(new, [a_report(new, gateway_id="imp_1", **LIMIT)])
    after = recorded(payment, [a_report(payment, gateway_id="imp_2", **PASSWORD)])
    assert (after.status, after.reason) == (FAILED, "비밀번호 오류")


def test_a_new_try_has_no_reason_yet_and_a_payment_whose_price_was_refused_keeps_its_own() -> None:
    prepared = attrs.evolve(a_payment(), prepared=True)
    declined = recorded(prepared, [a_report(prepared, gateway_id="imp_1", **LIMIT)])
    assert (begun_again(declined).status, begun_again(declined).reason) == (FAILED, "")
    refused = a_payment().prepare_refused(NOON, "1 금액 오류")
    assert begun_again(refused).reason == "1 금액 오류"


def test_a_decline_hides_no_money_of_another_amount() -> None:
    payment = a_payment()
    other = attrs.evolve(payment.price, minor=payment.price.minor - 1)
    strayed = recorded(payment, [a_report(payment, gateway_id="imp_1", rank=Rank.CAPTURED, amount=other)])
    after = recorded(strayed, [a_report(payment, gateway_id="imp_2", **LIMIT)])
    assert after.reason == Reason.AMOUNT_MISMATCH


def test_a_paid_payment_has_no_reason_whatever_was_declined_after() -> None:
    payment = paid(a_payment(), gateway_id="imp_1")
    after = recorded(payment, [a_report(payment, gateway_id="imp_2", **LIMIT)])
    assert (after.status, after.reason) == (PAID, "")


def test_a_refund_knows_when_it_was_done() -> None:
    payment = paid(a_payment(), gateway_id="imp_1")
    asked = request(payment, RefundOrder(reason="", amount=1_000), RefundId("r1"), NOON, "shop:clerk")
    assert asked.refund(RefundId("r1")).done_at is None
    at = NOON + timedelta(hours=1)
    assert done(asked.refund(RefundId("r1")), None, at).done_at == at
    outside = recorded(payment, [a_report(payment, gateway_id="imp_1", refunded=2_000)])
    assert outside.refunds[0].done_at == outside.new_events[-1].at
