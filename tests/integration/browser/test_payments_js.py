"""payments.js as a merchant's page uses it: with a client token, clicked twice, without an answer, without a window."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from playwright.sync_api import Page
from support.browser.shopper import NewShopper, Shopper, put_up_with
from support.patience import EVENTUALLY

from payments.entrypoints.blocking import run
from payments.entrypoints.demo import Demo
from payments.entrypoints.tokens import key_digest, new_key

CALL = """options => {
  const told = ({ status, settled, message, payment }) => ({ status, settled, message, id: payment.merchant_id });
  const failed = ({ name, slug, status, detail }) => ({ name, slug, status, detail });
  (globalThis.calls ??= []).push(Payments.pay(options).then(told, failed));
}"""
ANSWERS = "() => Promise.all(globalThis.calls)"


@pytest.fixture
def shopper(new_shopper: NewShopper) -> Shopper:
    """Someone on a page that has payments.js, and an origin the API knows."""
    arrived = new_shopper()
    arrived.choose()
    return arrived


@pytest.fixture
def begun(demo: Demo) -> dict[str, Any]:
    """A payment that the shop's server began with its API key."""
    key, secret = new_key("shop server", datetime.now(UTC))
    run(demo.service.api_keys.add_key(key, key_digest(secret)))
    order = {"buyer": "buyer-1", "order": f"order-{key.prefix}", "name": "멤버십", "amount": 5_000, "currency": "KRW"}
    answer = requests.post(
        f"{demo.api}/payments", json=order, headers={"Authorization": f"Bearer {secret}"}, timeout=EVENTUALLY
    )
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def answers(page: Page) -> list[dict[str, Any]]:
    return list(page.evaluate(ANSWERS))


def test_a_payment_begun_by_the_shops_server_needs_no_token_of_the_buyer(
    shopper: Shopper, begun: dict[str, Any]
) -> None:
    shopper.page.evaluate(CALL, {"api": shopper.demo.api, "payment": begun})
    attempt = shopper.attempt()
    assert shopper.row(attempt).amount == 5_000
    shopper.approve()
    assert answers(shopper.page) == [
        {"status": "paid", "settled": True, "message": "", "id": begun["merchant_id"]},
    ]


def test_a_client_token_may_be_handed_over_apart(shopper: Shopper, begun: dict[str, Any]) -> None:
    token = begun.pop("client_token")
    shopper.page.evaluate(CALL, {"api": shopper.demo.api, "payment": begun, "clientToken": token})
    shopper.attempt()
    shopper.decline()
    [answer] = answers(shopper.page)
    assert (answer["status"], answer["message"]) == ("failed", "카드 한도초과")


def test_calls_for_one_payment_share_one_window_and_another_payment_has_to_wait(
    shopper: Shopper, begun: dict[str, Any]
) -> None:
    for payment in (begun, begun, {**begun, "merchant_id": "another"}):
        shopper.page.evaluate(CALL, {"api": shopper.demo.api, "payment": payment})
    shopper.attempt()
    assert shopper.page.locator("iframe[name=imp-iframe]").count() == 1
    shopper.approve()
    first, second, third = answers(shopper.page)
    assert first == second
    assert (first["status"], third["slug"]) == ("paid", "busy")


def test_no_answer_from_the_api_is_an_error_with_a_slug(shopper: Shopper, console_errors: list[str]) -> None:
    shopper.page.route(f"{shopper.demo.api}/**", lambda route: route.abort())
    options = {"api": shopper.demo.api, "token": "x", "order": "month-1", "method": "card"}
    shopper.page.evaluate(CALL, options)
    [answer] = answers(shopper.page)
    assert (answer["name"], answer["slug"], answer["status"]) == ("PaymentsError", "unreachable", 0)
    put_up_with(console_errors, "ERR_FAILED")


def test_a_refusal_brings_the_apis_own_slug_and_status(shopper: Shopper, console_errors: list[str]) -> None:
    options = {"api": shopper.demo.api, "token": "no.such.token", "order": "month-1", "method": "card"}
    shopper.page.evaluate(CALL, options)
    [answer] = answers(shopper.page)
    assert (answer["name"], answer["slug"], answer["status"]) == ("PaymentsError", "bad-token", 401)
    assert answer["detail"]
    put_up_with(console_errors, "401")


