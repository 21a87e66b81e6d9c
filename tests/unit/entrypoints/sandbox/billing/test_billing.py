"""Billing keys and payments without a window: every rule of the documents, and each guess."""

from decimal import Decimal
from typing import Any

import pytest
from support.sandbox import CARD, NOW, a_key, a_payment

from payments.entrypoints.sandbox.billing.cards import Card
from payments.entrypoints.sandbox.payments.channels import Channel
from payments.entrypoints.sandbox.payments.opening import WindowRequest


def test_a_key_is_issued_at_the_channel_for_payments_by_api(store: Any) -> None:
    assert store.billing.issue(a_key()).pg_provider == "nice"
    assert store.billing.issue(a_key(pg="nowhere")).pg_provider == "nice"
    only = Channel(pg_provider="kcp", pg_id="A52LD", channel_key="k", channel_name="KCP")
    store.billing.book.channels = (only,)
    assert store.billing.issue(a_key(pg="nice")).pg_id == "A52LD", "without one, the store's own"


def test_another_card_takes_the_place_of_the_first(store: Any) -> None:
    first = store.billing.issue(a_key())
    store.pass_time(60)
    second = store.billing.issue(a_key(card=Card.of("5155-9449-1234-1234", "2030-01")))
    assert (first.inserted, first.updated) == (NOW, NOW)
    assert (second.inserted, second.updated) == (NOW, NOW + 60)
    assert second.card_number == "51559449****1234"
    assert store.billing.customers.get("c-1") == second


def test_a_card_past_its_month_gets_no_key_and_pays_nothing(store: Any) -> None:
    old = Card.of("4092-0230-1234-1234", "2023-10")
    assert store.refuses(store.billing.issue, a_key(card=old)) == (
        200,
        -1,
        "카드정보 인증 및 빌키 발급에 실패하였습니다. 유효기간이 만료된 카드입니다.",
    )
    assert store.refuses(store.billing.pay_with_card, a_payment(), old, {})[:2] == (200, -1)
    assert list(store.billing.book.all()) == []
    assert store.billing.customers.find("c-1") is None


@pytest.mark.fact("§4.4", "documented", "onetime pays with a typed card, and keeps its key if a customer_uid is given.")
def test_a_typed_card_pays_once_and_leaves_a_key_only_where_it_was_asked_to(store: Any) -> None:
    row = store.billing.pay_with_card(a_payment("o-1"), CARD, {})
    assert (row.status, row.channel, row.customer_uid, row.customer_uid_usage) == ("paid", "api", None, None)
    assert row.imp_uid.startswith("imps_")
    assert row.card_number == "40920230****1234"
    kept = store.billing.pay_with_card(a_payment("o-2", customer_uid="c-2"), CARD, {"customer_name": "홍길동"}, 3)
    assert (kept.customer_uid, kept.customer_uid_usage, kept.card_quota) == ("c-2", "payment", 3)
    assert store.billing.customers.get("c-2").customer_name == "홍길동"
    assert [notice.row.imp_uid for notice in store.told] == [row.imp_uid, kept.imp_uid]


@pytest.mark.fact("§4.4", "documented", "A customer_uid of the shop's choice stands for a billing key.")
@pytest.mark.fact("§4.4", "observed", "An unknown customer is refused with code 1, in words that were seen.")
@pytest.mark.fact("§4.4", "guessed", "An unknown customer_uid is a 200 with code 1, or a 404: `customer_unknown_http`.")
def test_a_key_pays_until_it_is_deleted(store: Any) -> None:
    store.billing.issue(a_key())
    row = store.billing.pay_again("c-1", a_payment("o-1"))
    assert (row.status, row.customer_uid_usage, row.paid_at) == ("paid", "payment", NOW)
    assert store.refuses(store.billing.pay_again, "c-1", a_payment("o-1"))[:2] == (200, 1), "a merchant_uid pays once"
    store.billing.forget("c-1")
    unknown = (200, 1, "등록되지 않은 구매자입니다.")
    assert store.refuses(store.billing.pay_again, "c-1", a_payment("o-2")) == unknown
    assert store.refuses(store.billing.forget, "c-1") == (
        200,
        1,
        "요청하신 customer_uid(c-1)로 등록된 정보를 찾을 수 없습니다.",
    )
    store.billing.book.guesses.customer_unknown_http = 404
    assert store.refuses(store.billing.customers.get, "c-1")[:2] == (404, 1)


@pytest.mark.fact("§4.4", "documented", "again answers code 0 also with a payment that failed.")
def test_a_payment_that_the_bank_refuses_is_a_failed_payment_and_no_webhook_tells(store: Any) -> None:
    store.billing.issue(a_key())
    store.billing.customers.refuse("c-1", "카드 한도초과")
    row = store.billing.pay_again("c-1", a_payment("o-1"))
    assert (row.status, row.fail_reason, row.failed_at, row.paid_at) == ("failed", "카드 한도초과", NOW, 0)
    assert store.told == []
    store.billing.customers.refuse("c-1", None)
    assert store.billing.pay_again("c-1", a_payment("o-1")).status == "paid", "a merchant_uid that failed may try again"


@pytest.mark.fact("§4.4", "observed", "Inicis wants a name of what is bought; the 400 carries the words.")
def test_inicis_demands_a_name_of_what_is_bought(store: Any) -> None:
    book = store.billing.book
    window = book.open(WindowRequest(merchant_uid="w", amount=Decimal(0), pg="html5_inicis", customer_uid="c-1"))
    row = store.billing.issued_in_window(book.approve(window.imp_uid))
    assert (row.customer_uid_usage, store.billing.customers.get("c-1").pg_provider) == ("issue", "html5_inicis")
    assert store.refuses(store.billing.pay_again, "c-1", a_payment())[0] == 400
    assert store.billing.pay_again("c-1", a_payment(name="구독")).status == "paid"


def test_a_window_without_customer_uid_issues_no_key(store: Any) -> None:
    book = store.billing.book
    window = book.open(WindowRequest(merchant_uid="w", amount=Decimal(10)))
    assert store.billing.issued_in_window(book.approve(window.imp_uid)).customer_uid_usage is None
    assert store.billing.customers.all() == []
