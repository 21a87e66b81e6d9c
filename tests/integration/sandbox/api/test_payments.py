"""Reading payments: one, many, find, findAll, status lists; and the code tables."""

import pytest
from support.patience import EVENTUALLY

from payments.entrypoints.sandbox import Sandbox

UNKNOWN = (404, -1, "존재하지 않는 결제정보입니다.", None)
DAY = 24 * 3600


@pytest.mark.fact("§4.1", "documented", "A test payment is a 404 by its imp_uid unless `include_sandbox=true` is sent.")
@pytest.mark.fact("§4.1", "documented", "`extension=true` adds an object of that name.")
@pytest.mark.fact("§4.1", "observed", "An unknown payment is a 404 with code -1, in words that were seen.")
def test_a_test_payment_is_hidden_unless_asked_for(sandbox: Sandbox, shop, paid: str) -> None:
    assert shop.get(f"/payments/{paid}") == UNKNOWN
    assert shop.get(f"/payments/{paid}", include_sandbox="false") == UNKNOWN
    found = shop.good("GET", f"/payments/{paid}?include_sandbox=true")
    assert (found["imp_uid"], found["status"], found["sandbox"], found["amount"]) == (paid, "paid", True, 1000)
    assert "extension" in shop.good("GET", f"/payments/{paid}?include_sandbox=true&extension=true")
    sandbox.settings.hide_sandbox_payments = False
    assert shop.get(f"/payments/{paid}")[0] == 200
    assert shop.get("/payments/imp_000000000000", include_sandbox="true") == UNKNOWN


@pytest.mark.fact(
    "§5", "observed", "A fresh row has no PG id, no approval number and no receipt; a paid card has the card's fields."
)
@pytest.mark.fact("§5", "observed", "An imp_uid is `imp_` and 12 digits.")
@pytest.mark.fact("§5", "documented", "`channel` tells a desk, a phone and the API apart.")
def test_a_paid_card_has_the_fields_that_were_seen(sandbox: Sandbox, shop) -> None:
    imp_uid = sandbox.open_window("a", 60000, name="책", buyer_name="홍길동", custom_data={"k": "v"}, pg="html5_inicis")
    ready = shop.good("GET", f"/payments/{imp_uid}?include_sandbox=true")
    assert {ready[name] for name in ("pg_tid", "apply_num", "pay_method", "card_code")} == {None}
    assert (ready["status"], ready["paid_at"], ready["receipt_url"]) == ("ready", 0, "")
    sandbox.approve(imp_uid, "kakaopay", quota=3)
    row = shop.good("GET", f"/payments/{imp_uid}?include_sandbox=true")
    assert (row["pay_method"], row["emb_pg_provider"], row["card_quota"]) == ("card", "kakaopay", 3)
    assert (row["card_code"], row["card_name"], row["card_type"]) == ("361", "BC카드", 0)
    assert len(row["apply_num"]) == 8
    assert (row["custom_data"], row["buyer_name"], row["channel"]) == ('{"k": "v"}', "홍길동", "pc")
    assert row["paid_at"] == row["started_at"] == sandbox.clock.now()
    assert row["imp_uid"].startswith("imp_")
    assert len(row["imp_uid"]) == 16


@pytest.mark.fact(
    "§5", "documented", "An amount is a JSON number: whole in won, with a fraction where the currency has one."
)
def test_money_of_another_currency_may_have_a_fraction(sandbox: Sandbox, shop) -> None:
    opened = shop.session.post(
        sandbox.url + "/_sandbox/payments",
        json={"merchant_uid": "usd", "amount": 10.55, "currency": "USD"},
        timeout=EVENTUALLY,
    ).json()
    row = shop.good("GET", f"/payments/{opened['imp_uid']}?include_sandbox=true")
    assert (row["amount"], row["currency"]) == (10.55, "USD")


@pytest.mark.fact(
    "§4.1",
    "documented",
    "Many payments are asked for by `imp_uid[]` and `merchant_uid[]`, 100 at most, and answered as an array.",
)
@pytest.mark.fact("§4.1", "documented", "That is a 207 when some are missing and a 404 when all are.")
def test_many_payments_are_asked_for_at_once(sandbox: Sandbox, shop, paid: str) -> None:
    second = sandbox.open_window("order-2", 500)
    rows = shop.good("GET", f"/payments?imp_uid[]={paid}&merchant_uid[]=order-2")
    assert [row["imp_uid"] for row in rows] == [paid, second]
    assert shop.good("GET", f"/payments?imp_uid[0]={paid}")[0]["imp_uid"] == paid
    http, code, _, rows = shop.get("/payments", **{"imp_uid[]": [paid, "imp_none"]})
    assert (http, code, len(rows)) == (207, 0, 1)
    assert shop.get("/payments", **{"imp_uid[]": ["imp_none"]}) == UNKNOWN
    assert shop.get("/payments")[0] == 400
    assert shop.get("/payments", **{"imp_uid[]": ["x"] * 101})[0] == 400


@pytest.fixture
def attempts(sandbox: Sandbox) -> list[str]:
    """Three attempts at order-1, ten seconds apart: failed, paid, walked away from."""
    uids = []
    for _ in range(3):
        uids.append(sandbox.open_window("order-1", 1000))
        sandbox.move_clock(10)
    sandbox.decline(uids[0])
    sandbox.move_clock(10)
    sandbox.approve(uids[1])
    return uids


