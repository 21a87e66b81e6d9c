"""Recurring payments over a socket: billing keys, payments without a window, schedules, and the month that passes."""

import json
from decimal import Decimal

import pytest
import requests
from support.patience import EVENTUALLY
from support.sandbox import MONTH, NOW, TYPED_CARD, a_schedule_entry

from payments.entrypoints.sandbox import KEY, SECRET, Clock, Sandbox, SandboxSettings, running_sandbox
from payments.entrypoints.sandbox.billing.billing import ScheduleRequest
from payments.entrypoints.sandbox.payments.opening import WindowRequest


@pytest.fixture
def key(shop) -> str:
    shop.good("POST", "/subscribe/customers/c-1", json=TYPED_CARD | {"customer_name": "홍길동"})
    return "c-1"


@pytest.mark.fact("§4.4", "documented", "A billing key pays on schedule, month after month.")
def test_a_subscription_runs_for_a_month_through_the_public_api_alone(shop, sandbox: Sandbox, listener) -> None:
    """What a shop's server does: issue a key, schedule, wait, hear the webhook, look, schedule the next month."""
    shop.good("POST", "/subscribe/customers/c-1", json=TYPED_CARD)
    entry = a_schedule_entry("month-1", notice_url=listener.url)
    made = shop.good("POST", "/subscribe/payments/schedule", json={"customer_uid": "c-1", "schedules": [entry]})
    assert (made[0]["schedule_status"], made[0]["imp_uid"], made[0]["schedule_at"]) == ("scheduled", None, NOW + MONTH)

    def wait_a_month() -> None:
        with requests.post(sandbox.url + "/_sandbox/clock", json={"move": MONTH}, timeout=EVENTUALLY) as moved:
            assert moved.status_code == 200

    wait_a_month()
    told = json.loads(listener.hear()[1])
    assert (told["merchant_uid"], told["status"]) == ("month-1", "paid")
    shop.sign_in()  # the token's half hour is over
    paid = shop.good("GET", f"/payments/{told['imp_uid']}", params={"include_sandbox": "true"})
    assert (paid["status"], paid["amount"], paid["paid_at"]) == ("paid", 9900, NOW + MONTH)
    assert (paid["customer_uid"], paid["customer_uid_usage"], paid["channel"]) == ("c-1", "payment.scheduled", "api")

    with requests.post(
        sandbox.url + "/_sandbox/customers/c-1/refuse", json={"reason": "한도초과"}, timeout=EVENTUALLY
    ) as done:
        assert done.json()[0]["refuses"] == "한도초과"
    entry = a_schedule_entry("month-2", NOW + 2 * MONTH, notice_url=listener.url)
    shop.good("POST", "/subscribe/payments/schedule", json={"customer_uid": "c-1", "schedules": [entry]})
    wait_a_month()
    told = json.loads(listener.hear()[1])
    assert (told["merchant_uid"], told["status"]) == ("month-2", "failed"), "the only webhook that tells of a failure"
    shop.sign_in()
    seen = shop.good("GET", "/subscribe/payments/schedule/month-2")
    assert (seen["schedule_status"], seen["payment_status"], seen["fail_reason"]) == ("executed", "failed", "한도초과")
    with requests.post(sandbox.url + "/_sandbox/customers/c-1/accept", timeout=EVENTUALLY) as done:
        assert done.status_code == 200
    assert shop.good("POST", "/subscribe/payments/schedule/month-2/retry")["status"] == "paid"
    payments = shop.good("GET", "/subscribe/customers/c-1/payments")
    assert [row["status"] for row in payments["list"]] == ["paid", "failed", "paid"]
    assert requests.get(sandbox.url + "/_sandbox/schedules", timeout=EVENTUALLY).json()[1]["payment_status"] == "paid"


def test_a_schedule_falls_due_while_nobody_calls(listener) -> None:
    with running_sandbox(SandboxSettings(seed=7, webhook_url=listener.url)) as sandbox, requests.Session() as session:
        session.trust_env = False
        token = session.post(sandbox.url + "/users/getToken", json={"imp_key": KEY, "imp_secret": SECRET}).json()
        session.headers["Authorization"] = token["response"]["access_token"]
        entry = a_schedule_entry("soon", sandbox.clock.now() + 1)
        body = TYPED_CARD | {"customer_uid": "c-1", "schedules": [entry]}
        assert session.post(sandbox.url + "/subscribe/payments/schedule", json=body).json()["code"] == 0
        assert json.loads(listener.hear()[1])["merchant_uid"] == "soon"


def test_moving_the_clock_stops_at_every_schedule_on_its_way(shop, key: str, sandbox: Sandbox) -> None:
    entries = [a_schedule_entry(f"day-{day}", NOW + day * 86_400) for day in (3, 1, 2)]
    shop.good("POST", "/subscribe/payments/schedule", json={"customer_uid": key, "schedules": entries})
    sandbox.move_clock(MONTH)
    paid_at = [sandbox.payments(f"day-{day}")[0].paid_at for day in (1, 2, 3)]
    assert paid_at == [NOW + 86_400, NOW + 2 * 86_400, NOW + 3 * 86_400]
    assert sandbox.clock.now() == NOW + MONTH


