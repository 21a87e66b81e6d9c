"""Billing keys and schedules as the book has them: every rule of the documents, and each guess's variants."""

from decimal import Decimal
from typing import Any

import attrs
import pytest

from payments.entrypoints.sandbox.billing.billing import Billing, KeyRequest, ScheduleRequest
from payments.entrypoints.sandbox.billing.cards import Card, has_expired
from payments.entrypoints.sandbox.clock import Clock
from payments.entrypoints.sandbox.errors import CallRefused
from payments.entrypoints.sandbox.payments.book import Book, Notice
from payments.entrypoints.sandbox.payments.channels import Channel
from payments.entrypoints.sandbox.payments.ids import Ids
from payments.entrypoints.sandbox.payments.opening import WindowRequest

NOW = 1_700_000_000  # 2023-11-14 in Korea
MONTH = 30 * 24 * 3600
CARD = Card.of("4092-0230-1234-1234", "2024-02")


@attrs.define
class Store:
    billing: Billing
    told: list[Notice]

    def refuses(self, call: Any, *args: Any) -> tuple[int, int, str]:
        with pytest.raises(CallRefused) as refused:
            call(*args)
        refusal = refused.value.refusal
        return refusal.http, refusal.code, refusal.message

    def pass_time(self, seconds: int) -> None:
        self.billing.book.clock.move(seconds)
        self.billing.catch_up()

    def status(self, merchant_uid: str) -> tuple[str, str | None]:
        schedule = self.billing.schedules.get(merchant_uid)
        row = self.billing.payment_of(schedule)
        return schedule.status, row.status if row else None


@pytest.fixture
def store() -> Store:
    told: list[Notice] = []
    return Store(Billing(Book(clock=Clock.stopped(NOW), ids=Ids(7), notify=told.append)), told)


def an_ask(merchant_uid: str = "o-1", amount: int = 1000, **changes: Any) -> WindowRequest:
    return WindowRequest(merchant_uid=merchant_uid, amount=Decimal(amount), channel="api", **changes)


def later(merchant_uid: str, at: int = NOW + MONTH, **changes: Any) -> ScheduleRequest:
    return ScheduleRequest(schedule_at=at, request=an_ask(merchant_uid, **changes))


def a_key(customer_uid: str = "c-1", card: Card = CARD, **changes: Any) -> KeyRequest:
    return KeyRequest(customer_uid=customer_uid, card=card, **changes)


@pytest.mark.fact("§5", "documented", "A card's number is shown with its middle hidden.")
@pytest.mark.parametrize("number", ["4092-0230-1234-1234", "4092023012341234", "3782-822463-10005"])
def test_a_card_is_shown_with_its_middle_hidden(number: str) -> None:
    shown = Card.of(number, "2030-12").shown("nice")["card_number"]
    digits = number.replace("-", "")
    assert (shown[:8], shown[-4:], set(shown[8:-4])) == (digits[:8], digits[-4:], {"*"})
    assert digits not in repr(Card.of(number, "2030-12"))


@pytest.mark.parametrize(
    ("number", "expiry"),
    [("", "2030-12"), ("card", "2030-12"), ("4092" * 5, "2030-12"), ("4092" * 4, "2030-13"), ("4092" * 4, "12/30")],
)
def test_what_is_no_card_is_refused(number: str, expiry: str) -> None:
    with pytest.raises(ValueError):
        Card.of(number, expiry)


def test_a_card_lives_through_its_last_month_in_korea() -> None:
    new_year_in_korea = 1_704_034_800  # 2023-12-31T15:00:00Z
    assert not has_expired("2023-12", new_year_in_korea - 1)
    assert has_expired("2023-12", new_year_in_korea)
    assert not has_expired("", new_year_in_korea)


@pytest.mark.fact("§5", "documented", "Only newer PGs tell a card's issuer and publisher.")
def test_the_same_card_is_of_the_same_company_everywhere() -> None:
    nice, toss = CARD.shown("nice"), CARD.shown("tosspayments")
    assert nice["card_code"] == toss["card_code"] == toss["card_issuer_code"]
    assert "card_issuer_code" not in nice
    assert CARD.shown("html5_inicis")["card_type"] is None


