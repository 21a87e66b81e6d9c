"""Schedules: when they pay, what may change them, and what becomes of them without their key."""

from decimal import Decimal
from typing import Any

import pytest
from support.sandbox import MONTH, NOW, a_key, a_payment, a_schedule

from payments.entrypoints.sandbox.billing.cards import Card


@pytest.mark.fact("§6", "documented", "A scheduled payment is told when it is made.")
@pytest.mark.fact("§5", "documented", "`customer_uid_usage` tells issue, payment and scheduled payment apart.")
def test_a_schedule_pays_at_its_time_and_is_told(store: Any) -> None:
    store.billing.issue(a_key(about={"customer_name": "홍길동", "customer_tel": "010"}))
    store.billing.schedule("c-1", [a_schedule("o-1", name="구독")])
    store.pass_time(MONTH - 1)
    assert store.status("o-1") == ("scheduled", None)
    store.pass_time(1)
    assert store.status("o-1") == ("executed", "paid")
    row = store.billing.book.payment(store.billing.schedules.get("o-1").imp_uid or "")
    assert (row.customer_uid_usage, row.paid_at, row.buyer_name) == ("payment.scheduled", NOW + MONTH, "홍길동")
    assert [notice.row for notice in store.told] == [row]
    store.pass_time(MONTH)
    assert len(store.told) == 1, "a schedule pays once"


def test_a_schedules_own_buyer_comes_first(store: Any) -> None:
    store.billing.issue(a_key(about={"customer_name": "홍길동", "customer_tel": "010"}))
    made = store.billing.schedule("c-1", [a_schedule("o-1", buyer={"buyer_name": "성춘향"})])[0].shown(None)
    assert (made["buyer_name"], made["buyer_tel"]) == ("성춘향", "010")


@pytest.mark.fact("§6", "documented", "A scheduled payment that fails is told: the only webhook of a failure.")
def test_a_schedule_that_fails_is_told_too(store: Any) -> None:
    store.billing.issue(a_key())  # its card ends with February 2024
    store.billing.schedule("c-1", [a_schedule("o-1", NOW + MONTH), a_schedule("o-2", NOW + 5 * MONTH)])
    store.pass_time(6 * MONTH)
    assert store.status("o-1") == ("executed", "failed"), "tried late, when the card had ended"
    assert store.status("o-2") == ("executed", "failed")
    assert [notice.row.merchant_uid for notice in store.told] == ["o-1", "o-2"]
    assert {notice.row.status for notice in store.told} == {"failed"}
    shown = store.billing.schedules.get("o-1").shown(store.told[0].row)
    assert (shown["payment_status"], shown["fail_reason"]) == ("failed", "유효기간이 만료된 카드입니다.")


def test_due_schedules_are_tried_in_the_order_of_their_times(store: Any) -> None:
    store.billing.issue(a_key())
    store.billing.schedule(
        "c-1",
        [
            a_schedule("late", NOW + 30),
            a_schedule("early", NOW + 10),
            a_schedule("same", NOW + 30),
        ],
    )
    store.pass_time(60)
    assert [notice.row.merchant_uid for notice in store.told] == ["early", "late", "same"]


def test_a_schedule_of_an_order_paid_meanwhile_fails(store: Any) -> None:
    store.billing.issue(a_key())
    store.billing.schedule("c-1", [a_schedule("o-1")])
    store.billing.pay_again("c-1", a_payment("o-1"))
    store.pass_time(MONTH)
    assert store.status("o-1") == ("executed", "failed")
    assert len([row for row in store.billing.book.all() if row.paid_at]) == 1


@pytest.mark.fact(
    "§4.4", "observed", "A schedule for an unknown customer is refused with code 1, in words that were seen."
)
def test_a_card_given_with_a_schedule_is_taken_only_where_there_is_no_key(store: Any) -> None:
    assert store.refuses(store.billing.schedule, "c-1", [a_schedule("o-1")]) == (
        200,
        1,
        "등록된 고객정보가 없습니다.",
    )
    store.billing.schedule("c-1", [a_schedule("o-1")], a_key())
    number = store.billing.customers.get("c-1").card_number
    store.billing.schedule("c-1", [a_schedule("o-2")], a_key(card=Card.of("5155-9449-1234-1234", "2030-01")))
    assert store.billing.customers.get("c-1").card_number == number == "40920230****1234"


def test_all_schedules_of_a_call_are_made_or_none(store: Any) -> None:
    store.billing.issue(a_key())
    for bad in (
        [a_schedule("a"), a_schedule("a")],
        [a_schedule("a"), a_schedule("b", NOW - 1)],
    ):
        assert store.refuses(store.billing.schedule, "c-1", bad)[:2] == (200, 1)
        assert "a" not in store.billing.schedules
    store.billing.schedule("c-1", [a_schedule("a")])
    assert store.refuses(store.billing.schedule, "c-1", [a_schedule("b"), a_schedule("a")])[:2] == (
        200,
        1,
    )
    assert "b" not in store.billing.schedules


