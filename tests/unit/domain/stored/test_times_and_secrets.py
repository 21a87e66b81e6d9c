"""Every time that is stored says its zone, and no value that is logged shows what is private."""

from datetime import datetime, timedelta
from typing import Any

import attrs
import pytest
from builders import NOON, a_deposit, a_payment, a_report, paid, told, with_refund

from payments.adapters.memory.store import MemoryStore
from payments.domain.access import KeyInProgress, Scope
from payments.domain.books.comparison import Comparison
from payments.domain.books.search import Period
from payments.domain.errors import BadInput
from payments.domain.money import Money
from payments.domain.orphan import Orphan
from payments.domain.people.audit import AuditAction, AuditDraft
from payments.domain.people.operators import Operator, Session
from payments.domain.ports import Attempts
from payments.domain.refund import BankAccount
from payments.domain.report import Rank, ReportedRefund
from payments.domain.values import Caller, Method, Offer, Terms
from payments.entrypoints.blocking import run
from payments.testing import shop

REFUND = with_refund(paid(a_payment())).refunds[0]
COMPARISON = Comparison(id="c", since=NOON, until=NOON, started_at=NOON, finished_at=NOON, by="shop:kim")
OPERATOR = Operator(name="kim", password="a hash", created_at=NOON, otp="a secret")
SESSION = Session(digest="d" * 64, operator="kim", created_at=NOON, seen_at=NOON)
ACCOUNT = BankAccount(bank="004", number="123-45-6789", holder="홍길동", phone="010-1234-5678")
ORPHAN = Orphan(report=a_report(), found_at=NOON)
TIMES: list[tuple[Any, str]] = [
    (a_payment(), "created_at expires_at"),
    (a_report(), "captured_at"),
    (a_deposit(), "due"),
    (ReportedRefund(amount=1, at=NOON), "at"),
    (REFUND, "requested_at sent_at sending_until not_before accepted_at done_at"),
    (COMPARISON, "since until started_at finished_at"),
    (Period(), "since until"),
    (OPERATOR, "created_at"),
    (SESSION, "created_at seen_at"),
    (AuditDraft(at=NOON, by="shop:kim", action=AuditAction.REFUND), "at"),
    (ORPHAN, "found_at"),
]


@pytest.mark.parametrize(("value", "field"), [(value, field) for value, fields in TIMES for field in fields.split()])
def test_a_time_without_its_zone_is_refused(value: Any, field: str) -> None:
    with pytest.raises(BadInput, match=field):
        attrs.evolve(value, **{field: datetime(2026, 11, 2)})  # noqa: DTZ001 - it is what must be refused


@pytest.mark.parametrize("private", ["123-45-6789", "홍길동", "010-1234-5678"])
def test_an_account_shows_nothing_of_its_holder(private: str) -> None:
    assert private in attrs.asdict(ACCOUNT).values()
    assert private not in repr(ACCOUNT)


@pytest.mark.parametrize(("value", "private"), [(OPERATOR, "a hash"), (OPERATOR, "a secret"), (SESSION, "d" * 64)])
def test_people_who_log_in_show_no_secret(value: object, private: str) -> None:
    assert private not in repr(value)


def test_events_that_wait_to_be_stored_make_no_other_orphan() -> None:
    announced = Orphan.found(ORPHAN.report, NOON, "sweep")
    assert attrs.evolve(announced, new_events=()) == announced
    assert "new_events" not in repr(announced)


def test_an_account_needs_no_phone() -> None:
    assert attrs.evolve(ACCOUNT, phone="").phone == ""


@pytest.mark.parametrize("months", [1, 12])
def test_instalments_are_counted_from_one(months: int) -> None:
    assert Terms(max_instalments=months).max_instalments == months


def test_no_instalment_is_refused_in_words() -> None:
    with pytest.raises(BadInput, match="number of instalments"):
        Terms(max_instalments=0)


@pytest.mark.parametrize("digital", ["yes", 1, 0, ""])
def test_whether_something_is_digital_is_said_with_true_or_false(digital: Any) -> None:
    with pytest.raises(BadInput):
        Terms(digital=digital)
    assert Terms(digital=None).digital is None
    assert Terms(digital=False).digital is False


def test_an_orphan_given_back_in_part_is_open_and_told_with_what_came_back() -> None:
    orphan = Orphan.found(a_report(amount=Money(1_000), gateway_id="imp-1"), NOON, "sweep")
    after = orphan.seen(attrs.evolve(orphan.report, refunded=300), NOON, "sweep")
    event = after.new_events[-1]
    assert (event.kind, event.amount, event.reason, event.status) == ("refunded", 300, "external", "cancelled")
    assert [one.version for one in after.new_events] == [1, 2]


def test_a_period_that_ends_as_it_starts_is_refused() -> None:
    with pytest.raises(BadInput, match="after it starts"):
        Period(since=NOON, until=NOON)


@pytest.mark.parametrize("name", ["김", "k" * 60])
def test_an_operator_has_a_name_of_one_to_sixty_characters(name: str) -> None:
    assert attrs.evolve(OPERATOR, name=name).name == name


def test_an_administrator_may_do_everything_and_others_what_they_may() -> None:
    admin, reader = (attrs.evolve(OPERATOR, scopes=frozenset({scope})) for scope in (Scope.ADMIN, Scope.READ))
    assert [admin.allows(scope) for scope in Scope] == [True] * len(Scope)
    assert [scope for scope in Scope if reader.allows(scope)] == [Scope.READ]
    assert Operator(name="kim", password="a hash", created_at=NOON).scopes == {Scope.READ}


def test_new_terms_without_a_channel_keep_the_one_they_had() -> None:
    assert Terms(channel="kcp").renewed(Terms()).channel == "kcp"
    assert Terms(channel="kcp").renewed(Terms(channel="toss")).channel == "toss"
    assert Terms().renewed(Terms()).channel == ""


def test_a_payment_that_is_begun_again_is_checked_as_a_new_one() -> None:
    payment = attrs.evolve(a_payment(), checks=5, failures=2)
    renewed = payment.begun_again(Method.TRANSFER, NOON)
    assert (renewed.checks, renewed.failures, renewed.method) == (0, 0, Method.TRANSFER)


def test_a_declined_attempt_is_told_in_the_words_of_the_provider() -> None:
    payment = a_payment()
    declined = told(payment, a_report(payment, rank=Rank.DECLINED, reason="한도 초과"))
    assert (declined.new_events[-1].kind, declined.new_events[-1].reason) == ("declined", "한도 초과")
    assert declined.reason == "한도 초과"


def test_a_key_whose_first_request_is_still_answered_says_so() -> None:
    keys, later = MemoryStore.empty().idempotency_keys, NOON + timedelta(minutes=5)
    run(keys.claim_key("shop", "k", "request", NOON, later))
    with pytest.raises(KeyInProgress, match="still in progress"):
        run(keys.claim_key("shop", "k", "request", NOON, later))


def test_what_a_look_could_not_read_is_kept_in_a_thousand_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    here = shop()
    payment = here.run(here.checkout.begin("ann", "o", Offer("책", Money(900)), Method.CARD, Caller.shop("web")))

    async def unreadable(_: object) -> Attempts:
        return Attempts((), ("x" * 3_000,))

    monkeypatch.setattr(here.gateway, "attempts", unreadable)
    looked = here.run(here.use_cases.refresher.refresh(payment, "sweep"))
    assert (len(looked.payment.unreadable), looked.complete) == (1_000, False)