def test_a_key_is_issued_at_the_channel_for_payments_by_api(store: Store) -> None:
    assert store.billing.issue(a_key()).pg_provider == "nice"
    assert store.billing.issue(a_key(pg="nowhere")).pg_provider == "nice"
    only = Channel(pg_provider="kcp", pg_id="A52LD", channel_key="k", channel_name="KCP")
    store.billing.book.channels = (only,)
    assert store.billing.issue(a_key(pg="nice")).pg_id == "A52LD", "without one, the store's own"


def test_another_card_takes_the_place_of_the_first(store: Store) -> None:
    first = store.billing.issue(a_key())
    store.pass_time(60)
    second = store.billing.issue(a_key(card=Card.of("5155-9449-1234-1234", "2030-01")))
    assert (first.inserted, first.updated) == (NOW, NOW)
    assert (second.inserted, second.updated) == (NOW, NOW + 60)
    assert second.card_number == "51559449****1234"
    assert store.billing.customers.get("c-1") == second


def test_a_card_past_its_month_gets_no_key_and_pays_nothing(store: Store) -> None:
    old = Card.of("4092-0230-1234-1234", "2023-10")
    assert store.refuses(store.billing.issue, a_key(card=old)) == (
        200,
        -1,
        "카드정보 인증 및 빌키 발급에 실패하였습니다. 유효기간이 만료된 카드입니다.",
    )
    assert store.refuses(store.billing.pay_with_card, an_ask(), old, {})[:2] == (200, -1)
    assert list(store.billing.book.all()) == []
    assert store.billing.customers.find("c-1") is None


@pytest.mark.fact("§4.4", "documented", "onetime pays with a typed card, and keeps its key if a customer_uid is given.")
def test_a_typed_card_pays_once_and_leaves_a_key_only_where_it_was_asked_to(store: Store) -> None:
    row = store.billing.pay_with_card(an_ask("o-1"), CARD, {})
    assert (row.status, row.channel, row.customer_uid, row.customer_uid_usage) == ("paid", "api", None, None)
    assert row.imp_uid.startswith("imps_")
    assert row.card_number == "40920230****1234"
    kept = store.billing.pay_with_card(an_ask("o-2", customer_uid="c-2"), CARD, {"customer_name": "홍길동"}, 3)
    assert (kept.customer_uid, kept.customer_uid_usage, kept.card_quota) == ("c-2", "payment", 3)
    assert store.billing.customers.get("c-2").customer_name == "홍길동"
    assert [notice.row.imp_uid for notice in store.told] == [row.imp_uid, kept.imp_uid]


@pytest.mark.fact("§4.4", "documented", "A customer_uid of the shop's choice stands for a billing key.")
@pytest.mark.fact("§4.4", "observed", "An unknown customer is refused with code 1, in words that were seen.")
@pytest.mark.fact("§4.4", "guessed", "An unknown customer_uid is a 404, or a 200: `customer_unknown_http`.")
def test_a_key_pays_until_it_is_deleted(store: Store) -> None:
    store.billing.issue(a_key())
    row = store.billing.pay_again("c-1", an_ask("o-1"))
    assert (row.status, row.customer_uid_usage, row.paid_at) == ("paid", "payment", NOW)
    assert store.refuses(store.billing.pay_again, "c-1", an_ask("o-1"))[:2] == (200, 1), "a merchant_uid pays once"
    store.billing.forget("c-1")
    unknown = (200, 1, "등록되지 않은 구매자입니다.")
    assert store.refuses(store.billing.pay_again, "c-1", an_ask("o-2")) == unknown
    assert store.refuses(store.billing.forget, "c-1") == (
        404,
        1,
        "요청하신 customer_uid(c-1)로 등록된 정보를 찾을 수 없습니다.",
    )
    store.billing.book.guesses.customer_unknown_http = 200
    assert store.refuses(store.billing.customers.get, "c-1")[:2] == (200, 1)


