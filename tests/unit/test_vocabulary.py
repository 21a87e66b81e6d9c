"""Words that are stored, sent to shops and matched by their programs: one may be added, but none may change.

What is left out of a value says nothing: every default is empty, but for those listed here.
"""

import importlib
import pkgutil
from datetime import timedelta
from enum import StrEnum
from typing import Any

import attrs
import pytest

from payments import domain
from payments.domain import schedule
from payments.domain.access import ApiKey, KeyInProgress, Scope
from payments.domain.attempt import Attempt, Disposition
from payments.domain.books.comparison import Comparison, Finding, FindingKind
from payments.domain.books.search import Listing, PeriodOf
from payments.domain.books.settlement import SettledBy, SettlementFindingKind
from payments.domain.books.sums import Grouping, MovementKind
from payments.domain.errors import PaymentsError, Rejected
from payments.domain.event import Event, EventKind, Reason, Source
from payments.domain.machine import Status, Trigger
from payments.domain.money import Money, TaxParts
from payments.domain.payment import Change, Payment
from payments.domain.people.audit import AuditAction
from payments.domain.people.operators import Operator
from payments.domain.ports import Alarm, AlarmKind, Attempts, Filter
from payments.domain.refund import BankAccount, Refund, RefundStatus
from payments.domain.report import Approval, Deposit, Outcome, Rank, Regression, Report, ReportedRefund
from payments.domain.use_cases.channel_rules import Level
from payments.domain.use_cases.hints import HINTS_EXPIRE_AFTER
from payments.domain.use_cases.outbox import DELIVERY_WAITS
from payments.domain.use_cases.wiring import Policy
from payments.domain.values import Method, Mode, Role, Terms

WORDS: dict[type[StrEnum], str] = {
    EventKind: "begun prepared prepare_refused attempt_opened deposit_issued attempt_updated attempt_unreadable"
    " declined captured strayed closed deposit_left_open refund_requested refund_rebased refund_refused refunded"
    " stray_held refunded_outside outside_questioned outside_merged outside_counted",
    FindingKind: "differed unknown_here unknown_there not_recorded",
    PeriodOf: "begun captured refunded",
    Listing: "begun captured refunded name",
    MovementKind: "captured refunded outside stray_captured stray_refunded stray_outside orphan_captured"
    " orphan_refunded",
    Grouping: "day method provider pg channel",
    Trigger: "captured declined closed refunded",
    AuditAction: "signed_in signed_out operator_created operator_revoked password_changed codes_changed session_ended"
    " key_created key_revoked refund approve_refund reject_refund record_outside_refund merge_outside_refund"
    " count_outside_refund cancel hold_stray hold_orphan replay_message skip_message refused",
    Outcome: "done requested failed",
    Level: "error warn fix note",
    Source: "clock policy gateway complete abandon cancel refund return webhook sweep reconciliation operator external",
    Reason: "declined left amount_mismatch prepare_refused expired superseded other_buyer buyer shop system refunded",
    Status: "awaiting paid failed cancelled",
    RefundStatus: "open done refused outside questioned merged",
    SettledBy: "transaction_id gateway_id merchant_id",
    SettlementFindingKind: "not_in_books differs not_in_file not_read",
    Disposition: "accepted mismatch duplicate late wrong_mode orphan",
    Mode: "live test",
    Method: "card transfer virtual_account mobile applepay kakaopay lpay naverpay payco paypal pinpay samsungpay"
    " skpay ssgpay tosspay",
    Role: "buyer shop operator system",
    Scope: "read pay refund admin",
    AlarmKind: "knowledge-went-backwards contract-broken row-unreadable refund-executed-late refund-needs-a-person"
    " refund-slower-than-expected refund-unfinished credentials-refused list-keeps-changing",
}
SLUGS = (
    "bad-input nothing-to-pay refused payment-not-found order-not-found illegal-transition already-paid price-changed"
    " below-minimum attempt-mismatch refund-refused refund-in-progress attempt-unreadable idempotency-key-in-progress"
    " idempotency-key-reused idempotency-answer-unreadable gateway-error gateway-not-reached"
    " gateway-credentials-refused gateway-unknown gateway-still-at-work gateway-rejected gateway-contract"
    " storage-conflict concurrent-update storage-busy merchant-id-taken order-is-live gateway-id-taken"
    " storage-unavailable delivery-failed not-signed-in sign-in-refused sign-on-refused operator-not-found"
    " scope-missing identity-provider-not-reached"
    " second-person-needed provider-not-configured rule-violation webhook-forged payments-error"
)
VALUES = (
    *(ApiKey, Attempt, Event, Money, TaxParts, Change, Payment, Alarm, Attempts, Filter, BankAccount, Refund),
    *(Approval, Deposit, Report, ReportedRefund, Terms, Comparison, Finding, Operator),
)
DEFAULTS: dict[tuple[type, str], Any] = {
    (ApiKey, "scopes"): {Scope.READ, Scope.PAY},
    (Event, "status"): Status.AWAITING,
    (Money, "currency"): "KRW",
    (Operator, "scopes"): {Scope.READ},
    (Payment, "status"): Status.AWAITING,
    (Payment, "provider"): "iamport",
    (Refund, "status"): RefundStatus.OPEN,
    (Report, "provider"): "iamport",
    (ReportedRefund, "outcome"): Outcome.DONE,
}