@pytest.mark.fact("§4.4", "guessed", "A schedule for the past is refused, or tried at once: `schedule_in_the_past`.")
def test_a_schedule_for_the_past_is_tried_at_once_if_the_guess_says_so(store: Any) -> None:
    store.billing.issue(a_key())
    store.billing.book.guesses.schedule_in_the_past = "tried at once"
    store.billing.schedule("c-1", [a_schedule("a", NOW - 1)])
    store.billing.catch_up()
    assert store.status("a") == ("executed", "paid")


@pytest.mark.fact("§4.4", "documented", "`checking_amount` tries the card with a payment that is given back.")
def test_a_card_is_checked_with_a_payment_given_back_at_once(store: Any) -> None:
    store.billing.issue(a_key())
    store.billing.schedule("c-1", [a_schedule("a")], checking_amount=Decimal(100))
    (row,) = store.billing.book.all()
    assert (row.status, row.amount, row.cancel_amount) == ("cancelled", 100, 100)
    store.billing.customers.refuse("c-1", "분실 카드")
    refused = store.refuses(store.billing.schedule, "c-1", [a_schedule("b")], None, Decimal(100))
    assert refused == (200, -1, "카드정보 인증에 실패하였습니다. 분실 카드")
    assert "b" not in store.billing.schedules


@pytest.mark.fact("§4.4", "documented", "unschedule takes back the schedules of a key, of orders, or of both.")
@pytest.mark.fact("§4.4", "observed", "Where there is nothing to take back, the words are those that were seen.")
def test_schedules_are_taken_back_by_key_by_order_or_by_both(store: Any) -> None:
    for uid in ("c-1", "c-2"):
        store.billing.issue(a_key(uid))
        store.billing.schedule(uid, [a_schedule(f"{uid}-{n}") for n in range(3)])
    revoked = store.billing.unschedule("c-1", ["c-1-0", "c-2-0"])
    assert [(row.merchant_uid, row.revoked_at) for row in revoked] == [("c-1-0", NOW)]
    assert [row.merchant_uid for row in store.billing.unschedule("", ["c-2-0"])] == ["c-2-0"]
    assert [row.merchant_uid for row in store.billing.unschedule("c-1", [])] == ["c-1-1", "c-1-2"]
    nothing = (200, 1, "취소할 예약결제 기록이 존재하지 않습니다.")
    assert store.refuses(store.billing.unschedule, "c-1", []) == nothing
    store.pass_time(MONTH)
    assert [notice.row.merchant_uid for notice in store.told] == ["c-2-1", "c-2-2"]


def test_a_waiting_schedule_can_be_moved_and_only_a_waiting_one(store: Any) -> None:
    store.billing.issue(a_key())
    store.billing.schedule("c-1", [a_schedule("a"), a_schedule("b")])
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
def test_what_failed_can_be_tried_again_later_or_now(store: Any) -> None:
    store.billing.issue(a_key())
    store.billing.schedule("c-1", [a_schedule("a", NOW + 10), a_schedule("b", NOW + 10)])
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


def test_what_was_taken_back_can_be_tried_again(store: Any) -> None:
    store.billing.issue(a_key())
    store.billing.schedule("c-1", [a_schedule("a"), a_schedule("b")])
    store.billing.unschedule("c-1", [])
    assert store.billing.retry("a").status == "paid"
    assert store.billing.schedules.get("a").revoked_at == 0
    store.billing.forget("c-1")
    assert store.refuses(store.billing.retry, "b")[0] == 404, "its key is gone"


@pytest.mark.fact("§4.4", "guessed", "Schedules of a deleted key fail, or are taken back: `schedules_of_deleted_key`.")
@pytest.mark.parametrize(("guess", "status"), [("fail", ("executed", "failed")), ("revoked", ("revoked", None))])
def test_what_becomes_of_the_schedules_of_a_deleted_key_is_a_guess(
    store: Any, guess: Any, status: tuple[str, str | None]
) -> None:
    store.billing.book.guesses.schedules_of_deleted_key = guess
    store.billing.issue(a_key())
    store.billing.schedule("c-1", [a_schedule("a")])
    store.billing.forget("c-1")
    store.pass_time(MONTH)
    assert store.status("a") == status


def test_a_schedule_shows_the_refund_of_what_it_paid(store: Any) -> None:
    store.billing.issue(a_key())
    store.billing.schedule("c-1", [a_schedule("a")])
    store.pass_time(MONTH)
    schedule = store.billing.schedules.get("a")
    store.billing.book.console_cancel(schedule.imp_uid or "")
    assert schedule.shown(store.billing.payment_of(schedule))["payment_status"] == "cancelled"
