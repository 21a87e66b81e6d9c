"""What a shop's own tests can make the gateway in dicts do; the port itself is held to the gateway contract."""

from datetime import timedelta

import pytest
from builders import NOON

from payments.adapters.memory.gateway import MemoryGateway
from payments.domain.errors import NotSent, Rejected, Unknown
from payments.domain.money import Money
from payments.domain.refund import Refund
from payments.domain.report import Rank
from payments.domain.values import GatewayId, MerchantId, Mode, RefundId
from payments.entrypoints.blocking import run

WON = Money(1000)


def a_refund(gateway_id: GatewayId) -> Refund:
    return Refund(id=RefundId("r_1"), gateway_id=gateway_id, amount=300, remainder=1000, by="shop:x", requested_at=NOON)


def paid(gateway: MemoryGateway) -> GatewayId:
    gateway_id = gateway.open("m_1", WON)
    gateway.approve(gateway_id)
    return gateway_id


@pytest.mark.parametrize(("after_the_work", "refunded"), [(False, 0), (True, 300)])
def test_an_answer_gets_lost_before_or_after_the_work(after_the_work: bool, refunded: int) -> None:
    gateway = MemoryGateway()
    gateway_id = paid(gateway)
    gateway.trouble("refund", Unknown("lost"), after_the_work=after_the_work)
    with pytest.raises(Unknown):
        run(gateway.refund(a_refund(gateway_id), "KRW", MerchantId("m")))
    report = run(gateway.find(gateway_id))
    assert report is not None
    assert report.refunded == refunded


def test_trouble_passes_after_so_many_calls_and_troubles_no_other_method() -> None:
    gateway = MemoryGateway()
    gateway.trouble("prepare", NotSent("no"), times=2)
    assert run(gateway.find(GatewayId("x"))) is None
    for _ in range(2):
        with pytest.raises(NotSent):
            run(gateway.prepare(MerchantId("m_1"), WON))
    run(gateway.prepare(MerchantId("m_1"), WON))
    assert gateway.calls == ["find", "prepare", "prepare", "prepare"]


def test_a_buyer_may_tamper_pay_with_test_money_and_pay_late() -> None:
    gateway = MemoryGateway(mode=Mode.LIVE)
    run(gateway.prepare(MerchantId("m_1"), WON))
    tampered = gateway.open("m_1", Money(1), tampered=True)
    played = gateway.open("m_1", WON, mode=Mode.TEST)
    gateway.decline(played)
    late = gateway.approve(played)
    assert (late.rank, late.mode, late.reason) == (Rank.CAPTURED, Mode.TEST, "")
    assert gateway.approve(tampered).amount == Money(1)


def test_money_is_captured_once_and_a_payment_is_created_once() -> None:
    gateway = MemoryGateway()
    gateway_id = paid(gateway)
    for act in (gateway.approve, gateway.decline, gateway.deposit, gateway.issue_deposit):
        with pytest.raises(Rejected):
            act(gateway_id)
    with pytest.raises(Rejected):
        gateway.open("m_1", WON)


def test_time_is_the_clock_of_the_shop() -> None:
    gateway = MemoryGateway(clock=lambda: NOON)
    gateway_id = paid(gateway)
    assert [r.gateway_id for r in run(gateway.listing(NOON, NOON, 1)).reports] == [gateway_id]
    assert run(gateway.listing(NOON + timedelta(1), NOON + timedelta(2), 1)).reports == ()