@pytest.mark.fact("§4.4", "documented", "again answers code 0 also with a payment that failed.")
def test_a_payment_that_the_bank_refuses_is_a_failed_payment_and_no_webhook_tells(store: Store) -> None:
    store.billing.issue(a_key())
    store.billing.customers.refuse("c-1", "카드 한도초과")
    row = store.billing.pay_again("c-1", an_ask("o-1"))
    assert (row.status, row.fail_reason, row.failed_at, row.paid_at) == ("failed", "카드 한도초과", NOW, 0)
    assert store.told == []
    store.billing.customers.refuse("c-1", None)
    assert store.billing.pay_again("c-1", an_ask("o-1")).status == "paid", "a merchant_uid that failed may try again"


@pytest.mark.fact("§4.4", "observed", "Inicis wants a name of what is bought; the 400 carries the words.")
def test_inicis_demands_a_name_of_what_is_bought(store: Store) -> None:
    book = store.billing.book
    window = book.open(WindowRequest(merchant_uid="w", amount=Decimal(0), pg="html5_inicis", customer_uid="c-1"))
    row = store.billing.issued_in_window(book.approve(window.imp_uid))
    assert (row.customer_uid_usage, store.billing.customers.get("c-1").pg_provider) == ("issue", "html5_inicis")
    assert store.refuses(store.billing.pay_again, "c-1", an_ask())[0] == 400
    assert store.billing.pay_again("c-1", an_ask(name="구독")).status == "paid"


def test_a_window_without_customer_uid_issues_no_key(store: Store) -> None:
    book = store.billing.book
    window = book.open(WindowRequest(merchant_uid="w", amount=Decimal(10)))
    assert store.billing.issued_in_window(book.approve(window.imp_uid)).customer_uid_usage is None
    assert store.billing.customers.all() == []


@pytest.mark.fact("§6", "documented", "A scheduled payment is told when it is made.")
@pytest.mark.fact("§5", "documented", "`customer_uid_usage` tells issue, payment and scheduled payment apart.")
def test_a_schedule_pays_at_its_time_and_is_told(store: Store) -> None:
    store.billing.issue(a_key(about={"customer_name": "홍길동", "customer_tel": "010"}))
    store.billing.schedule("c-1", [later("o-1", name="구독")])
    store.pass_time(MONTH - 1)
    assert store.status("o-1") == ("scheduled", None)
    store.pass_time(1)
    assert store.status("o-1") == ("executed", "paid")
    row = store.billing.book.payment(store.billing.schedules.get("o-1").imp_uid or "")
    assert (row.customer_uid_usage, row.paid_at, row.buyer_name) == ("payment.scheduled", NOW + MONTH, "홍길동")
    assert [notice.row for notice in store.told] == [row]
    store.pass_time(MONTH)
    assert len(store.told) == 1, "a schedule pays once"


def test_a_schedules_own_buyer_comes_first(store: Store) -> None:
    store.billing.issue(a_key(about={"customer_name": "홍길동", "customer_tel": "010"}))
    made = store.billing.schedule("c-1", [later("o-1", buyer={"buyer_name": "성춘향"})])[0].shown(None)
    assert (made["buyer_name"], made["buyer_tel"]) == ("성춘향", "010")


@pytest.mark.fact("§6", "documented", "A scheduled payment that fails is told: the only webhook of a failure.")
def test_a_schedule_that_fails_is_told_too(store: Store) -> None:
    store.billing.issue(a_key())  # its card ends with February 2024
    store.billing.schedule("c-1", [later("o-1", NOW + MONTH), later("o-2", NOW + 5 * MONTH)])
    store.pass_time(6 * MONTH)
    assert store.status("o-1") == ("executed", "failed"), "tried late, when the card had ended"
    assert store.status("o-2") == ("executed", "failed")
    assert [notice.row.merchant_uid for notice in store.told] == ["o-1", "o-2"]
    assert {notice.row.status for notice in store.told} == {"failed"}
    shown = store.billing.schedules.get("o-1").shown(store.told[0].row)
    assert (shown["payment_status"], shown["fail_reason"]) == ("failed", "유효기간이 만료된 카드입니다.")


