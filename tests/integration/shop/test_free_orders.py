"""A coupon makes the price 0: the shop completes the order itself, once, and nothing of it can be paid."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import attrs
import pytest
from starlette.testclient import TestClient

from payments.entrypoints.shop.app import shop_app
from payments.entrypoints.shop.catalogue import plan_of
from payments.entrypoints.shop.free import FreeOrders
from payments.entrypoints.shop.settings import ShopSettings
from payments.entrypoints.shop.visitors import Signer, Visitor

NOBODY = "http://127.0.0.1:9"
SIGNER = Signer(secret="s" * 32, issuer="shop", audience="payments")


@attrs.frozen
class Guest:
    """A visitor of a shop whose payments API does not even answer."""

    client: TestClient
    visitor: Visitor

    def free_order(self) -> str:
        """Use the coupon, and return the address of the order."""
        return self.client.get("/coupon", follow_redirects=False).headers["location"]


@pytest.fixture
def guest() -> Iterator[Guest]:
    settings = ShopSettings(api=NOBODY, script=f"{NOBODY}/v1/iamport.js", signer=SIGNER)
    visitor = Visitor.random()
    with TestClient(shop_app(settings), cookies={"shop_visitor": SIGNER.cookie(visitor)}) as client:
        client.headers["Accept-Language"] = "en"
        yield Guest(client, visitor)


def test_a_free_order_is_completed_without_a_payment(guest: Guest) -> None:
    order = guest.free_order()
    before = guest.client.get(order)
    assert "There is nothing to pay" in before.text
    assert '<dd id="total">₩0</dd>' in before.text
    done = guest.client.post(order)
    assert done.status_code == 200
    assert "Your order is complete" in done.text
    assert 'id="complete"' not in done.text
    assert "주문이 완료되었습니다" in guest.client.get(order, headers={"Accept-Language": "ko"}).text


def test_a_second_press_and_a_second_order_lead_to_the_first_one(guest: Guest) -> None:
    first, second = guest.free_order(), guest.free_order()
    assert first != second
    for order in (first, first, second):
        assert guest.client.post(order, follow_redirects=False).headers["location"] == first
    assert guest.client.get(second, follow_redirects=False).headers["location"] == first
    assert guest.free_order() == first


def test_a_coupon_that_is_used_at_the_same_moment_delivers_once() -> None:
    delivered: list[str] = []
    orders = FreeOrders(delivered.append)
    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(lambda n: orders.complete("kim", f"order-{n}"), range(200)))
    assert len(delivered) == 1
    assert set(results) == set(delivered)
    assert orders.complete("lee", "order-of-lee") == "order-of-lee"
    assert len(delivered) == 2


def test_a_free_order_is_no_order_that_could_be_paid_as_well(guest: Guest) -> None:
    order = guest.free_order().removeprefix("/free/")
    assert plan_of(order) is None
    assert guest.client.get(f"/checkout/{order}").status_code == 404


@pytest.mark.parametrize("order", ["month-20260101-0123456789", "free-year-20260101-0123456789", "free", "x" * 300])
def test_only_the_coupons_own_orders_are_free(guest: Guest, order: str) -> None:
    assert guest.client.get(f"/free/{order}").status_code == 404
    assert guest.client.post(f"/free/{order}").status_code == 404


def test_completed_orders_do_not_fill_the_memory() -> None:
    orders = FreeOrders(limit=2)
    for buyer in ("a", "b", "c"):
        orders.complete(buyer, f"order-{buyer}")
    assert (orders.of("a"), orders.of("b"), orders.of("c")) == (None, "order-b", "order-c")


def test_another_sites_form_completes_nothing(guest: Guest) -> None:
    order = guest.free_order()
    assert guest.client.post(order, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert "There is nothing to pay" in guest.client.get(order).text
