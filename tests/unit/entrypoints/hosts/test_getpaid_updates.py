"""What the provider's reports mean for a payment that getpaid keeps; on every Python, because no getpaid is needed."""

from typing import Any

import attrs
import pytest

from payments.domain.errors import ContractViolation
from payments.domain.money import Money
from payments.domain.ports import Attempts
from payments.domain.report import Outcome, Rank, Report, ReportedRefund
from payments.domain.values import GatewayId, MerchantId, Mode
from payments.entrypoints.hosts.getpaid.accounts import account_of, gateway_of
from payments.entrypoints.hosts.getpaid.updates import Known, StepKind, refund_of, step_of
from payments.entrypoints.service import BadSettings
from payments.testing import NOON, a_report

PRICE = Money(12_000)
KNOWN = Known(merchant_id=MerchantId("m-1"), price=PRICE, mode=Mode.TEST)
PAID = attrs.evolve(KNOWN, captured=12_000, gateway_id="imp_1")


def reported(name: str = "imp_1", rank: Rank = Rank.CAPTURED, **changes: Any) -> Report:
    at = NOON if rank >= Rank.CAPTURED else None
    fields = {"merchant_id": "m-1", "amount": PRICE, "captured_at": at} | changes
    return a_report(gateway_id=GatewayId(name), rank=rank, **fields)


def step(known: Known, *reports: Report, unreadable: tuple[str, ...] = ()) -> Any:
    return step_of(known, Attempts(reports, unreadable))


def test_nothing_happens_while_no_attempt_is_decided() -> None:
    assert step(KNOWN) is None
    assert step(KNOWN, reported(rank=Rank.READY), reported("imp_2", Rank.DECLINED)) is None


def test_only_attempts_that_were_all_declined_fail_a_payment() -> None:
    assert step(KNOWN, reported(rank=Rank.DECLINED)).kind is StepKind.DECLINED


def test_an_unreadable_row_may_be_the_capture_so_nothing_is_declined() -> None:
    with pytest.raises(ContractViolation, match="row 2"):
        step(KNOWN, reported(rank=Rank.DECLINED), unreadable=("row 2 has no status",))


@pytest.mark.parametrize("change", [{"amount": Money(11_000)}, {"amount": Money(12_000, "USD")}, {"mode": Mode.LIVE}])
def test_a_capture_of_another_sum_currency_or_mode_is_not_recorded(change: dict[str, Any]) -> None:
    with pytest.raises(ContractViolation, match="Nothing was recorded"):
        step(KNOWN, reported(**change))


def test_a_capture_that_is_no_longer_reported_is_not_passed_over() -> None:
    with pytest.raises(ContractViolation, match="no longer"):
        step(PAID, reported(rank=Rank.DECLINED))


def test_a_capture_is_told_once_and_its_refunds_after_it() -> None:
    refunded = reported(refunded=2_000)
    assert (step(KNOWN, refunded).kind, step(KNOWN, refunded).amount) == (StepKind.CAPTURED, 12_000)
    assert (step(PAID, refunded).kind, step(PAID, refunded).amount) == (StepKind.REFUNDED, 2_000)
    assert step(attrs.evolve(PAID, refunded=2_000), refunded) is None


def test_the_attempt_that_paid_stays_the_one_and_a_second_is_told_once() -> None:
    other = reported("imp_0")
    told = step(PAID, other, reported())
    assert (told.kind, told.gateway_id, told.also_captured) == (StepKind.NOTED, "imp_1", ("imp_0",))
    assert step(attrs.evolve(PAID, also_captured=frozenset({"imp_0"})), other, reported()) is None


def test_a_refund_that_the_provider_refused_later_is_taken_back() -> None:
    refund = refund_of(PAID, 2_000, NOON)
    waiting = attrs.evolve(PAID, refund_id=refund.id)
    for outcome, kind in ((Outcome.REQUESTED, None), (Outcome.FAILED, StepKind.REFUND_REFUSED)):
        entry = ReportedRefund(amount=2_000, reason=refund.label, outcome=outcome)
        found = step(waiting, reported(refunds=(entry,)))
        assert (found and found.kind) is kind


def test_a_refund_is_the_same_until_the_recorded_amounts_change() -> None:
    first, again = refund_of(PAID, 2_000, NOON), refund_of(PAID, 2_000, NOON)
    assert (first.id, first.remainder) == (again.id, again.remainder) == (first.id, 12_000)
    next_one = refund_of(attrs.evolve(PAID, refunded=2_000), 2_000, NOON)
    assert next_one.id != first.id
    assert next_one.remainder == 10_000


def test_a_config_is_checked_as_settings_are() -> None:
    keys = {"key": "key", "secret": "secret", "user_code": "imp12345678"}
    with pytest.raises(BadSettings, match=r"iamport\.secret"):
        account_of("iamport", {"key": "key", "sekret": "secret"})
    with pytest.raises(BadSettings, match="live mode"):
        account_of("iamport", {**keys, "api_url": "http://127.0.0.1:4100", "mode": "live"})
    account = account_of("iamport", keys, returns_to="https://shop.example/done")
    assert account.return_url == "https://shop.example/done"
    assert gateway_of("iamport", keys) is gateway_of("iamport", dict(reversed(keys.items())))