@pytest.mark.fact("§4.1", "documented", "find gives the first by the sorting, with a status the newest that has it.")
@pytest.mark.fact("§4.1", "documented", "An order or a status that nobody has is a 404.")
@pytest.mark.fact(
    "§4.1", "documented", "Only a look-up by imp_uid hides test payments; find, findAll and lists show them."
)
def test_find_hides_the_paid_attempt_behind_a_newer_one(shop, attempts: list[str]) -> None:
    assert shop.good("GET", "/payments/find/order-1")["imp_uid"] == attempts[2]
    assert shop.good("GET", "/payments/find/order-1/paid")["imp_uid"] == attempts[1]
    assert shop.good("GET", "/payments/find/order-1?sorting=started")["imp_uid"] == attempts[0]
    assert shop.good("GET", "/payments/find/order-1?sorting=-updated")["imp_uid"] == attempts[1]
    assert shop.get("/payments/find/order-1/cancelled") == UNKNOWN
    assert shop.get("/payments/find/nobody") == UNKNOWN
    assert shop.get("/payments/find/order-1/bad")[0] == 400


@pytest.mark.fact(
    "§4.1", "documented", "findAll gives every attempt of an order in pages of `total`, `previous`, `next` and `list`."
)
def test_find_all_shows_every_attempt_in_pages(shop, attempts: list[str]) -> None:
    page = shop.good("GET", "/payments/findAll/order-1?sorting=started&limit=2")
    assert [row["imp_uid"] for row in page["list"]] == attempts[:2]
    assert (page["total"], page["previous"], page["next"]) == (3, 0, 2)
    page = shop.good("GET", "/payments/findAll/order-1?sorting=started&limit=2&page=2")
    assert [row["imp_uid"] for row in page["list"]] == attempts[2:]
    assert (page["previous"], page["next"]) == (1, 0)
    assert [row["status"] for row in shop.good("GET", "/payments/findAll/order-1/failed")["list"]] == ["failed"]
    assert shop.get("/payments/findAll/nobody") == UNKNOWN
    assert shop.get("/payments/findAll/order-1/bad")[0] == 400


@pytest.mark.fact("§4.1", "guessed", "A merchant_uid in a path is percent-encoded and may hold a slash.")
def test_a_merchant_uid_may_hold_anything_when_it_is_encoded(sandbox: Sandbox, shop) -> None:
    imp_uid = sandbox.open_window("a/b c%한?", 100)
    assert shop.good("GET", "/payments/find/a%2Fb%20c%25%ED%95%9C%3F")["imp_uid"] == imp_uid
    assert shop.good("GET", "/payments/findAll/a%2Fb%20c%25%ED%95%9C%3F/ready")["total"] == 1


@pytest.mark.fact("§4.1", "documented", "Lists are by status or `all`; a page beyond the data is a 400.")
@pytest.mark.fact("§4.1", "documented", "`from` and `to` are inclusive, span 90 days at most, and end now by default.")
@pytest.mark.fact("§4.1", "observed", "A status that is none is a 400 in words that were seen.")
def test_lists_by_status(sandbox: Sandbox, shop, attempts: list[str]) -> None:
    for status, number in (("all", 3), ("paid", 1), ("failed", 1), ("ready", 1), ("cancelled", 0)):
        assert shop.good("GET", f"/payments/status/{status}")["total"] == number
    assert shop.get("/payments/status/bad") == (400, -1, "지원되지 않는 상태값입니다.", None)
    assert shop.get("/payments/status/all", page=2)[0] == 400
    paid_at = sandbox.payment(attempts[1]).paid_at
    assert shop.good("GET", f"/payments/status/paid?from={paid_at}&to={paid_at}")["total"] == 1
    assert shop.good("GET", f"/payments/status/paid?from={paid_at + 1}")["total"] == 0
    assert shop.good("GET", f"/payments/status/paid?to={paid_at - 1}")["total"] == 0
    assert shop.get("/payments/status/paid", **{"from": paid_at - 90 * DAY - 1, "to": paid_at})[0] == 400
    sandbox.move_clock(91 * DAY)
    shop.sign_in()
    assert shop.good("GET", "/payments/status/all")["total"] == 0, "by default the last 90 days"


@pytest.mark.parametrize("query", ["page=0", "page=x", "limit=0", "page=1.5", "from=yesterday"])
def test_a_list_wants_numbers(shop, query: str) -> None:
    assert shop.get(f"/payments/status/all?{query}")[0] == 400


@pytest.mark.fact("§4.1", "documented", "`/users/pg` lists the store's channels; banks and cards have code tables.")
def test_channels_and_code_tables(shop) -> None:
    channel = shop.good("GET", "/users/pg")[0]
    assert sorted(channel) == ["channel_key", "channel_name", "pg_id", "pg_provider", "sandbox", "type"]
    assert (channel["pg_provider"], channel["pg_id"], channel["sandbox"]) == ("html5_inicis", "INIpayTest", True)
    for table, code, name in (("banks", "004", "KB국민은행"), ("cards", "361", "BC카드")):
        assert {"code": code, "name": name} in shop.good("GET", f"/{table}")
        assert shop.good("GET", f"/{table}/{code}") == {"code": code, "name": name}
        assert shop.get(f"/{table}/zzz")[0] == 404
