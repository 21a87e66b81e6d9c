"""Our backends on getpaid's own flow and registry, from the built wheel, in a Python that getpaid runs on.

The shop is a process of that Python; the test is its buyer, its bank and the provider's other people.
"""

import json
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest
from standardwebhooks import Webhook
from support import matrix
from support.hosts import installed

from payments.entrypoints.sandbox import Sandbox, SandboxSettings, running_sandbox
from payments.entrypoints.sandbox.payments.portone_channels import PORTONE_CHANNELS
from payments.entrypoints.sandbox.portone_settings import STORE_ID, V2_SECRET, V2_WEBHOOK_SECRET

SHOP = Path(__file__).parents[2] / "support" / "hosts" / "getpaid_shop.py"
PRICE = 12_000


@attrs.define
class Shop:
    """A shop that sells one book through one backend, at whose window the test pays."""

    process: subprocess.Popen[str]
    backend: str
    provider: Sandbox
    sold: dict[str, Any] = attrs.field(factory=dict)

    def ask(self, do: str, **given: Any) -> dict[str, Any]:
        return self.say({"do": do, **given})

    def say(self, line: dict[str, Any]) -> dict[str, Any]:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(line) + "\n")
        self.process.stdin.flush()
        told: dict[str, Any] = json.loads(self.process.stdout.readline())
        return told

    def opened(self) -> str:
        """Prepare the payment, open its window, and return the attempt."""
        return self.open(self.ask("prepare")["answer"]["window"]["parameters"])

    def open(self, parameters: dict[str, Any]) -> str:
        """Open the window as the shop's page does, and return the attempt."""
        if self.backend == "iamport":
            return self.provider.request_pay(parameters["request_pay"]).imp_uid
        return self.provider.portone.request_payment(parameters["request_payment"]).imp_uid

    def paid(self) -> str:
        attempt = self.opened()
        self.provider.approve(attempt)
        assert self.ask("fetch")["status"] == "paid"
        return attempt


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Python of 3.12 or newer, in whose environment there is the wheel and getpaid, and nothing else of ours."""
    interpreter = next(filter(None, map(matrix.found, ("3.13", "3.12", "3.14"))), None)
    if interpreter is None:
        pytest.skip("getpaid needs Python 3.12 or newer, and this machine has none")
    return str(installed.environment(tmp_path_factory, ["payments-kr[getpaid]"], interpreter))


@pytest.fixture(scope="module")
def provider() -> Iterator[Sandbox]:
    with running_sandbox(SandboxSettings()) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def process(python: str) -> Iterator[subprocess.Popen[str]]:
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([python, "-I", str(SHOP)], **pipes) as process:
        yield process
        process.communicate()


@pytest.fixture
def open_shop(process: subprocess.Popen[str], provider: Sandbox) -> Callable[..., Shop]:
    def open_one(backend: str, **changes: Any) -> Shop:
        shop, config = Shop(process, backend, provider), config_of(backend, provider) | changes
        shop.sold = shop.say({"do": "sell", "backend": backend, "config": config, "price": str(PRICE)})
        return shop

    return open_one


@pytest.fixture(params=["iamport", "portone"])
def shop(request: pytest.FixtureRequest, open_shop: Callable[[str], Shop]) -> Shop:
    return open_shop(request.param)


def config_of(backend: str, provider: Sandbox) -> dict[str, Any]:
    given = provider.settings
    own = {"callback_url": "https://shop.example/payments/{payment_id}/callback"}
    if backend == "iamport":
        return own | {"key": given.key, "secret": given.secret, "user_code": given.user_code, "api_url": provider.url}
    keys = {"api_secret": V2_SECRET, "store_id": STORE_ID, "channel_key": PORTONE_CHANNELS[1].key}
    return own | keys | {"api_url": provider.portone.url, "webhook_secrets": [V2_WEBHOOK_SECRET]}


def test_the_registry_finds_both_backends(shop: Shop) -> None:
    others = [choice for choice in shop.sold["choices"] if choice[0] != "dummy"]
    assert others == [["iamport", "Iamport"], ["portone", "PortOne"]]


def test_a_payment_is_prepared_paid_and_refunded(shop: Shop) -> None:
    attempt = shop.opened()
    assert shop.ask("fetch")["status"] == "prepared"
    shop.provider.approve(attempt)
    paid = shop.ask("fetch")
    assert (paid["status"], paid["paid"], paid["external_id"]) == ("paid", PRICE, attempt)
    assert shop.ask("fetch")["paid"] == PRICE
    assert shop.ask("refund", amount="2000")["status"] == "refund_started"
    assert [shop.ask("fetch")[name] for name in ("status", "refunded")] == ["partially_paid", 2_000]
    shop.ask("refund")
    assert [shop.ask("fetch")[name] for name in ("status", "refunded")] == ["refunded", PRICE]


def test_the_window_has_the_addresses_of_the_shop(shop: Shop) -> None:
    written = json.dumps(shop.ask("prepare")["answer"]["window"])
    assert "https://shop.example/done" in written
    assert f"https://shop.example/payments/{shop.sold['id']}/callback" in written
    assert "김철수".encode("unicode_escape").decode() in written


def test_a_refund_whose_answer_was_lost_is_made_once(shop: Shop) -> None:
    attempt = shop.paid()
    shop.ask("refund", amount="2000")
    shop.ask("forget the refund")
    shop.ask("refund", amount="2000")  # made again by somebody who does not know that it was done
    assert shop.provider.payment(attempt).cancel_amount == 2_000
    assert shop.ask("fetch")["refunded"] == 2_000


def test_a_payment_that_was_given_back_meanwhile_takes_two_steps(shop: Shop) -> None:
    attempt = shop.opened()
    shop.provider.approve(attempt)
    shop.provider.console_cancel(attempt)
    assert [shop.ask("fetch")["status"] for _ in range(3)] == ["paid", "refunded", "refunded"]


def test_a_declined_attempt_fails_the_payment_and_a_later_one_pays_it(shop: Shop) -> None:
    parameters = shop.ask("prepare")["answer"]["window"]["parameters"]
    shop.provider.decline(shop.open(parameters))
    assert shop.ask("fetch")["status"] == "failed"
    shop.provider.approve(shop.open(parameters))
    assert shop.ask("fetch")["status"] == "paid"


def test_a_second_capture_is_told_and_does_not_pay_twice(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop("iamport")
    parameters = shop.ask("prepare")["answer"]["window"]["parameters"]["request_pay"]
    first, second = (shop.provider.request_pay(parameters).imp_uid for _ in range(2))
    for attempt in (first, second):
        shop.provider.approve(attempt)
    told = shop.ask("fetch")
    assert told["paid"] == PRICE
    assert {told["external_id"], *told["provider_data"]["also_captured"]} == {first, second}
    assert shop.ask("fetch")["status"] == "paid"


def test_a_callback_of_v1_is_only_a_hint(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop("iamport")
    attempt = shop.opened()
    said = {"imp_uid": attempt, "merchant_uid": shop.sold["id"], "status": "paid"}
    assert shop.ask("callback", body=json.dumps(said))["status"] == "prepared"
    another = shop.ask("callback", body=json.dumps(said | {"merchant_uid": "another"}))
    assert another["error"] == "InvalidCallbackError"
    shop.provider.approve(attempt)
    assert shop.ask("callback", body=json.dumps(said))["status"] == "paid"


def test_a_callback_of_v2_must_be_signed(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop("portone")
    shop.provider.approve(shop.opened())
    body = json.dumps({"type": "Transaction.Paid", "data": {"paymentId": shop.sold["id"]}})
    now = datetime.now(UTC)
    signature = Webhook(V2_WEBHOOK_SECRET).sign("msg_1", now, body)
    headers = {"WEBHOOK-ID": "msg_1", "WEBHOOK-TIMESTAMP": str(int(now.timestamp())), "WEBHOOK-SIGNATURE": signature}
    forged = shop.ask("callback", body=body, headers=headers | {"WEBHOOK-SIGNATURE": "v1,AAAA"})
    assert (forged["error"], forged["status"]) == ("InvalidCallbackError", "prepared")
    assert shop.ask("callback", body=body, headers=headers)["status"] == "paid"


def test_what_the_provider_refuses_is_getpaids_error_with_what_became_of_it(shop: Shop) -> None:
    attempt = shop.paid()
    shop.provider.console_cancel(attempt, 5_000)  # nobody has told the shop
    told = shop.ask("refund", amount="8000")
    assert (told["error"], told["context"]["outcome"], told["status"]) == ("RefundFailure", "refused", "paid")
    assert shop.ask("cancel the refund")["answer"] is False


def test_wrong_keys_and_unknown_settings_are_told(open_shop: Callable[..., Shop]) -> None:
    refused = open_shop("portone", api_secret="wrong").ask("prepare")
    assert (refused["error"], refused["status"]) == ("CredentialsError", "new")
    misspelt = open_shop("portone", api_sekret="secret").ask("prepare")
    assert misspelt["error"] == "GetPaidException"
    assert "portone.api_secret" in misspelt["sentence"]
    live = open_shop("iamport", mode="live").ask("prepare")
    assert "live mode" in live["sentence"]