def test_due_schedules_are_tried_in_the_order_of_their_times(store: Store) -> None:
    store.billing.issue(a_key())
    store.billing.schedule("c-1", [later("late", NOW + 30), later("early", NOW + 10), later("same", NOW + 30)])
    store.pass_time(60)
    assert [notice.row.merchant_uid for notice in store.told] == ["early", "late", "same"]


def test_a_schedule_of_an_order_paid_meanwhile_fails(store: Store) -> None:
    store.billing.issue(a_key())
    store.billing.schedule("c-1", [later("o-1")])
    store.billing.pay_again("c-1", an_ask("o-1"))
    store.pass_time(MONTH)
    assert store.status("o-1") == ("executed", "failed")
    assert len([row for row in store.billing.book.all() if row.paid_at]) == 1


@pytest.mark.fact(
    "§4.4", "observed", "A schedule for an unknown customer is refused with code 1, in words that were seen."
)
def test_a_card_given_with_a_schedule_is_taken_only_where_there_is_no_key(store: Store) -> None:
    assert store.refuses(store.billing.schedule, "c-1", [later("o-1")]) == (200, 1, "등록된 고객정보가 없습니다.")
    store.billing.schedule("c-1", [later("o-1")], a_key())
    number = store.billing.customers.get("c-1").card_number
    store.billing.schedule("c-1", [later("o-2")], a_key(card=Card.of("5155-9449-1234-1234", "2030-01")))
    assert store.billing.customers.get("c-1").card_number == number == "40920230****1234"


def test_all_schedules_of_a_call_are_made_or_none(store: Store) -> None:
    store.billing.issue(a_key())
    for bad in ([later("a"), later("a")], [later("a"), later("b", NOW - 1)]):
        assert store.refuses(store.billing.schedule, "c-1", bad)[:2] == (200, 1)
        assert "a" not in store.billing.schedules
    store.billing.schedule("c-1", [later("a")])
    assert store.refuses(store.billing.schedule, "c-1", [later("b"), later("a")])[:2] == (200, 1)
    assert "b" not in store.billing.schedules


@pytest.mark.fact("§4.4", "guessed", "A schedule for the past is refused, or tried at once: `schedule_in_the_past`.")
def test_a_schedule_for_the_past_is_tried_at_once_if_the_guess_says_so(store: Store) -> None:
    store.billing.issue(a_key())
    store.billing.book.guesses.schedule_in_the_past = "tried at once"
    store.billing.schedule("c-1", [later("a", NOW - 1)])
    store.billing.catch_up()
    assert store.status("a") == ("executed", "paid")


@pytest.mark.fact("§4.4", "documented", "`checking_amount` tries the card with a payment that is given back.")
def test_a_card_is_checked_with_a_payment_given_back_at_once(store: Store) -> None:
    store.billing.issue(a_key())
    store.billing.schedule("c-1", [later("a")], checking_amount=Decimal(100))
    (row,) = store.billing.book.all()
    assert (row.status, row.amount, row.cancel_amount) == ("cancelled", 100, 100)
    store.billing.customers.refuse("c-1", "분실 카드")
    refused = store.refuses(store.billing.schedule, "c-1", [later("b")], None, Decimal(100))
    assert refused == (200, -1, "카드정보 인증에 실패하였습니다. 분실 카드")
    assert "b" not in store.billing.schedules


@pytest.mark.fact("§4.4", "documented", "unschedule takes back the schedules of a key, of orders, or of both.")
@pytest.mark.fact("§4.4", "observed", "Where there is nothing to take back, the words are those that were seen.")
def test_schedules_are_taken_back_by_key_by_order_or_by_both(store: Store) -> None:
    for uid in ("c-1", "c-2"):
        store.billing.issue(a_key(uid))
        store.billing.schedule(uid, [later(f"{uid}-{n}") for n in range(3)])
    revoked = store.billing.unschedule("c-1", ["c-1-0", "c-2-0"])
    assert [(row.merchant_uid, row.revoked_at) for row in revoked] == [("c-1-0", NOW)]
    assert [row.merchant_uid for row in store.billing.unschedule("", ["c-2-0"])] == ["c-2-0"]
    assert [row.merchant_uid for row in store.billing.unschedule("c-1", [])] == ["c-1-1", "c-1-2"]
    nothing = (200, 1, "취소할 예약결제 기록이 존재하지 않습니다.")
    assert store.refuses(store.billing.unschedule, "c-1", []) == nothing
    store.pass_time(MONTH)
    assert [notice.row.merchant_uid for notice in store.told] == ["c-2-1", "c-2-2"]


