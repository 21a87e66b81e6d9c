"""The pytest plugin in somebody else's project: a shop written by hand, whose tests a pytest of its own runs."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from support.patience import EVENTUALLY

from payments.entrypoints import sandbox
from payments.entrypoints.sandbox import SandboxSettings, pytest_plugin

SHOP = '''
"""A shop that was never told of the sandbox: a client over requests, and a webhook receiver over http.server."""
import json, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
import requests


class Shop:
    def __init__(self, api="https://api.iamport.kr", key="", secret=""):
        self.api, self.key, self.secret, self.orders, self.told = api, key, secret, {}, threading.Semaphore(0)

    def call(self, method, path, **options):
        keys = {"imp_key": self.key, "imp_secret": self.secret}
        token = requests.post(self.api + "/users/getToken", json=keys, timeout=60).json()["response"]["access_token"]
        answer = requests.request(method, self.api + path, headers={"Authorization": token}, timeout=60, **options)
        return answer.json()

    def look(self, imp_uid):
        payment = self.call("GET", f"/payments/{imp_uid}?include_sandbox=true")["response"]
        self.orders[payment["merchant_uid"]] = payment["status"]

    def reconcile(self, order):
        self.look(self.call("GET", f"/payments/find/{order}/paid")["response"]["imp_uid"])

    def refund(self, imp_uid, checksum):
        return self.call("POST", "/payments/cancel", json={"imp_uid": imp_uid, "checksum": checksum})


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.shop.look(body["imp_uid"])
        self.send_response(200)
        self.end_headers()
        self.server.shop.told.release()

    def log_message(self, *_): ...
'''
FIXTURES = """
import threading
from http.server import ThreadingHTTPServer
import pytest
from shop import Receiver, Shop

@pytest.fixture
def hook():
    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()

@pytest.fixture
def iamport_sandbox_settings(hook):
    return {"webhook_url": f"http://127.0.0.1:{hook.server_port}/", "seed": 7}

@pytest.fixture
def shop(iamport_sandbox, hook):
    settings = iamport_sandbox.settings
    hook.shop = Shop(iamport_sandbox.url, settings.key, settings.secret)
    return hook.shop
"""
TESTS = """
import pytest

EVENTUALLY = 60  # seconds

def test_a_webhook_completes_an_order(shop, paid_payment):
    payment = paid_payment(12_000, "order-1", name="책")
    assert shop.told.acquire(timeout=EVENTUALLY)
    assert shop.orders == {"order-1": "paid"}
    assert (payment.merchant_uid, payment.amount) == ("order-1", 12_000)

def test_an_order_whose_webhook_is_lost_is_found_by_looking(shop, lost_webhook, paid_payment):
    imp_uid, order, _ = paid_payment(500)
    assert lost_webhook.bodies == [{"imp_uid": imp_uid, "merchant_uid": order, "status": "paid"}]
    assert shop.orders == {}
    shop.reconcile(order)
    assert shop.orders == {order: "paid"}

def test_a_lost_webhook_may_arrive_after_all(shop, lost_webhook, paid_payment):
    first = paid_payment(500)
    lost_webhook.arrive()
    assert shop.orders == {first.merchant_uid: "paid"}
    second = paid_payment(500)
    assert shop.told.acquire(timeout=EVENTUALLY) and shop.told.acquire(timeout=EVENTUALLY)
    assert shop.orders[second.merchant_uid] == "paid"
    assert lost_webhook.bodies == [{"imp_uid": first.imp_uid, "merchant_uid": first.merchant_uid, "status": "paid"}]

def test_payments_are_of_every_method_and_of_their_own_order(shop, paid_payment):
    payments = [paid_payment(), paid_payment(method="vbank"), paid_payment(method="kakaopay", pg="kakaopay")]
    assert len({payment.merchant_uid for payment in payments}) == 3
    methods = [shop.call("GET", f"/payments/{p.imp_uid}?include_sandbox=true")["response"] for p in payments]
    assert [row["pay_method"] for row in methods] == ["card", "vbank", "card"]

