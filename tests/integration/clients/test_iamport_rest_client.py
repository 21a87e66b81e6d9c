"""The PyPI packages `iamport-rest-client` 0.9.0 and `async-iamport` 0.2.0, its asynchronous descendant."""

from collections.abc import Callable
from typing import Any

import pytest
from integration.clients.remote import Named, Remote, Thrown
from support.sandbox import TYPED_CARD

from payments.entrypoints.sandbox import KEY, SECRET, Sandbox

MONTH = 30 * 24 * 3600
ASYNC = "async_iamport"
BOTH = ["iamport", ASYNC]
GOES_THROUGH_EVERY_CALL = {"get_response"}
"""It takes the HTTP library's own answer, so it cannot be called from here; every other method calls it."""


@pytest.fixture(params=BOTH)
def package(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def client(in_python: Remote, sandbox: Sandbox, package: str) -> Named:
    return made(in_python, sandbox, package)


def made(in_python: Remote, sandbox: Sandbox, package: str) -> Named:
    module = in_python.load(package)
    if package == ASYNC:
        return module.AsyncIamport.keep(imp_key=KEY, imp_secret=SECRET, imp_url=sandbox.url)
    return module.Iamport.keep(imp_key=KEY, imp_secret=SECRET, imp_url=f"{sandbox.url}/")


@pytest.fixture
def paid(sandbox: Sandbox) -> str:
    return sandbox.approve(sandbox.open_window("order-1", 1000)).imp_uid


def refused(call: Callable[..., Any], *args: Any, **kwargs: Any) -> tuple[str, int, str]:
    with pytest.raises(Thrown) as thrown:
        call(*args, **kwargs)
    told = thrown.value.attributes
    return thrown.value.kind, told["code"], told.get("message", told.get("reason"))


def test_payments_are_found(client: Named, paid: str) -> None:
    assert client.find_by_imp_uid(paid)["merchant_uid"] == "order-1"
    assert client.find_by_merchant_uid("order-1")["imp_uid"] == paid
    assert client.find(imp_uid=paid)["status"] == client.find(merchant_uid="order-1")["status"] == "paid"
    assert refused(client.find_by_imp_uid, "imp_none") == ("HttpError", 404, "Not Found")
    with pytest.raises(Thrown, match="KeyError"):
        client.find()


def test_a_payment_is_paid_in_its_amount_only(client: Named, paid: str) -> None:
    assert client.is_paid(1000, imp_uid=paid) is True
    assert client.is_paid(999, merchant_uid="order-1") is False
    assert client.is_paid(1000, response={"status": "ready", "amount": 1000}) is False
    assert client.is_paid(1004, imp_uid="imp_448280090638") is False, "it was cancelled"


def test_payments_are_cancelled(client: Named, paid: str) -> None:
    assert client.cancel("변심", imp_uid=paid, amount=100)["cancel_amount"] == 100
    assert client.cancel("변심", merchant_uid="order-1", amount=100)["cancel_amount"] == 200
    assert client.cancel_by_imp_uid(paid, "변심", amount=100, checksum=800)["cancel_amount"] == 300
    assert client.cancel_by_merchant_uid("order-1", "품절")["cancel_reason"] == "품절"
    assert refused(client.cancel, "또", imp_uid=paid) == ("ResponseError", 1, "이미 전액취소된 주문입니다.")
    nothing = ("ResponseError", 1, "취소할 결제건이 존재하지 않습니다.")
    assert refused(client.cancel, "또", imp_uid="imp_none") == nothing


def test_amounts_are_registered(client: Named) -> None:
    assert client.prepare("p", 500)["amount"] == 500
    assert client.prepare_validate("p", 500) is True
    assert client.prepare_validate("p", 501) is False
    assert refused(client.prepare, "p", 500)[:2] == ("ResponseError", 1)


def test_billing_keys_are_issued_read_and_deleted(client: Named) -> None:
    row = client.customer_create(customer_uid="c-1", **TYPED_CARD)
    assert row["card_number"] == "40920230****1234"
    assert client.customer_get("c-1") == row
    assert client.customer_delete("c-1") == row
    assert refused(client.customer_get, "c-1")[:2] == ("ResponseError", 1)
    bad = TYPED_CARD | {"card_number": "1234"}
    kind, code, message = refused(client.customer_create, customer_uid="c-1", **bad)
    assert (kind, code) == ("ResponseError", -1)
    assert "카드정보 인증 및 빌키 발급에 실패하였습니다." in message


def test_cards_and_keys_pay(client: Named) -> None:
    assert client.pay_onetime(merchant_uid="m-0", amount=9900, customer_uid="c-1", **TYPED_CARD)["status"] == "paid"
    assert client.pay_again(customer_uid="c-1", merchant_uid="m-1", amount=9900)["customer_uid"] == "c-1"
    assert client.pay_foreign(merchant_uid="m-2", amount=9900, **TYPED_CARD)["status"] == "paid"
    unknown = ("ResponseError", 1, "등록되지 않은 구매자입니다.")
    assert refused(client.pay_again, customer_uid="00000000", merchant_uid="m-3", amount=5000) == unknown
    kind, code, message = refused(
        client.pay_onetime, merchant_uid="m-4", amount=5000, **TYPED_CARD | {"expiry": "2019-03"}
    )
    assert (kind, code) == ("ResponseError", -1)
    assert "카드정보 인증에 실패하였습니다." in message


def test_a_subscription_runs(client: Named, package: str, in_python: Remote, sandbox: Sandbox) -> None:
    now = sandbox.clock.now()
    later = [{"merchant_uid": f"m-{n}", "schedule_at": now + n * MONTH, "amount": 9900} for n in (1, 2)]
    client.pay_schedule(customer_uid="customer_1234", schedules=later)
    revoked = client.pay_unschedule(customer_uid="customer_1234", merchant_uid="m-2")
    assert [row["schedule_status"] for row in revoked] == ["revoked"]
    sandbox.move_clock(2 * MONTH)
    client = made(in_python, sandbox, package)
    assert client.pay_schedule_get("m-1")["payment_status"] == "paid"
    found = client.pay_schedule_get_between(schedule_from=now, schedule_to=now + 2 * MONTH)
    assert {row["merchant_uid"] for row in found["list"]} == {"m-1", "next-month"}
    nothing = ("ResponseError", 1, "취소할 예약결제 기록이 존재하지 않습니다.")
    assert refused(client.pay_unschedule, customer_uid="customer_1234") == nothing
    unknown = {"customer_uid": "00000000", "schedules": [later[0] | {"merchant_uid": "m-3"}]}
    assert refused(client.pay_schedule, **unknown)[:2] == ("ResponseError", 1)


def test_accounts_are_revoked(client: Named, sandbox: Sandbox) -> None:
    imp_uid = sandbox.open_window("v", 1000)
    sandbox.issue_vbank(imp_uid)
    assert client.revoke_vbank_by_imp_uid(imp_uid)["status"] == "failed"


def test_certifications_are_read_and_deleted(client: Named) -> None:
    who = "imp_339323965143"
    assert client.find_certification(who)["name"] == "홍길동"
    assert client.cancel_certification(who)["imp_uid"] == who
    assert refused(client.find_certification, who) == ("HttpError", 404, "Not Found")


def test_what_a_client_checks_itself_never_leaves_it(in_python: Remote, sandbox: Sandbox) -> None:
    client = made(in_python, sandbox, "iamport")
    calls = (client.pay_onetime, client.pay_again, client.pay_foreign, client.customer_create, client.pay_schedule)
    for call in (*calls, client.pay_unschedule, client.pay_schedule_get_between):
        with pytest.raises(Thrown, match="KeyError"):
            call()
    assert {call.path for call in sandbox.journal.calls} <= {"/users/getToken"}, "one of them begins with a token"


def test_the_older_one_asks_for_a_token_every_time_and_the_newer_one_once(in_python: Remote, sandbox: Sandbox) -> None:
    def tokens_of(package: str) -> int:
        client, before = made(in_python, sandbox, package), len(sandbox.journal.of("/users/getToken"))
        for _ in range(3):
            client.find_by_merchant_uid("an-hour-ago")
        return len(sandbox.journal.of("/users/getToken")) - before

    assert (tokens_of("iamport"), tokens_of(ASYNC)) == (3, 1)


def test_the_older_ones_list_by_status_never_reaches_the_service(in_python: Remote, sandbox: Sandbox) -> None:
    """It passes `params` to a function that has no such parameter: a fault of the package, the same at the original."""
    client = made(in_python, sandbox, "iamport")
    with pytest.raises(Thrown, match="TypeError"):
        client.find_by_status("paid")
    assert client.get_headers()["Authorization"] in str(sandbox.tokens)


def test_the_newer_one_lists_changes_and_certifies(in_python: Remote, sandbox: Sandbox, paid: str) -> None:
    client = made(in_python, sandbox, ASYNC)
    found = client.find_by_status("paid", limit=1, sorting="-paid")
    assert (found["total"], found["list"][0]["imp_uid"]) == (2, paid)
    assert client.find_by_merchant_uid("order-1", status="paid")["imp_uid"] == paid
    client.prepare("p", 500)
    assert client.adjust_prepare_amount("p", 600)["amount"] == 600
    who = {"name": "홍길동", "phone": "010-1234-5678", "birth": "900101", "gender_digit": "1", "carrier": "SKT"}
    imp_uid = client.init_otp_certification(**who)["imp_uid"]
    otp = sandbox.certifications.get(imp_uid).otp
    assert client.confirm_otp_certification(imp_uid, otp=otp)["certified"] is True
    client.close_session()
    with pytest.raises(Thrown, match="SESSION IS CLOSED"):
        client.find_by_status("paid")


def test_nothing_they_offer_is_left_out(client: Named, package: str, unused: Callable[[set[str]], set[str]]) -> None:
    names = set(client.names())
    exceptions = {"HttpError", "ResponseError"} & names
    assert len(names - exceptions) == {"iamport": 25, ASYNC: 28}[package]
    assert unused(names - exceptions) == GOES_THROUGH_EVERY_CALL