def test_a_waiting_schedule_can_be_moved_and_only_a_waiting_one(store: Store) -> None:
    store.billing.issue(a_key())
    store.billing.schedule("c-1", [later("a"), later("b")])
    assert store.refuses(store.billing.move, "a", NOW - 1)[0] == 400
    assert store.refuses(store.billing.move, "none", NOW + 1)[0] == 404
    store.billing.move("a", NOW + 2 * MONTH)
    store.billing.move("b", NOW + 10)
    store.pass_time(MONTH)
    assert (store.status("a"), store.status("b")) == (("scheduled", None), ("executed", "paid"))
    assert store.refuses(store.billing.move, "b", NOW + 3 * MONTH)[0] == 400
    store.billing.unschedule("c-1", [])
    assert store.refuses(store.billing.move, "a", NOW + 3 * MONTH)[0] == 400


@pytest.mark.fact("§4.4", "documented", "A schedule that failed can be tried again, now or later.")
def test_what_failed_can_be_tried_again_later_or_now(store: Store) -> None:
    store.billing.issue(a_key())
    store.billing.schedule("c-1", [later("a", NOW + 10), later("b", NOW + 10)])
    for call in (store.billing.retry, lambda uid: store.billing.reschedule(uid, NOW + 99)):
        assert store.refuses(call, "a")[0] == 400, "still waiting"
        assert store.refuses(call, "none")[0] == 404
    store.billing.customers.refuse("c-1", "카드 한도초과")
    store.pass_time(10)
    assert store.billing.retry("a").status == "failed"
    store.billing.customers.refuse("c-1", None)
    assert store.billing.retry("a").status == "paid"
    assert store.refuses(store.billing.retry, "a")[0] == 400, "paid"
    assert store.refuses(store.billing.reschedule, "b", NOW)[0] == 400, "in the past"
    assert store.billing.reschedule("b", NOW + 60).imp_uid is None
    store.pass_time(50)
    assert store.status("b") == ("executed", "paid")
    assert len(store.billing.book.by_merchant_uid("a")) == 3


def test_what_was_taken_back_can_be_tried_again(store: Store) -> None:
    store.billing.issue(a_key())
    store.billing.schedule("c-1", [later("a"), later("b")])
    store.billing.unschedule("c-1", [])
    assert store.billing.retry("a").status == "paid"
    assert store.billing.schedules.get("a").revoked_at == 0
    store.billing.forget("c-1")
    assert store.refuses(store.billing.retry, "b")[0] == 404, "its key is gone"


@pytest.mark.fact("§4.4", "guessed", "Schedules of a deleted key fail, or are taken back: `schedules_of_deleted_key`.")
@pytest.mark.parametrize(("guess", "status"), [("fail", ("executed", "failed")), ("revoked", ("revoked", None))])
def test_what_becomes_of_the_schedules_of_a_deleted_key_is_a_guess(
    store: Store, guess: Any, status: tuple[str, str | None]
) -> None:
    store.billing.book.guesses.schedules_of_deleted_key = guess
    store.billing.issue(a_key())
    store.billing.schedule("c-1", [later("a")])
    store.billing.forget("c-1")
    store.pass_time(MONTH)
    assert store.status("a") == status


def test_a_schedule_shows_the_refund_of_what_it_paid(store: Store) -> None:
    store.billing.issue(a_key())
    store.billing.schedule("c-1", [later("a")])
    store.pass_time(MONTH)
    schedule = store.billing.schedules.get("a")
    store.billing.book.console_cancel(schedule.imp_uid or "")
    assert schedule.shown(store.billing.payment_of(schedule))["payment_status"] == "cancelled"