def test_a_running_clock_moved_over_a_schedule_tries_it() -> None:
    with running_sandbox(clock=Clock(source=lambda: NOW + 0.7)) as sandbox:
        sandbox.approve(sandbox.open_window("w", 0, customer_uid="c-1", pg="kakaopay"))
        request = WindowRequest(merchant_uid="soon", amount=Decimal(100))
        sandbox.billing.schedule("c-1", [ScheduleRequest(schedule_at=NOW + 100, request=request)])
        sandbox.move_clock(100)
        assert sandbox.payments("soon")[0].paid_at == NOW + 100, "to the second, whatever floats lose"


@pytest.mark.fact("§4.4", "documented", "Billing keys are issued, read and deleted under `/subscribe/customers`.")
@pytest.mark.fact("§4.4", "observed", "A customer_uid without a key is refused in words that were seen.")
def test_a_key_is_issued_read_and_deleted(shop, sandbox: Sandbox) -> None:
    about = {"customer_name": "홍길동", "customer_tel": "010-1234-5678", "customer_email": "hong@example.com"}
    made = shop.good("POST", "/subscribe/customers/c%2F1", data=TYPED_CARD | about | {"pg": "nice"})
    assert made["customer_uid"] == "c/1"
    assert (made["pg_provider"], made["card_number"], made["inserted"]) == ("nice", "40920230****1234", NOW)
    assert {field: made[field] for field in about} == about
    assert TYPED_CARD["card_number"].replace("-", "") not in str(made)
    assert shop.good("GET", "/subscribe/customers/c%2F1") == made
    assert shop.good("DELETE", "/subscribe/customers/c%2F1", params={"reason": "탈퇴"}) == made
    unknown = (200, 1, "요청하신 customer_uid(c/1)로 등록된 정보를 찾을 수 없습니다.", None)
    assert shop.get("/subscribe/customers/c%2F1") == unknown
    assert shop.call("DELETE", "/subscribe/customers/c%2F1") == unknown
    assert sandbox.journal.of("/subscribe/customers", "POST")[0].body["card_number"] == "***"


@pytest.mark.fact("§4.4", "observed", "A card that is none is refused with code -1, in words that were seen.")
def test_a_card_that_is_none_is_refused_in_the_pgs_words(shop) -> None:
    bad = TYPED_CARD | {"card_number": "1234"}
    refused = (
        "카드정보 인증 및 빌키 발급에 실패하였습니다. [F112]유효하지않은 카드번호를 입력하셨습니다. (card_bin 없음)"
    )
    assert shop.post("/subscribe/customers/c-1", **bad) == (200, -1, refused, None)
    assert shop.post("/subscribe/customers/c-1", expiry="2030-01")[0] == 400
    assert shop.post("/subscribe/customers/" + "c" * 81, **TYPED_CARD)[0] == 400
    paying = {"merchant_uid": "o-1", "amount": 100} | bad
    http, code, message, _ = shop.post("/subscribe/payments/onetime", **paying)
    assert (http, code) == (200, -1)
    assert message.startswith("카드정보 인증에 실패하였습니다.")


def test_many_keys_are_read_at_once(shop, key: str) -> None:
    shop.good("POST", "/subscribe/customers/c-2", json=TYPED_CARD)
    path = "/subscribe/customers?customer_uid[]=c-2&customer_uid[]=c-1"
    assert [row["customer_uid"] for row in shop.good("GET", path)] == ["c-2", "c-1"]
    http, code, _, rows = shop.get(path + "&customer_uid[]=none")
    assert (http, code, len(rows)) == (207, 0, 2)
    assert shop.get("/subscribe/customers?customer_uid[]=none")[:2] == (404, 1)
    assert shop.get("/subscribe/customers")[0] == 400


@pytest.mark.fact("§5", "observed", "`user_agent` of a payment by API is a fixed text.")
def test_a_card_pays_once_and_its_key_pays_again(shop) -> None:
    body = {"merchant_uid": "o-1", "amount": "1000", "customer_uid": "c-1", "buyer_name": "홍길동"} | TYPED_CARD
    row = shop.good("POST", "/subscribe/payments/onetime", data=body)
    assert (row["status"], row["amount"], row["channel"], row["buyer_name"]) == ("paid", 1000, "api", "홍길동")
    assert row["user_agent"] == "sorry_not_supported_anymore"
    assert shop.good("GET", "/subscribe/customers/c-1")["customer_name"] == "홍길동"
    again = {"customer_uid": "c-1", "merchant_uid": "o-2", "amount": 500, "name": "구독", "custom_data": '{"n":1}'}
    row = shop.good("POST", "/subscribe/payments/again", json=again)
    assert (row["status"], row["custom_data"], row["customer_uid_usage"]) == ("paid", '{"n":1}', "payment")
    assert shop.post("/subscribe/payments/again", **again)[:2] == (200, 1)
    unknown = (200, 1, "등록되지 않은 구매자입니다.", None)
    assert shop.post("/subscribe/payments/again", **again | {"customer_uid": "none"}) == unknown
    for missing in ("customer_uid", "merchant_uid", "amount"):
        assert shop.post("/subscribe/payments/again", **again | {missing: None})[0] == 400, missing
    assert shop.post("/subscribe/payments/again", **again | {"amount": 0})[0] == 400


