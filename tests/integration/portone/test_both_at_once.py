"""One shop at both generations: each payment stays where it was made, and neither takes the other's for its own."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
import requests
from integration.contracts.gateway.broken_portone import RecordsV1
from integration.contracts.gateway.portone_provider import account_at
from standardwebhooks import Webhook
from support.api import GOLD, api_settings, bearer, serving, signed
from support.patience import EVENTUALLY
from typed_settings import Secret

from payments.adapters.portone import PortOneGateway
from payments.adapters.prices.toml_file import PriceList
from payments.domain.errors import PaymentNotFound
from payments.domain.machine import Status
from payments.domain.refunding import RefundOrder
from payments.domain.use_cases.shadow import Compared, Shadow
from payments.domain.values import Caller, GatewayId, MerchantId, Method
from payments.entrypoints.blocking import run
from payments.entrypoints.bootstrap import opened
from payments.entrypoints.http.app import http_app
from payments.entrypoints.providers import accounts_of, ask_provider, shadow_of
from payments.entrypoints.sandbox import KEY, SECRET, USER_CODE, Sandbox
from payments.entrypoints.sandbox.serve import running_sandbox
from payments.entrypoints.service import Service
from payments.entrypoints.settings import ChannelOptions, HttpSettings, IamportOptions, PortOneOptions, Settings

ALICE = bearer(signed({"sub": "alice"}))
OPERATOR = Caller.shop("kim")


@attrs.frozen
class Shop:
    url: str
    service: Service
    sandbox: Sandbox

    def begun(self, method: str = "card", order: str = "gold") -> dict[str, Any]:
        body = {"order": order, "method": method}
        answer = requests.post(f"{self.url}/payments", json=body, headers=ALICE, timeout=EVENTUALLY)
        assert answer.status_code == 201, answer.text
        begun: dict[str, Any] = answer.json()
        return begun

    def paid(self, method: str = "card", order: str = "gold") -> tuple[MerchantId, GatewayId]:
        """Begin a payment, pay in the window that the API named, and complete it as a browser does."""
        payment = self.begun(method, order)
        name, window = payment["merchant_id"], payment["window"]
        if window["provider"] == "portone":
            attempt = self.sandbox.portone.request_payment(window["parameters"]["request_payment"]).imp_uid
        else:
            attempt = self.sandbox.request_pay(window["parameters"]["request_pay"]).imp_uid
        self.sandbox.approve(attempt)
        body = {"gateway_id": attempt}
        done = requests.post(f"{self.url}/payments/{name}/complete", json=body, headers=ALICE, timeout=EVENTUALLY)
        assert (done.status_code, done.json()["status"]) == (200, "paid"), done.text
        return MerchantId(name), GatewayId(attempt)

    def refunded(self, name: MerchantId, amount: int | None = None) -> Status:
        order = RefundOrder(reason="변심", amount=amount)
        return run(self.service.refunds.refund(OPERATOR, name, order)).payment.status

    def hook(self, body: bytes, headers: dict[str, str]) -> requests.Response:
        return requests.post(f"{self.url}/webhooks/portone", data=body, headers=headers, timeout=EVENTUALLY)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox() as running:
        yield running


@pytest.fixture
def settings(sandbox: Sandbox, tmp_path: Any) -> Settings:
    v2 = sandbox.portone.settings
    return attrs.evolve(
        api_settings(f"sqlite:///{tmp_path / 'shop.sqlite3'}"),
        iamport=IamportOptions(key=Secret(KEY), secret=Secret(SECRET), user_code=USER_CODE, api_url=sandbox.url),
        portone=PortOneOptions(
            api_secret=Secret(v2.secret),
            store_id=v2.store_id,
            channel_key=v2.channels[0].key,
            webhook_secrets=v2.webhook_secrets,
            api_url=sandbox.portone.url,
        ),
        channels=(
            ChannelOptions(name="k", provider="portone", channel_key=v2.channels[1].key, methods=(Method.KAKAOPAY,)),
        ),
        http=HttpSettings(secret=Secret("x" * 32)),
    )


@pytest.fixture
def shop(sandbox: Sandbox, settings: Settings) -> Iterator[Shop]:
    with opened(settings, prices=PriceList({"gold": GOLD})) as service, serving(http_app(service)) as url:
        yield Shop(url, service, sandbox)


def test_the_method_chooses_the_provider_and_the_page_is_told_which_window(shop: Shop) -> None:
    card, kakao = shop.begun("card", "gold#1"), shop.begun("kakaopay", "gold#2")
    assert (card["provider"], card["window"]["provider"]) == ("iamport", "iamport")
    assert (kakao["provider"], kakao["window"]["provider"]) == ("portone", "portone")
    assert kakao["window"]["parameters"]["request_payment"]["totalAmount"] == 12_000


def test_each_is_paid_and_refunded_where_it_was_made(shop: Shop) -> None:
    (old, _), (new, _) = shop.paid("card", "gold#1"), shop.paid("kakaopay", "gold#2")
    assert [shop.refunded(old, 5_000), shop.refunded(new, 5_000)] == [Status.PAID] * 2
    assert [shop.refunded(old), shop.refunded(new)] == [Status.CANCELLED] * 2
    for name in (old, new):
        assert run(shop.service.payments.get(name)).refunded == 12_000


def test_v2_shows_the_payments_of_v1_and_none_of_them_is_recorded_twice(shop: Shop) -> None:
    (old, _), (new, _) = shop.paid("card", "gold#1"), shop.paid("kakaopay", "gold#2")
    done = run(shop.service.reconciliation.recent())
    assert (done.troubles, done.skipped, done.foreign, done.changed) == ([], [], 0, 0)
    for name in (old, new):
        payment = run(shop.service.payments.get(name))
        assert (payment.status, len(payment.attempts)) == (Status.PAID, 1)
    assert list(run(shop.service.refunds.orphans_page(OPERATOR))) == []


def test_a_payment_that_no_browser_completed_is_found_in_its_own_list(shop: Shop) -> None:
    payment = shop.begun("kakaopay")
    attempt = shop.sandbox.portone.request_payment(payment["window"]["parameters"]["request_payment"]).imp_uid
    shop.sandbox.approve(attempt)
    assert run(shop.service.reconciliation.recent()).changed == 1
    assert run(shop.service.payments.get(MerchantId(payment["merchant_id"]))).status is Status.PAID


def test_another_choice_of_the_buyer_begins_anew_at_the_other_provider(shop: Shop) -> None:
    first, second = shop.begun("card"), shop.begun("kakaopay")
    assert first["merchant_id"] != second["merchant_id"]
    assert run(shop.service.payments.get(MerchantId(first["merchant_id"]))).status is Status.CANCELLED


def test_a_signed_webhook_makes_its_payment_due_and_a_forged_one_is_refused(shop: Shop, settings: Settings) -> None:
    payment = shop.begun("kakaopay")
    name, at = MerchantId(payment["merchant_id"]), datetime.now(UTC)
    body = json.dumps({"type": "Transaction.Paid", "data": {"paymentId": name, "transactionId": "t"}}).encode()
    headers = {"webhook-id": "msg-1", "webhook-timestamp": str(int(at.timestamp()))}
    forged = shop.hook(body, headers | {"webhook-signature": "v1,AAAA"})
    assert (forged.status_code, forged.json()["slug"]) == (401, "webhook-forged")
    due = run(shop.service.payments.get(name)).due_at
    signature = Webhook(settings.portone.webhook_secrets[0]).sign("msg-1", at, body.decode())
    assert shop.hook(body, headers | {"webhook-signature": signature}).status_code == 200
    assert run(shop.service.payments.get(name)).due_at != due


def test_a_webhook_of_a_provider_without_settings_is_not_found(shop: Shop) -> None:
    answer = requests.post(f"{shop.url}/webhooks/nobody", data=b"{}", timeout=EVENTUALLY)
    assert (answer.status_code, answer.json()["slug"]) == (404, "provider-not-found")


def test_a_returning_phone_is_understood_in_the_words_of_its_provider(shop: Shop) -> None:
    payment = shop.begun("kakaopay")
    attempt = shop.sandbox.portone.request_payment(payment["window"]["parameters"]["request_payment"]).imp_uid
    shop.sandbox.approve(attempt)
    where = f"{shop.url}/payments/return?paymentId={payment['merchant_id']}&txId={attempt}&transactionType=PAYMENT"
    assert requests.get(where, timeout=EVENTUALLY).status_code == 200
    assert run(shop.service.payments.get(MerchantId(payment["merchant_id"]))).status is Status.PAID


def test_both_are_asked_whether_they_accept_the_keys(settings: Settings) -> None:
    for account in accounts_of(settings).values():
        ask_provider(account)


def compared(shop: Shop, settings: Settings) -> Compared:
    end = datetime.now(UTC) + timedelta(seconds=2)
    with shadow_of(settings) as lists:
        return run(Shadow(payments=shop.service.payments, lists=lists).between(end - timedelta(days=100), end))


def test_the_shadow_agrees_with_our_books_and_tells_what_differs(shop: Shop, settings: Settings) -> None:
    (name, attempt), _ = shop.paid("card", "gold#1"), shop.paid("kakaopay", "gold#2")
    agreed = compared(shop, settings)
    assert (agreed.rows, agreed.differences, agreed.skipped) == (1, [], [])
    shop.sandbox.console_cancel(attempt, 5_000)  # nobody here has heard of it yet
    before = run(shop.service.payments.get(name))
    assert compared(shop, settings).differences == [
        f"{name} {attempt}: the refunded sum is 0 here and 5000 there",
    ]
    assert run(shop.service.payments.get(name)) == before


@pytest.mark.parametrize(("kind", "noticed"), [(PortOneGateway, False), (RecordsV1, True)])
def test_a_gateway_that_takes_a_payment_of_v1_for_its_own_is_noticed(
    shop: Shop, sandbox: Sandbox, kind: type[PortOneGateway], noticed: bool
) -> None:
    """Its capture would be money that our books do not explain."""
    shop.paid("card")
    now = datetime.now(UTC)
    with kind(account_at(sandbox)) as gateway:
        listed = run(gateway.listing(now - timedelta(hours=1), now + timedelta(seconds=2), 1)).reports
    assert bool(listed) is noticed
    for one in listed:
        with pytest.raises(PaymentNotFound):
            run(shop.service.refresher.record(one, "test"))
    assert bool(run(shop.service.refunds.orphans_page(OPERATOR))) is noticed
