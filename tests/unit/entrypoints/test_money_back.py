"""What a buyer's payment says about money that went back, or is on its way."""

from typing import Any

import attrs
from builders import NOON, a_payment, a_report, paid
from unit.domain.worlds.lives import recorded

from payments.domain.payment import Payment
from payments.domain.refunding import RefundOrder, request
from payments.domain.report import Rank
from payments.domain.values import Mode, RefundId
from payments.entrypoints.money_back import refunding, strays_of


def late(**report: Any) -> Payment:
    closed = a_payment().closed(NOON, "buyer:1", "buyer")
    return recorded(closed, [a_report(closed, gateway_id="imp_1", rank=Rank.CAPTURED, **report)])


def test_a_refund_is_on_its_way_until_it_is_done() -> None:
    payment = paid(a_payment(), gateway_id="imp_1")
    asked = request(payment, RefundOrder(reason="", amount=1_000), RefundId("r1"), NOON, "shop:clerk")
    assert (refunding(payment, payment.accepted), refunding(asked, asked.accepted)) == (0, 1_000)
    assert asked.refunded_at(asked.accepted) is None
    done = recorded(payment, [a_report(payment, gateway_id="imp_1", refunded=1_000)])
    assert done.refunded_at(done.accepted) == done.refunds[0].done_at


def test_a_stray_is_held_on_its_way_or_back() -> None:
    asked = late()
    assert [one.state for one in strays_of(asked)] == ["refunding"]
    assert [one.state for one in strays_of(attrs.evolve(asked, refunds=()))] == ["held"]
    back = recorded(asked, [a_report(asked, gateway_id="imp_1", rank=Rank.CANCELLED)])
    [stray] = strays_of(back)
    assert (stray.state, stray.amount, stray.refunded) == ("refunded", 12_000, 12_000)
    assert stray.refunded_at


def test_test_money_is_no_money_of_the_buyers() -> None:
    payment = a_payment()
    other = Mode.LIVE if payment.mode is Mode.TEST else Mode.TEST
    strayed = recorded(payment, [a_report(payment, gateway_id="imp_1", rank=Rank.CAPTURED, mode=other)])
    assert strays_of(strayed) == []
