"""A value that cannot be kept, or cannot be true, does not exist: every field of every value refuses what it must."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

import attrs
import pytest
from builders import NOON, a_deposit, a_payment, a_report, an_attempt, with_refund

from payments.domain.attempt import Attempt
from payments.domain.books.comparison import Comparison, Finding, FindingKind
from payments.domain.books.settlement import Settlement, SettlementFinding, SettlementFindingKind, SettlementRow
from payments.domain.errors import BadInput, PaymentsError
from payments.domain.event import Event, EventKind
from payments.domain.orphan import Orphan
from payments.domain.outside.deciding import GivenBack
from payments.domain.payment import Payment
from payments.domain.people.audit import AuditAction, AuditDraft
from payments.domain.people.operators import Operator
from payments.domain.refund import BankAccount, Refund, SealedAccount
from payments.domain.report import Approval, Deposit, Rank, Report, ReportedRefund
from payments.domain.values import LONGEST_NAME, Caller, merchant_id

NAIVE = datetime(2026, 11, 2, 3, 0)  # noqa: DTZ001 - that it has no zone is the point
IN_SEOUL = NOON.astimezone(timezone(timedelta(hours=9)))


def a_refund() -> Refund:
    paid = a_payment(attempts=(an_attempt(payment := a_payment()),), merchant_id=payment.merchant_id)
    return with_refund(paid).refunds[0]


def a_happening() -> Event:
    return Event(kind=EventKind.BEGUN, at=NOON, by="test")


VALUES: dict[type, Callable[[], Any]] = {
    BankAccount: lambda: BankAccount(bank="88", number="110-1", holder="홍길동"),
    Refund: a_refund,
    Deposit: a_deposit,
    ReportedRefund: lambda: ReportedRefund(amount=1),
    Report: a_report,
    Event: a_happening,
    Payment: a_payment,
    Attempt: lambda: an_attempt(a_payment()),
    Approval: Approval,
    SealedAccount: lambda: SealedAccount("sealed"),
    Orphan: lambda: Orphan.found(a_report(rank=Rank.CAPTURED), NOON, "test"),
    GivenBack: lambda: GivenBack(amount=1, note="계좌 이체"),
    Finding: lambda: Finding(kind=FindingKind.DIFFERED),
    Comparison: lambda: Comparison(id="c", since=NOON, until=NOON, started_at=NOON, finished_at=NOON, by="shop:kim"),
    SettlementRow: lambda: SettlementRow(line=1, name="tid", amount=1),
    SettlementFinding: lambda: SettlementFinding(kind=SettlementFindingKind.DIFFERS),
    Settlement: lambda: Settlement(
        id="s", file="payout.csv", currency="KRW", since=NOON, until=NOON, compared_at=NOON, by="shop:kim"
    ),
    AuditDraft: lambda: AuditDraft(at=NOON, by="shop:kim", action=AuditAction.REFUND),
    Operator: lambda: Operator(name="kim", password="a hash", created_at=NOON),
}
TEXTS: dict[type, dict[str, tuple[int, int]]] = {  # the least and the most characters
    BankAccount: {"bank": (1, 16), "number": (1, 32), "holder": (1, 32), "phone": (0, 20)},
    Refund: {
        "id": (1, 32), "gateway_id": (1, 64), "reason": (0, 200),
        "by": (1, 120), "provider_id": (0, 64), "failure": (0, 1000),
    },
    Deposit: {"bank": (0, 64), "account": (1, 64), "holder": (0, 64)},
    ReportedRefund: {"provider_id": (0, 64), "reason": (0, 1000)},
    Report: {
        "gateway_id": (1, 64), "merchant_id": (1, 40), "method": (0, 40),
        "reason": (0, 1000), "receipt_url": (0, 1000),
    },
    Event: {"by": (1, 120), "reason": (0, 1000)},
    Payment: {
        "merchant_id": (1, 40), "buyer": (0, 100), "order": (0, 120), "name": (0, 200), "reason": (0, 1000),
        "begun_by": (1, 120), "provider": (1, 20), "unreadable": (0, 1000),
    },
    Attempt: {"note": (0, 500), "revoke_failure": (0, 500)},
    Approval: {"number": (0, 64), "transaction_id": (0, 64), "pg": (0, 40), "card": (0, 64)},
    SealedAccount: {"token": (1, 2000)},
    Orphan: {"note": (0, 500)},
    GivenBack: {"note": (0, 200)},
    Finding: {"what": (0, 300)},
    Comparison: {"id": (1, 40), "by": (1, 120)},
    SettlementRow: {"name": (1, 64)},
    SettlementFinding: {"name": (0, 64), "what": (0, 300)},
    Settlement: {"id": (1, 40), "file": (0, 200), "currency": (3, 3), "by": (1, 120)},
    AuditDraft: {"by": (1, 120), "detail": (2, 2000)},
    Operator: {"password": (1, 500), "otp": (0, 500)},
}  # fmt: skip
TIMES: dict[type, list[str]] = {
    Refund: ["requested_at"],
    Deposit: ["due"],
    Report: ["captured_at"],
    Event: ["at"],
    Payment: ["created_at", "expires_at"],
    Comparison: ["since", "until", "started_at", "finished_at"],
    Settlement: ["since", "until", "compared_at"],
    AuditDraft: ["at"],
    Operator: ["created_at"],
}
AMOUNTS: dict[type, dict[str, int]] = {  # the least
    Refund: {"amount": 1, "remainder": 0, "tax_free": 0, "vat": 0},
    Report: {"refunded": 0},
}


def each(fields: Mapping[type, Iterable[str]]) -> list[Any]:
    return [pytest.param(kind, name, id=f"{kind.__name__}.{name}") for kind, names in fields.items() for name in names]


def refused(kind: type, **changes: Any) -> None:
    with pytest.raises(PaymentsError):
        attrs.evolve(VALUES[kind](), **changes)


@pytest.mark.parametrize(("kind", "name"), each(TEXTS))
def test_a_text_has_its_bounds_and_can_be_kept_by_every_database(kind: type, name: str) -> None:
    least, most = TEXTS[kind][name]
    for length in (least, most):
        assert len(getattr(attrs.evolve(VALUES[kind](), **{name: "가" * length}), name)) == length
    for bad in ("가" * (most + 1), "a\x00b", "\ud800", None, 1, b"x", *([""] if least else [])):
        refused(kind, **{name: bad})


@pytest.mark.parametrize(("kind", "name"), each(TIMES))
def test_a_time_is_aware_and_in_utc(kind: type, name: str) -> None:
    assert getattr(attrs.evolve(VALUES[kind](), **{name: NOON}), name) == NOON
    for bad in (NAIVE, IN_SEOUL, "2026-11-02T03:00:00Z", 1_700_000_000):
        refused(kind, **{name: bad})


@pytest.mark.parametrize(("kind", "name"), each(AMOUNTS))
def test_an_amount_is_a_whole_number_of_minor_units(kind: type, name: str) -> None:
    least = AMOUNTS[kind][name]
    assert getattr(attrs.evolve(VALUES[kind](), **{name: least}), name) == least
    for bad in (least - 1, True, 1.0, "1", 2**53):
        refused(kind, **{name: bad})


def test_every_text_and_time_of_every_value_is_bounded_here() -> None:
    """A new field without a bound is one that some database cuts short, or refuses after the money moved."""
    for kind in VALUES:
        fields = attrs.fields(kind)
        unbounded = {f.name for f in fields if f.type in (str, datetime, "str", "datetime") and f.validator is None}
        assert unbounded == set(), kind


def test_only_a_capture_has_money_that_remains() -> None:
    for rank in Rank:
        report = a_report(rank=rank)
        assert (report.remaining > 0) is (rank is Rank.CAPTURED)
        assert report.is_capture is (rank in (Rank.CAPTURED, Rank.CANCELLED))


@pytest.mark.parametrize("text", ["", "x" * 41, "주문", "a b", "a/b", "a\n", "a.b"])
def test_a_merchant_id_of_ours_can_travel_in_a_path(text: str) -> None:
    with pytest.raises(BadInput):
        merchant_id(text)


def test_the_longest_merchant_id_is_one() -> None:
    assert merchant_id("a-Z_9" * 8) == "a-Z_9" * 8


def test_a_caller_sees_their_own_and_the_shop_sees_all() -> None:
    assert Caller.buyer("ann").may_see("ann")
    assert not Caller.buyer("ann").may_see("bob")
    assert not Caller.buyer("").may_see("ann")
    assert Caller.shop("desk").may_see("ann")
    assert Caller.system("worker").may_see("")
    assert [str(c) for c in (Caller.buyer("ann"), Caller.shop("desk"))] == ["buyer:ann", "shop:desk"]


def test_a_buyer_without_a_name_does_not_own_what_is_nobodys() -> None:
    """An orphan has no buyer: it is the operator's alone."""
    assert not Caller.buyer("").may_see("")


def test_values_cannot_be_changed() -> None:
    for make in VALUES.values():
        value = make()
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            value.reason = "other"


def test_a_caller_whose_name_would_not_fit_in_an_event_is_refused_at_once() -> None:
    """Otherwise a buyer could begin a payment, and could not cancel it."""
    longest = str(Caller.buyer("a" * LONGEST_NAME))
    assert a_payment(buyer="a" * LONGEST_NAME).closed(NOON, longest, "buyer").new_events[-1].by == longest
    with pytest.raises(BadInput):
        Caller.buyer("a" * (LONGEST_NAME + 1))
    with pytest.raises(BadInput):
        a_payment(buyer="a" * (LONGEST_NAME + 1))
