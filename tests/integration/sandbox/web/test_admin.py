"""The administration as JSON: everything a person does in the console, and what is refused."""

import pytest
import requests
from support.patience import EVENTUALLY

from payments.entrypoints.sandbox import Sandbox


class Admin:
    def __init__(self, url: str) -> None:
        self.url = f"{url}/_sandbox"

    def get(self, path: str) -> object:
        return requests.get(self.url + path, timeout=EVENTUALLY).json()

    def post(self, path: str, status: int = 200, method: str = "POST", **body: object):
        answer = requests.request(method, self.url + path, json=body, timeout=EVENTUALLY)
        assert answer.status_code == status, answer.text
        return answer.json()


@pytest.fixture
def admin(sandbox: Sandbox) -> Admin:
    return Admin(sandbox.url)


def test_a_buyer_is_played_without_a_browser(admin: Admin) -> None:
    row = admin.post("/payments", merchant_uid="a", amount=1000, name="책")
    path = f"/payments/{row['imp_uid']}"
    assert (row["status"], row["hidden"]["asked_method"]) == ("ready", "card")
    assert admin.post(f"{path}/decline", reason="한도")["fail_reason"] == "한도"
    assert admin.post(f"{path}/approve_late")["status"] == "paid"
    assert admin.post(f"{path}/refund", amount=400)["cancel_amount"] == 400
    assert admin.post(f"{path}/refund")["cancel_amount"] == 1000
    assert "error" in admin.post(f"{path}/refund", 409)
    assert "F1002" in admin.post("/payments", 409, merchant_uid="a", amount=1000)["error"]


def test_accounts_are_issued_and_paid_into(admin: Admin) -> None:
    path = f"/payments/{admin.post('/payments', merchant_uid='a', amount=1000)['imp_uid']}"
    assert "does not wait" in admin.post(f"{path}/deposit", 409)["error"]
    assert admin.post(f"{path}/issue_vbank", bank_code="004")["vbank_name"] == "KB국민은행"
    assert "issued a virtual account" in admin.post(f"{path}/approve", 409)["error"]
    assert admin.post(f"{path}/deposit")["status"] == "paid"
    assert admin.post(f"{path}/cancel_at_pg")["hidden"]["cancelled_at_pg"] is True


def test_leaving_fails_at_inicis_and_stays_ready_elsewhere(admin: Admin) -> None:
    for pg, status in (("html5_inicis", "failed"), ("kakaopay", "ready")):
        row = admin.post("/payments", merchant_uid=f"a-{pg}", amount=1_000, pg=pg)
        assert admin.post(f"/payments/{row['imp_uid']}/leave")["status"] == status


def test_what_happened_is_listed_newest_first(admin: Admin, sandbox: Sandbox, shop, listener) -> None:
    sandbox.settings.webhook_url = listener.url
    first, second = (sandbox.open_window(uid, 1000) for uid in ("a", "b"))
    sandbox.approve(first)
    listener.hear()
    assert sandbox.webhooks.wait(EVENTUALLY)
    shop.get("/payments/find/a")
    assert [row["imp_uid"] for row in admin.get("/payments")] == [second, first]
    assert [row["imp_uid"] for row in admin.get("/payments?limit=1")] == [second]
    assert [row["imp_uid"] for row in admin.get("/payments?merchant_uid=a")] == [first]
    assert admin.get(f"/payments/{first}")["status"] == "paid"
    assert [call["path"] for call in admin.get("/calls")] == ["/payments/find/a", "/users/getToken"]
    (delivery,) = admin.get("/webhooks")
    assert (delivery["imp_uid"], delivery["http"], delivery["body"]["status"]) == (first, 200, "paid")
    assert admin.post(f"/payments/{first}/resend_webhook")[0]["url"] == listener.url


def test_the_clock_is_moved(admin: Admin, sandbox: Sandbox) -> None:
    before = sandbox.clock.now()
    assert admin.post("/clock", move=3600) == {"now": before + 3600, "stopped": True}
    assert admin.post("/clock", run=True)["stopped"] is False
    assert "cannot go back" in admin.post("/clock", 400, move=-1)["error"]


def test_settings_and_guesses_are_changed_and_checked(admin: Admin, sandbox: Sandbox) -> None:
    assert admin.get("/settings")["variants"]["prepare_again"] == ["refused", "same amount accepted"]
    patched = {"webhook_format": "form", "guesses": {"partial_cancel_status": "paid"}, "confirm_timeout": 2}
    changed = admin.post("/settings", method="PATCH", **patched)
    assert (changed["webhook_format"], changed["guesses"]["partial_cancel_status"]) == ("form", "paid")
    assert sandbox.settings.guesses.partial_cancel_status == "paid"
    for bad in (
        {"webhook_format": "xml"},
        {"secret": "x"},
        {"nonsense": 1},
        {"enforce_prepare": "no"},
        {"guesses": {"partial_cancel_status": "x"}},
        {"guesses": 5},
    ):
        assert "error" in admin.post("/settings", 400, method="PATCH", **bad), bad
    assert "sandbox-secret" not in requests.get(f"{sandbox.url}/_sandbox/settings", timeout=EVENTUALLY).text


def test_what_is_not_there_is_said(admin: Admin) -> None:
    admin.post("/payments/imp_none/approve", 404)
    path = f"/payments/{admin.post('/payments', merchant_uid='a', amount=1)['imp_uid']}"
    assert "there are: approve" in admin.post(f"{path}/explode", 400)["error"]
    assert "amount" in admin.post("/payments", 409, merchant_uid="a", amount="1")["error"]