def test_the_clock_is_the_tests(sandbox_clock, iamport_sandbox):
    token = iamport_sandbox.tokens.issue("sandbox-key", "sandbox-secret")
    sandbox_clock.stop()
    before = sandbox_clock.now()
    assert sandbox_clock.move(minutes=30) == before + 1800 == sandbox_clock.now()
    assert iamport_sandbox.tokens.issue("sandbox-key", "sandbox-secret")["access_token"] != token["access_token"]
    with pytest.raises(ValueError):
        sandbox_clock.move(-1)
    sandbox_clock.run()
    assert sandbox_clock.move(days=1) >= before + 1800 + 86400

@pytest.mark.iamport_sandbox(guesses={"partial_cancel_status": "paid"}, shop_name="가게")
class TestMarked:
    def test_a_marker_settles_what_the_fixture_left_open(self, iamport_sandbox, paid_payment):
        settings = iamport_sandbox.settings
        assert (settings.seed, settings.guesses.partial_cancel_status, settings.shop_name) == (7, "paid", "가게")
        assert iamport_sandbox.console_cancel(paid_payment(500).imp_uid, 100).status == "paid"

    @pytest.mark.iamport_sandbox(seed=8, faults="cancel:drop@1")
    def test_the_nearest_marker_wins(self, iamport_sandbox, shop, paid_payment):
        import requests
        assert (iamport_sandbox.settings.seed, iamport_sandbox.settings.shop_name) == (8, "가게")
        imp_uid = paid_payment(500).imp_uid
        with pytest.raises(requests.ConnectionError):
            shop.refund(imp_uid, 500)
        assert shop.refund(imp_uid, 500)["code"] == 1, "the refund was done before its answer got lost"

@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_has_a_sandbox_of_its_own(iamport_sandbox, paid_payment, turn):
    assert paid_payment(500, "order-1").imp_uid
    iamport_sandbox.settings.guesses.partial_cancel_status = "paid"
    assert len(iamport_sandbox.payments("order-1")) == 1

def test_what_a_test_changed_is_not_the_next_ones(iamport_sandbox):
    assert iamport_sandbox.settings.guesses.partial_cancel_status == "cancelled"
"""
FIRST = """
import requests

def test_an_order_is_paid(iamport_sandbox, shop, paid_payment):
    payment = paid_payment(12_000, "order-1")
    assert shop.orders == {"order-1": "paid"}
    known = shop.call("GET", f"/payments/{payment.imp_uid}")["response"]
    assert (known["status"], known["amount"]) == ("paid", 12_000)

def test_an_approval_can_wait_for_its_webhook(iamport_sandbox, shop):
    imp_uid = iamport_sandbox.open_window("order-2", 500)
    iamport_sandbox.approve(imp_uid, wait=60)
    assert shop.orders == {"order-2": "paid"}
"""
NO_NEED = """
import sys

def test_nothing_was_loaded(pytestconfig):
    assert pytestconfig.pluginmanager.has_plugin("payments_sandbox")
    assert not {"starlette", "uvicorn", "jinja2", "requests", "payments.entrypoints.sandbox.service"} & set(sys.modules)
"""
WRONG = """
import pytest

@pytest.mark.iamport_sandbox(webhook="http://127.0.0.1/")
def test_a_setting_that_is_none(iamport_sandbox): ...

def test_a_payment_that_is_not_paid(paid_payment):
    paid_payment(500, confirm_url="http://127.0.0.1:1/never")

@pytest.fixture
def iamport_sandbox_settings():
    from payments.entrypoints.sandbox import SandboxSettings
    return SandboxSettings(seed=9)

def test_settings_may_be_an_object(iamport_sandbox):
    assert iamport_sandbox.settings.seed == 9