POLICY = {
    "expires_after": schedule.EXPIRES_AFTER,
    "grace": schedule.GRACE,
    "deposit_grace": schedule.DEPOSIT_GRACE,
    "second_person_above": 0,
    "hold_strays": False,
}
FIGURES = (
    (schedule.EXPIRES_AFTER, timedelta(minutes=30)),
    (schedule.GRACE, timedelta(minutes=10)),
    (schedule.DEPOSIT_GRACE, timedelta(hours=6)),
    (schedule.LONGEST_AT_WORK, timedelta(minutes=10)),
    (HINTS_EXPIRE_AFTER, timedelta(hours=1)),
    (KeyInProgress("later").retry_after, timedelta(seconds=2)),
    *((getattr(Policy(mode=Mode.TEST), name), wait) for name, wait in POLICY.items()),
)
DELIVERIES = (5, 60, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 20 * 3600, 36 * 3600)


def vocabularies() -> set[type[StrEnum]]:
    """Return every closed vocabulary of the domain whose words leave the process."""
    names = [one.name for one in pkgutil.walk_packages(domain.__path__, "payments.domain.")]
    return {kind for name in names for kind in vars(importlib.import_module(name)).values() if _is_own(kind)}


def _is_own(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, StrEnum) and kind is not StrEnum and kind is not Regression


def errors(kind: type[PaymentsError]) -> set[type[PaymentsError]]:
    return {kind}.union(*(errors(each) for each in kind.__subclasses__()))


@pytest.mark.parametrize("vocabulary", WORDS)
def test_no_word_of_a_closed_vocabulary_changes(vocabulary: type[StrEnum]) -> None:
    for word in WORDS[vocabulary].split():
        assert vocabulary[word.replace("-", "_").upper()] == word


def test_every_closed_vocabulary_is_listed_here() -> None:
    assert vocabularies() == set(WORDS)


def test_every_name_that_a_package_exports_exists() -> None:
    for one in pkgutil.walk_packages(domain.__path__, "payments.domain."):
        module = importlib.import_module(one.name)
        assert [name for name in getattr(module, "__all__", ()) if not hasattr(module, name)] == []


def test_ranks_are_stored_as_numbers_which_never_change() -> None:
    assert [(rank.name, rank.value) for rank in Rank] == [
        ("READY", 1),
        ("DECLINED", 2),
        ("CAPTURED", 3),
        ("CANCELLED", 4),
    ]


def test_no_slug_of_an_error_changes() -> None:
    """Programs of shops match on it; a sentence may be worded anew."""
    assert set(SLUGS.split()) <= {error.slug for error in errors(PaymentsError)}


def test_each_error_of_the_domain_has_a_slug_that_is_listed_here() -> None:
    own = {error for error in errors(PaymentsError) if error.__module__.startswith("payments.domain.")}
    assert {error.slug for error in own} == set(SLUGS.split())


def test_the_waits_are_those_that_the_documents_state() -> None:
    assert [actual for actual, _ in FIGURES] == [stated for _, stated in FIGURES]
    assert [wait.total_seconds() for wait in DELIVERY_WAITS] == list(DELIVERIES)


def test_a_refusal_without_words_of_the_provider_has_empty_ones() -> None:
    bare = Rejected("no")
    assert (bare.provider_code, bare.provider_text) == ("", "")


def is_empty(field: Any) -> bool:
    """Whether the default says nothing, in the field's own type."""
    default = field.default
    empty = {str: "", int: 0, bool: False}.get(field.type, () if "tuple[" in str(field.type) else None)
    return type(default) is type(empty) and default == empty


@pytest.mark.parametrize("kind", VALUES)
def test_what_is_left_out_of_a_value_says_nothing(kind: type) -> None:
    for field in attrs.fields(kind):
        if (kind, field.name) in DEFAULTS:
            assert field.default == DEFAULTS[kind, field.name], field.name
        elif field.default is not attrs.NOTHING and not isinstance(field.default, attrs.Factory):
            assert is_empty(field), f"{field.name} is {field.default!r} where nobody says it"