@pytest.mark.fact("§7.2", "documented", "A window with a customer_uid issues a billing key.")
def test_a_window_with_a_customer_uid_issues_a_key(shop, sandbox: Sandbox) -> None:
    imp_uid = sandbox.open_window("w", 0, customer_uid="c-1", pg="kakaopay", buyer_tel="010")
    sandbox.approve(imp_uid)
    key = shop.good("GET", "/subscribe/customers/c-1")
    assert (key["pg_provider"], key["customer_tel"]) == ("kakaopay", "010")
    again = {"customer_uid": "c-1", "merchant_uid": "o-1", "amount": 500, "name": "구독"}
    assert shop.good("POST", "/subscribe/payments/again", json=again)["pg_provider"] == "kakaopay"


def test_a_form_schedules_too(shop, key: str) -> None:
    form = {
        "customer_uid": key,
        "schedules[0][merchant_uid]": "o-1",
        "schedules[0][schedule_at]": str(NOW + 9),
        "schedules[0][amount]": "100",
        "schedules[1][merchant_uid]": "o-2",
        "schedules[1][schedule_at]": str(NOW + 8),
        "schedules[1][amount]": "200",
    }
    made = shop.good("POST", "/subscribe/payments/schedule", data=form)
    assert [(row["merchant_uid"], row["amount"], row["buyer_name"]) for row in made] == [
        ("o-1", 100, "홍길동"),
        ("o-2", 200, "홍길동"),
    ]
    revoked = shop.good("POST", "/subscribe/payments/unschedule", data={"merchant_uid[]": ["o-1", "o-2"]})
    assert {row["schedule_status"] for row in revoked} == {"revoked"}
    nothing = (200, 1, "취소할 예약결제 기록이 존재하지 않습니다.", None)
    assert shop.post("/subscribe/payments/unschedule", customer_uid=key, merchant_uid="o-1") == nothing
    assert shop.post("/subscribe/payments/unschedule")[0] == 400


@pytest.mark.parametrize("bad", [None, "x", [], [1], {}, [{}], [{"merchant_uid": "o", "amount": 1}]])
def test_a_schedule_needs_its_parts(shop, key: str, bad: object) -> None:
    assert shop.post("/subscribe/payments/schedule", customer_uid=key, schedules=bad)[0] == 400


@pytest.mark.fact("§4.4", "guessed", "Lists of schedules are pages, or arrays: `schedule_list`.")
def test_a_schedule_is_moved_and_listed(shop, key: str, sandbox: Sandbox) -> None:
    entries = [a_schedule_entry(f"o-{n}", NOW + n * 100) for n in range(1, 4)]
    shop.good("POST", "/subscribe/payments/schedule", json={"customer_uid": key, "schedules": entries})
    moved = shop.good("PUT", "/subscribe/payments/schedule/o-1", json={"schedule_at": NOW + 1000})
    assert moved["schedule_at"] == NOW + 1000
    assert shop.call("PUT", "/subscribe/payments/schedule/o-1", json={})[0] == 400
    assert shop.get("/subscribe/payments/schedule/none")[0] == 404
    sandbox.move_clock(200)

    def uids(path: str, **query: object) -> list[str]:
        return [row["merchant_uid"] for row in shop.good("GET", path, params=query)["list"]]

    span = {"schedule_from": NOW + 200, "schedule_to": NOW + 1000}
    assert uids("/subscribe/payments/schedule", **span) == ["o-3", "o-2"], "from is inside, to is not; latest first"
    assert uids("/subscribe/payments/schedule", **span, sorting="scheduled") == ["o-2", "o-3"]
    assert uids("/subscribe/payments/schedule", **span, schedule_status="executed") == ["o-2"]
    page = shop.good("GET", "/subscribe/payments/schedule", params=span | {"limit": 1, "page": 2})
    assert (page["total"], page["previous"], page["next"], len(page["list"])) == (2, 1, 0, 1)
    of_key = {"from": NOW, "to": NOW + 2000}
    for path in (f"/subscribe/customers/{key}/schedules", f"/subscribe/payments/schedule/customers/{key}"):
        assert uids(path, **of_key) == ["o-1", "o-3", "o-2"]
        assert uids(path, **of_key, **{"schedule-status": "scheduled"}) == ["o-1", "o-3"]
        assert uids(path.replace(key, "none"), **of_key) == []
    for bad in ({}, {"schedule_from": NOW}, span | {"schedule_status": "x"}, span | {"schedule_to": NOW + 10**7}):
        assert shop.get("/subscribe/payments/schedule", **bad)[0] == 400, bad
    sandbox.settings.guesses.schedule_list = "array"
    assert len(shop.good("GET", "/subscribe/payments/schedule", params=span)) == 2
