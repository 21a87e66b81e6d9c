"""What single PGs add: escrow parcels, Naver's product orders, PAYCO, Kakao Pay, holders of accounts."""

from typing import Any

import pytest

from payments.entrypoints.sandbox import Sandbox

PERSON = {"name": "홍길동", "tel": "010-1234-5678", "addr": "서울", "postcode": "06018"}
PARCEL = {"company": "LOGEN", "invoice": "123456789", "sent_at": 1_700_000_000}
DELIVERY = {"sender": PERSON, "receiver": PERSON, "logis": PARCEL}


def bought(sandbox: Sandbox, pg: str, merchant_uid: str = "o-1", **params: Any) -> str:
    imp_uid = sandbox.open_window(merchant_uid, 1100, pg=pg, **params)
    sandbox.approve(imp_uid)
    return imp_uid


@pytest.mark.fact("§2", "documented", "Escrow parcels that clash are a 409.")
def test_an_escrow_payments_parcel_is_registered_once_then_corrected(shop, sandbox: Sandbox) -> None:
    path = f"/escrows/logis/{bought(sandbox, 'html5_inicis', escrow=True)}"
    assert shop.get(path)[0] == shop.call("PUT", path, json=DELIVERY)[0] == 409
    made = shop.good("POST", path, json=DELIVERY)
    assert made == PARCEL | {"applied_at": sandbox.clock.now()}
    assert shop.post(path, **DELIVERY)[0] == 409
    form = {f"{part}[{name}]": value for part, values in DELIVERY.items() for name, value in values.items()}
    changed = shop.good("PUT", path, data=form | {"logis[invoice]": "987"})
    assert shop.good("GET", path) == changed == made | {"invoice": "987"}
    for bad in ({"sender": None}, {"logis": {}}, {"logis": {"company": "LOGEN", "invoice": "1"}}, {"receiver": "me"}):
        assert shop.post(path, **DELIVERY | bad)[0] == 400, bad


def test_only_an_escrow_payment_of_a_pg_that_takes_it_has_a_parcel(shop, sandbox: Sandbox) -> None:
    plain, kakao = bought(sandbox, "html5_inicis"), bought(sandbox, "kakaopay", "o-2", escrow=True)
    assert shop.post(f"/escrows/logis/{plain}", **DELIVERY)[0] == 409
    assert shop.post(f"/escrows/logis/{kakao}", **DELIVERY)[0] == 400
    assert shop.post("/escrows/logis/imp_none", **DELIVERY)[0] == 404


SHIP = {"delivery_method": "DELIVERY", "dispatched_at": 1_700_000_000}


@pytest.mark.fact("§2", "documented", "Naver's orders that fail are a 500.")
def test_product_orders_are_shipped_returned_and_refunded(shop, sandbox: Sandbox) -> None:
    imp_uid = bought(sandbox, "naverco", buyer_name="홍길동")
    path = f"/payments/{imp_uid}/naver"
    (order,) = shop.good("GET", f"{path}/product-orders")
    assert (order["product_order_status"], order["product_amount"]) == ("PAYED", 1100)
    assert shop.good("GET", f"/naver/product-orders/{order['product_order_id']}") == order
    shop.good("POST", f"{path}/place")
    assert shop.post(f"{path}/ship")[0] == 400
    assert shop.good("POST", f"{path}/ship", json=SHIP)[0]["product_order_status"] == "DELIVERING"
    assert shop.post(f"{path}/approve-return")[:2] == (500, -1), "nobody asked to return it"
    asked = {"delivery_method": "RETURN_INDIVIDUAL", "product_order_id": [order["product_order_id"]]}
    assert shop.good("POST", f"{path}/request-return", json=asked)[0]["claim_status"] == "RETURN_REQUEST"
    assert shop.post(f"{path}/withhold-return")[0] == 400
    shop.good("POST", f"{path}/withhold-return", json={"memo": "상품 미도착"})
    shop.good("POST", f"{path}/resolve-return")
    assert sandbox.payment(imp_uid).cancel_amount == 0
    done = shop.good("POST", f"{path}/approve-return")[0]
    assert (done["product_order_status"], done["claim_status"]) == ("RETURNED", "RETURN_DONE")
    assert (sandbox.payment(imp_uid).status, sandbox.payment(imp_uid).cancel_amount) == ("cancelled", 1100)
    assert shop.post(f"{path}/cancel")[0] == 500, "returned already"


def test_some_orders_of_a_call_may_fail(shop, sandbox: Sandbox) -> None:
    path = f"/payments/{bought(sandbox, 'naverco')}/naver"
    order = shop.good("GET", f"{path}/product-orders")[0]["product_order_id"]
    http, code, _, rows = shop.post(f"{path}/place", product_order_id=[order, "none"])
    assert (http, code, [row["product_order_id"] for row in rows]) == (207, 0, [order])
    assert shop.post(f"{path}/place", product_order_id=["none"])[0] == 500
    assert shop.get("/naver/product-orders/none")[0] == 404


