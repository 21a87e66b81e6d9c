"""Searches over HTTP: every condition, days in a zone, cursors of their own list, and what a buyer may ask."""

import pytest
from support.api import RunningApi

SHOP_ONLY = ["called=none", "name=zzz", "paid_twice=true", "questioned=true"]


def found(api: RunningApi, query: str, **options: object) -> list[str]:
    answer = api.get(f"/payments?{query}", headers=options.get("headers", api.shop))
    assert answer.status_code == 200, answer.text
    return [one["merchant_id"] for one in answer.json()["payments"]]


@pytest.fixture
def paid(api: RunningApi) -> str:
    """One paid payment beside one that is not."""
    payment, _ = api.paid("gold")
    api.begun("silver")
    return payment["merchant_id"]


def test_orders_that_were_paid_twice_are_looked_for_in_at_most_a_year(api: RunningApi, paid: str):
    assert found(api, "paid_twice=true") == found(api, "paid_twice=true&from=2026-01-01&to=2026-12-31") == []
    refused = api.get("/payments?paid_twice=true&from=2020-01-01&to=2026-12-31", headers=api.shop)
    assert (refused.status_code, refused.json()["detail"]) == (
        422,
        "Orders that were paid twice are searched in at most 366 days.",
    )


def test_a_payment_is_found_by_order_sum_method_and_name(api: RunningApi, paid: str):
    known = api.get(f"/payments/{paid}", headers=api.shop).json()
    assert found(api, f"order={known['order']}") == [paid]
    assert found(api, f"called={known['order']}") == found(api, f"called={paid}") == [paid]
    assert found(api, f"amount={known['amount']}&currency=KRW&method=card&status=paid") == [paid]
    assert found(api, f"name={known['name'][:3]}") == [paid]
    assert found(api, "method=payco") == found(api, "amount=1") == []


def test_a_period_is_given_in_days_of_a_zone_or_in_moments(api: RunningApi, paid: str):
    assert found(api, "period=captured&from=2020-01-01&to=2099-12-31&zone=America/New_York") == [paid]
    assert found(api, "period=captured&from=2020-01-01T00:00:00Z") == [paid]
    assert found(api, "period=captured&to=2020-01-01") == found(api, "period=refunded") == []


@pytest.mark.parametrize(
    "query", ["from=yesterday", "to=2026-02-30", "zone=Mars", "from=2026-02-02&to=2026-02-01", "amount=1e3", "amount=0",
              "currency=won", "period=paid", "method=cash", "since=2026-01-01", "name=", "order="],
)  # fmt: skip
def test_what_cannot_be_searched_for_is_malformed(api: RunningApi, query: str):
    assert api.get(f"/payments?{query}", headers=api.shop).json()["slug"] == "malformed-request"


def test_a_cursor_belongs_to_its_own_search(api: RunningApi):
    for order in ("gold", "silver"):
        api.paid(order)
    query = "/payments?period=captured&limit=1"
    cursor = api.get(query, headers=api.shop).json()["next"]
    rest = api.get(f"{query}&cursor={cursor}", headers=api.shop).json()
    assert (len(rest["payments"]), "next" in rest) == (1, False)
    assert api.get(f"/payments?limit=1&cursor={cursor}", headers=api.shop).json()["slug"] == "malformed-request"


@pytest.mark.parametrize("query", SHOP_ONLY)
def test_what_only_the_shop_may_ask_is_ignored_for_a_buyer(api: RunningApi, paid: str, query: str):
    assert paid not in found(api, query)
    assert paid in found(api, query, headers=api.alice)


def test_a_buyer_searches_their_own_payments_alone(api: RunningApi, paid: str):
    assert found(api, "period=captured", headers=api.alice) == [paid]
    assert found(api, "period=captured", headers=api.bob) == []