def test_html_in_place_of_json_is_no_success(shopper: Shopper, begun: dict[str, Any]) -> None:
    page = "<html>All is well</html>"
    shopper.page.route("**/complete", lambda route: route.fulfill(status=200, content_type="text/html", body=page))
    shopper.page.evaluate(CALL, {"api": shopper.demo.api, "payment": begun})
    shopper.attempt()
    shopper.approve()
    [answer] = answers(shopper.page)
    assert answer["slug"] == "unexpected-answer"


def test_a_window_that_does_not_load_is_told_and_can_be_tried_again(
    shopper: Shopper, console_errors: list[str]
) -> None:
    shopper.page.route("**/v1/iamport.js", lambda route: route.abort())
    shopper.page.reload()
    shopper.press_pay()
    assert "결제창을 열지 못했습니다" in shopper.notice()
    shopper.shot("no-window")
    shopper.page.unroute("**/v1/iamport.js")
    shopper.press_pay()
    shopper.attempt()
    shopper.approve()
    shopper.receipt("paid")
    put_up_with(console_errors, "ERR_FAILED")


@pytest.mark.parametrize(
    "said",
    [
        {"success": True, "imp_success": True, "status": "paid", "imp_uid": None},
        {"imp_success": False, "error_msg": "닫힘"},
        {"error_code": "F400", "error_msg": "알 수 없음"},
        None,
    ],
)
def test_whatever_the_window_says_only_the_server_is_believed(
    shopper: Shopper, begun: dict[str, Any], said: dict[str, Any] | None
) -> None:
    lying = f"(parameters, done) => done({json.dumps(said)})" if said else "(parameters, done) => done()"
    shopper.page.evaluate(f"() => {{ globalThis.IMP = {{ init() {{}}, request_pay: {lying} }} }}")
    shopper.page.evaluate(CALL, {"api": shopper.demo.api, "payment": begun})
    [answer] = answers(shopper.page)
    assert (answer["status"], answer["settled"]) == ("awaiting", True), "nothing was paid, whatever was said"


def test_a_phones_return_address_alone_is_enough_to_resume(shopper: Shopper, begun: dict[str, Any]) -> None:
    """Another tab, or another browser, has no memory of the window: the address names the payment."""
    imp_uid = shopper.demo.sandbox.open_window(begun["merchant_id"], 5_000)
    shopper.demo.sandbox.approve(imp_uid)
    query = f"?utm=x&imp_uid={imp_uid}&merchant_uid={begun['merchant_id']}&imp_success=true"
    options = {"api": shopper.demo.api, "token": begun["client_token"], "query": query}
    outcome = shopper.page.evaluate("options => Payments.resume(options).then(o => o.status)", options)
    assert outcome == "paid"


def test_nothing_interrupted_is_nothing_to_resume(shopper: Shopper) -> None:
    assert shopper.page.evaluate("api => Payments.resume({ api, token: 'x' })", shopper.demo.api) is None


def test_a_mistake_of_the_page_in_its_phases_stops_no_payment(
    shopper: Shopper, begun: dict[str, Any], console_errors: list[str]
) -> None:
    call = CALL.replace("Payments.pay(options)", "Payments.pay({ ...options, onPhase: () => { throw Error('mine') } })")
    shopper.page.evaluate(call, {"api": shopper.demo.api, "payment": begun})
    shopper.attempt()
    shopper.approve()
    [answer] = answers(shopper.page)
    assert answer["status"] == "paid"
    put_up_with(console_errors, "mine")


def test_the_page_is_told_of_each_phase_and_an_error_of_its_own(
    shopper: Shopper, begun: dict[str, Any], console_errors: list[str]
) -> None:
    call = """options => {
      globalThis.phases = [];
      const onPhase = (phase, id) => globalThis.phases.push([phase, id]);
      globalThis.ended = Payments.pay({ ...options, onPhase }).then((o) => o.status, (e) => [e.slug, e.phase]);
    }"""
    shopper.page.evaluate(call, {"api": shopper.demo.api, "payment": begun})
    shopper.attempt()
    shopper.approve()
    assert shopper.page.evaluate("() => globalThis.ended") == "paid"
    told = [["opening", begun["merchant_id"]], ["open", begun["merchant_id"]], ["checking", begun["merchant_id"]]]
    assert shopper.page.evaluate("() => globalThis.phases") == told
    shopper.page.evaluate(call, {"api": shopper.demo.api, "token": "no.such.token", "order": "month-1"})
    assert shopper.page.evaluate("() => globalThis.ended") == ["bad-token", "opening"]
    put_up_with(console_errors, "401")