"""


def run_pytest(folder: Path, **files: str) -> str:
    """Write the files of a project and return what its pytest says."""
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --strict-markers -p no:cacheprovider -W error\n")
    command = [sys.executable, "-m", "pytest", "-q", "-ra", "--timeout=120", "-p", "no:schemathesis"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=2 * EVENTUALLY)
    return done.stdout + done.stderr


def test_a_shop_tests_its_own_integration(tmp_path: Path) -> None:
    said = run_pytest(tmp_path, shop=SHOP, conftest=FIXTURES, test_shop=TESTS)
    assert "10 passed" in said, said


def test_the_first_natural_test_of_a_shop_is_green(tmp_path: Path) -> None:
    said = run_pytest(tmp_path, shop=SHOP, conftest=FIXTURES, test_first=FIRST)
    assert "2 passed" in said, said


def test_a_project_that_asks_for_no_fixture_loads_nothing(tmp_path: Path) -> None:
    said = run_pytest(tmp_path, test_nothing=NO_NEED)
    assert "1 passed" in said, said


def test_what_cannot_be_is_said_in_a_sentence(tmp_path: Path) -> None:
    said = run_pytest(tmp_path, test_wrong=WRONG)
    assert "1 passed, 1 failed, 1 error" in said or "1 failed, 1 passed, 1 error" in said, said
    assert "the sandbox has no setting webhook; there are: allowed_origins, " in said
    assert "sandbox-order-1 was not paid: 고객사 요청에 의해 결제를 중단합니다." in said


def test_without_the_extra_a_fixture_says_what_to_install(tmp_path: Path) -> None:
    missing = "raise ModuleNotFoundError('No module named uvicorn', name='uvicorn')"
    said = run_pytest(tmp_path, uvicorn=missing, test_it="def test_it(iamport_sandbox): ...")
    assert "uvicorn is missing" in said, said
    assert "pip install 'payments-kr[sandbox]'" in said


def test_every_public_name_has_a_home() -> None:
    assert set(sandbox.HOMES) == set(sandbox.__all__)
    assert all(getattr(sandbox, name) is not None for name in sandbox.__all__)
    with pytest.raises(AttributeError, match="no attribute 'Emulator'"):
        sandbox.Emulator  # noqa: B018


@pytest.mark.iamport_sandbox(seed=7)
def test_the_fixtures_work_beside_those_of_a_suite(
    iamport_sandbox, paid_payment, lost_webhook, sandbox_clock, listener
) -> None:
    iamport_sandbox.settings.webhook_url = listener.url
    sandbox_clock.stop()
    payment = paid_payment(500, method="vbank")
    assert [body["status"] for body in lost_webhook.bodies] == ["ready", "paid"]
    assert listener.heard.empty()
    lost_webhook.arrive()
    assert [listener.hear()[1].count(b'"paid"') for _ in range(2)] == [0, 1]
    assert (
        sandbox_clock.move(days=1) == iamport_sandbox.payment(payment.imp_uid).paid_at + 86_400 == sandbox_clock.now()
    )
    sandbox_clock.run()
    iamport_sandbox.settings.webhook_url = "http://192.0.2.1/"
    with pytest.raises(pytest.fail.Exception, match="sandbox-order-2 was not paid"):
        paid_payment(500, confirm_url="http://127.0.0.1:1/never")


def test_settings_may_be_an_object_and_are_not_shared() -> None:
    given = SandboxSettings(seed=9)
    merged = pytest_plugin._settings(given, {"guesses": {"checksum_code": -1}}, {"shop_name": "가게"})
    assert (merged.seed, merged.shop_name, merged.guesses.checksum_code) == (9, "가게", -1)
    assert given.guesses.checksum_code == 1
    assert pytest_plugin._settings(given).guesses is not given.guesses


def test_a_webhook_that_nobody_answers_is_a_timeout(iamport_sandbox, paid_payment, lost_webhook) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        iamport_sandbox.settings.webhook_url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        paid_payment(500)
        with pytest.raises(TimeoutError, match=r"more than 0.1 s"):
            lost_webhook.arrive(timeout=0.1)