@pytest.mark.parametrize("action", ["cancel", "approve-cancel"])
def test_a_cancelled_order_gives_its_money_back(shop, sandbox: Sandbox, action: str) -> None:
    imp_uid = bought(sandbox, "naverco")
    done = shop.good("POST", f"/payments/{imp_uid}/naver/{action}", json={"reason": "SOLD_OUT"})
    assert done[0]["product_order_status"] == "CANCELED"
    assert sandbox.payment(imp_uid).cancel_amount == 1100


def test_exchanges_and_refused_returns_move_no_money(shop, sandbox: Sandbox) -> None:
    imp_uid = bought(sandbox, "naverco")
    path = f"/payments/{imp_uid}/naver"
    assert shop.good("POST", f"{path}/collect-exchanged")[0]["claim_status"] == "COLLECT_DONE"
    assert shop.good("POST", f"{path}/ship-exchanged", json=SHIP)[0]["claim_status"] == "EXCHANGE_REDELIVERING"
    shop.good("POST", f"{path}/request-return", json=SHIP)
    assert shop.good("POST", f"{path}/reject-return", json={"memo": "기한 경과"})[0]["claim_status"] == "RETURN_REJECT"
    assert sandbox.payment(imp_uid).cancel_amount == 0


def test_naver_payments_earn_points_and_tell_what_is_cash(shop, sandbox: Sandbox) -> None:
    path = f"/payments/{bought(sandbox, 'naverpay')}/naver"
    assert shop.good("POST", f"{path}/point") is None
    assert shop.good("POST", f"{path}/confirm", json={"requester": "admin"}) is None
    cash = shop.good("GET", f"{path}/cash-amount")
    assert (cash["amount_total"], cash["amount_supply"], cash["amount_vat"]) == (1100, 1000, 100)
    assert shop.post(f"/payments/{bought(sandbox, 'kakaopay', 'o-2')}/naver/point")[0] == 400


def test_reviews_are_read_by_the_time_they_were_written(shop, sandbox: Sandbox) -> None:
    for at in (10, 20, 30):
        sandbox.naver.add_review({"review_id": str(at), "created_at": at})
    found = shop.good("GET", "/naver/reviews", params={"from": 10, "to": 20, "review_type": "general"})
    assert [review["review_id"] for review in found] == ["10", "20"]
    assert shop.get("/naver/reviews")[0] == 400


@pytest.mark.fact("§4.1", "documented", "`/balance` is for PAYCO alone.")
def test_payco_tells_what_a_payment_consists_of(shop, sandbox: Sandbox) -> None:
    imp_uid = bought(sandbox, "payco")
    shop.good("POST", "/payments/cancel", json={"imp_uid": imp_uid, "amount": 110})
    told = shop.good("GET", f"/payments/{imp_uid}/balance")
    assert (told["amount"], told["primary"]) == (1100, {"tax_free": 0, "supply": 900, "vat": 90, "service": 0})
    assert [entry["primary"]["supply"] for entry in told["histories"]] == [1000, -100]
    assert shop.good("POST", f"/payco/orders/status/{imp_uid}", data={"status": "CANCELED"}) == {"status": "CANCELED"}
    assert shop.post(f"/payco/orders/status/{imp_uid}", status="asdf")[0] == 400
    other = bought(sandbox, "kakaopay", "o-2")
    assert shop.get(f"/payments/{other}/balance")[0] == 400
    assert shop.get("/payments/imp_none/balance")[0] == 404


def test_kakao_lists_a_days_orders(shop, sandbox: Sandbox) -> None:
    for n in range(21):
        bought(sandbox, "kakaopay", f"o-{n}")
    sandbox.console_cancel(sandbox.payments("o-0")[0].imp_uid, 100)
    day = {"payment_request_date": "20231115"}  # 2023-11-14T22:13:20Z
    first = shop.good("GET", "/kakao/payment/orders", params=day)
    assert (first["page"]["total_size"], first["page"]["last"], len(first["orders"])) == (21, False, 20)
    assert [order["status"] for order in first["orders"][:2]] == ["PART_CANCEL_PAYMENT", "SUCCESS_PAYMENT"]
    assert len(shop.good("GET", "/kakao/payment/orders", params=day | {"page": 2})["orders"]) == 1
    assert shop.good("GET", "/kakao/payment/orders", params=day | {"cid": "other"})["orders"] == []
    assert shop.good("GET", "/kakao/payment/orders", params={"payment_request_date": "20231114"})["orders"] == []
    assert shop.get("/kakao/payment/orders")[0] == shop.get("/kakao/payment/orders", **day, page=0)[0] == 400


def test_an_account_has_a_holder(shop) -> None:
    assert shop.good("GET", "/vbanks/holder", params={"bank_code": "088", "bank_num": "110-1"})["bank_holder"]
    for bad in ({}, {"bank_code": "088"}, {"bank_code": "999", "bank_num": "1"}, {"bank_code": "088", "bank_num": "x"}):
        assert shop.get("/vbanks/holder", **bad)[0] == 400, bad
