"""An attempt that cannot be read keeps a payment open; only the shop closes it by force, and later money goes back."""

from collections.abc import Iterator

import pytest
from support.api import RunningApi, running_api, slug

from payments.adapters.memory.gateway import MemoryGateway
from payments.domain.money import Money
from payments.domain.ports import Attempts
from payments.domain.values import MerchantId


class PuzzlingGateway(MemoryGateway):
    """A provider that shows a row of a kind that nobody knows, beside those that can be read."""

    puzzling = True

    async def attempts(self, merchant_id: MerchantId) -> Attempts:
        known = await super().attempts(merchant_id)
        return Attempts(known.reports, ("attempt_x has the status 'escrowed'",)) if self.puzzling else known


@pytest.fixture
def api() -> Iterator[RunningApi]:
    with running_api(gateway=PuzzlingGateway()) as running:
        yield running


def cancel(api: RunningApi, merchant_id: str, headers: dict[str, str], *, force: bool):
    return api.post(f"/payments/{merchant_id}/cancel", {"force": force}, headers=headers)


@pytest.mark.parametrize("force", [False, True])
def test_a_buyer_cannot_close_it_even_by_force(api: RunningApi, force):
    merchant_id = api.begun()["merchant_id"]
    answer = cancel(api, merchant_id, api.alice, force=force)
    assert (answer.status_code, slug(answer)) == (409, "attempt-unreadable")
    assert api.stored(merchant_id).status == "awaiting"


def test_the_shop_closes_it_only_by_force(api: RunningApi):
    merchant_id = api.begun()["merchant_id"]
    assert slug(cancel(api, merchant_id, api.shop, force=False)) == "attempt-unreadable"
    closed = cancel(api, merchant_id, api.shop, force=True)
    assert (closed.status_code, closed.json()["status"], closed.json()["reason"]) == (200, "cancelled", "shop")


def test_an_order_beside_it_cannot_be_begun_at_another_price(api: RunningApi):
    order = {"buyer": "kim", "order": "7", "name": "Seven"}
    assert api.post("/payments", order | {"amount": 700}, headers=api.shop).status_code == 201
    answer = api.post("/payments", order | {"amount": 800}, headers=api.shop)
    assert (answer.status_code, slug(answer)) == (409, "attempt-unreadable")


def test_money_that_appears_after_a_forced_close_is_late_and_goes_back(api: RunningApi):
    payment = api.begun()
    merchant_id = payment["merchant_id"]
    attempt = api.gateway.open(merchant_id, Money(payment["amount"]))
    assert cancel(api, merchant_id, api.shop, force=True).status_code == 200
    api.gateway.approve(attempt)
    api.gateway.puzzling = False
    assert api.hears(imp_uid=attempt).status_code == 200
    api.work()
    (shown,) = api.get(f"/payments/{merchant_id}", headers=api.shop).json()["attempts"]
    assert (shown["disposition"], shown["refunded"]) == ("late", 12_000)
    assert api.stored(merchant_id).status == "cancelled"


def test_a_buyer_reads_that_something_is_unclear_but_not_what_the_provider_sent(api: RunningApi):
    merchant_id = api.begun()["merchant_id"]
    cancel(api, merchant_id, api.shop, force=False)
    for headers, reason in ((api.alice, ""), (api.shop, "attempt_x has the status 'escrowed'")):
        event = api.get(f"/payments/{merchant_id}/events", headers=headers).json()["events"][-1]
        assert (event["kind"], event["reason"]) == ("attempt_unreadable", reason)
