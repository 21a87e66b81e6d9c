"""The npm package `iamport-rest-client-nodejs` 0.9.12: every request it can make, its iterator and its words."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import attrs
import pytest
from integration.clients.remote import Named, Remote, Thrown
from support.sandbox import TYPED_CARD

from payments.entrypoints.sandbox import KEY, SECRET, Sandbox

PACKAGE = "iamport-rest-client-nodejs"
PERSON = {"name": "홍길동", "tel": "010-1234-5678", "addr": "서울", "postcode": "06018"}
MONTH = 30 * 24 * 3600
KOREA = timezone(timedelta(hours=9))


@attrs.frozen
class Client:
    """`Request.Payments.getByImpUid({...}).request(iamport)`, as the package's users write it."""

    module: Named
    iamport: Named

    def ask(self, build: Callable[..., Named], *args: Any) -> tuple[int, Any]:
        """Make a request and send it: the HTTP status and the envelope's `response`."""
        answer = build(*args).request(self.iamport)
        return answer["status"], answer["data"]["response"]

    def good(self, build: Callable[..., Named], *args: Any) -> Any:
        status, response = self.ask(build, *args)
        assert status == 200
        return response

    def refused(self, build: Callable[..., Named], *args: Any) -> tuple[int | None, int, str]:
        """Return the HTTP status (None where it was 200), the code and the message of a refusal."""
        with pytest.raises(Thrown) as thrown:
            build(*args).request(self.iamport)
        response = thrown.value.attributes["response"]
        return response.get("status"), response["data"]["code"], response["data"]["message"]


@pytest.fixture
def client(in_node: Remote, sandbox: Sandbox) -> Client:
    module = in_node.load(PACKAGE)
    return Client(module, module.Iamport.keep({"apiKey": KEY, "apiSecret": SECRET, "baseUrl": sandbox.url}))


@pytest.fixture
def request_of(client: Client) -> Named:
    return client.module.Request


def bought(sandbox: Sandbox, pg: str = "", merchant_uid: str = "order-1", **params: Any) -> str:
    return sandbox.approve(sandbox.open_window(merchant_uid, 1100, pg=pg, **params)).imp_uid


def test_a_token_is_issued(client: Client, request_of: Named) -> None:
    token = client.good(request_of.Authenticate.getToken.keep, {"imp_key": KEY, "imp_secret": SECRET})
    assert len(token["access_token"]) == 40
    wrong = {"imp_key": KEY, "imp_secret": "wrong"}
    assert client.refused(request_of.Authenticate.getToken.keep, wrong)[:2] == (401, -1)
    assert client.iamport.getHeaders()["Authorization"] == f"Bearer {token['access_token']}"
    assert client.iamport.getApiInstance.keep().defaults.baseURL.value().startswith("http://127.0.0.1:")


def test_payments_are_found(client: Client, request_of: Named, sandbox: Sandbox) -> None:
    first, second, payments = bought(sandbox), bought(sandbox, "", "order-2"), request_of.Payments
    answer = payments.getByImpUids.keep({"imp_uid": [first, "imp_none", second]}).request(client.iamport)
    assert (answer["status"], answer["data"]["failed"]) == (207, ["imp_none"])
    assert [row["imp_uid"] for row in answer["data"]["response"]] == [first, second]
    asked = {"merchant_uid": "order-1", "status": "paid", "sorting": "-started", "page": 1}
    assert client.good(payments.getByMerchantUids.keep, asked)["total"] == 1
    assert client.good(payments.getByMerchantUid.keep, asked)["imp_uid"] == first
    since = sandbox.clock.now() - 7200
    page = {"status": "all", "page": 1, "limit": 2, "from": since, "to": since + 9999, "sorting": "started"}
    found = client.good(payments.getByStatus.keep, page)
    assert (found["total"], found["next"], found["list"][0]["merchant_uid"]) == (3, 2, "an-hour-ago")
    one = client.good(payments.getByImpUid.keep, {"imp_uid": first}, {"Tier": "ABC"})
    assert (one["status"], one["failed_at"]) == ("paid", 0)
    unknown = (404, -1, "존재하지 않는 결제정보입니다.")
    assert client.refused(payments.getByImpUid.keep, {"imp_uid": "imp_none"}) == unknown


def test_pages_are_walked_by_its_iterator(client: Client, request_of: Named, sandbox: Sandbox, in_node: Remote) -> None:
    for n in range(3):
        bought(sandbox, "", f"order-{n}")
    request = request_of.Payments.getByStatus.keep({"status": "paid", "page": 0, "limit": 2})
    iterator = in_node.load(f"{PACKAGE}/dist/IamportIterator").default.keep(request)
    seen = []
    while iterator.hasNext():
        seen += iterator.next(client.iamport)["data"]["response"]["list"]
    assert [row["merchant_uid"] for row in seen] == ["order-2", "order-1", "order-0", "an-hour-ago"]


def test_payments_are_cancelled(client: Client, request_of: Named, sandbox: Sandbox) -> None:
    imp_uid, payments = bought(sandbox), request_of.Payments
    row = client.good(payments.cancel.keep, {"imp_uid": imp_uid, "amount": 100, "checksum": 1100, "reason": "변심"})
    assert (row["cancel_amount"], row["cancel_history"][0]["reason"]) == (100, "변심")
    wrong = {"imp_uid": imp_uid, "amount": 100, "checksum": 1100}
    assert client.refused(payments.cancel.keep, wrong)[:2] == (None, 1)


def test_a_payco_payment_shows_what_it_consists_of(client: Client, request_of: Named, sandbox: Sandbox) -> None:
    imp_uid = bought(sandbox, "payco")
    told = client.good(request_of.Payments.getAmountByImpUid.keep, {"imp_uid": imp_uid})
    assert (told["amount"], told["primary"]["vat"], len(told["histories"])) == (1100, 100, 1)
    asked = {"imp_uid": imp_uid, "status": client.module.Enum.PaycoOrderStatusEnum.CANCELED.value()}
    assert client.good(request_of.Payco.postOrderStatus.keep, asked)["status"] == "CANCELED"


def test_amounts_are_registered(client: Client, request_of: Named) -> None:
    row = {"merchant_uid": "p", "amount": 500}
    assert client.good(request_of.Prepare.postAmount.keep, row) == row
    assert client.good(request_of.Prepare.getAmount.keep, {"merchant_uid": "p"}) == row
    assert client.refused(request_of.Prepare.postAmount.keep, row)[:2] == (None, 1)


def test_virtual_accounts_are_issued_changed_and_revoked(client: Client, request_of: Named, sandbox: Sandbox) -> None:
    vbanks, due = request_of.Vbanks, sandbox.clock.now() + 3600
    asked = {"merchant_uid": "v", "amount": 5000, "vbank_code": "088", "vbank_due": due, "vbank_holder": "상점"}
    row = client.good(vbanks.post.keep, asked | {"channel_key": "channel-key-settle"})
    assert (row["status"], row["vbank_holder"]) == ("ready", "상점")
    changed = client.good(vbanks.put.keep, {"imp_uid": row["imp_uid"], "amount": 6000, "vbank_due": due + 60})
    assert changed["amount"] == 6000
    assert client.good(vbanks.delete.keep, {"imp_uid": row["imp_uid"]})["status"] == "failed"
    assert client.good(vbanks.getHolder.keep, {"bank_code": "088", "bank_num": "1101"})["bank_holder"]


def test_code_tables_are_read(client: Client, request_of: Named) -> None:
    enum = client.module.Enum
    banks, cards = client.good(request_of.Banks.getBanks.keep), client.good(request_of.Cards.getCards.keep)
    kakao = client.good(request_of.Banks.getBank.keep, {"code": enum.BankCodeEnum.KAKAO.value()})
    assert kakao in banks
    bc = client.good(request_of.Cards.getCard.keep, {"code": enum.CardCodeEnum.BC.value()})
    assert bc in cards
    assert bc["name"] == enum.Base.getCardCodeValue(bc["code"]) == "BC카드"
    assert {row["code"] for row in cards} <= set(enum.CardCodeEnum.value().values())


def test_billing_keys_are_issued_read_and_deleted(client: Client, request_of: Named) -> None:
    customers = request_of.Customers
    made = client.good(customers.postBillingKey.keep, {"customer_uid": "c-1", "customer_name": "홍길동", **TYPED_CARD})
    assert (made["customer_uid"], made["card_number"]) == ("c-1", "40920230****1234")
    both = ["c-1", "customer_1234"]
    assert [row["customer_uid"] for row in client.good(customers.getBillingKeys.keep, {"customer_uid": both})] == both
    assert client.ask(customers.getBillingKeys.keep, {"customer_uid": [*both, "none"]})[0] == 207
    assert client.good(customers.getBillingKey.keep, {"customer_uid": "c-1"}) == made
    assert client.good(customers.deleteBillingKey.keep, {"customer_uid": "c-1"}) == made
    assert client.refused(customers.getBillingKey.keep, {"customer_uid": "c-1"})[1] == 1


def test_a_subscription_runs(client: Client, request_of: Named, sandbox: Sandbox, in_node: Remote) -> None:
    subscribe, customers, now = request_of.Subscribe, request_of.Customers, sandbox.clock.now()
    first = {"merchant_uid": "m-0", "amount": 9900, "name": "구독", "customer_uid": "c-1", **TYPED_CARD}
    assert client.good(subscribe.onetime.keep, first)["status"] == "paid"
    again = {"customer_uid": "c-1", "merchant_uid": "m-1", "amount": 9900, "name": "구독"}
    assert client.good(subscribe.again.keep, again)["customer_uid_usage"] == "payment"
    later = [{"merchant_uid": f"m-{n}", "schedule_at": now + n * MONTH, "amount": 9900} for n in (2, 3)]
    made = client.good(subscribe.schedule.keep, {"customer_uid": "c-1", "schedules": later})
    assert [row["schedule_status"] for row in made] == ["scheduled", "scheduled"]
    span = {"customer_uid": "c-1", "page": 1, "from": now, "to": now + 3 * MONTH, "schedule-status": "scheduled"}
    for build in (subscribe.getScheduleds.keep, customers.getScheduleds.keep):
        assert [row["merchant_uid"] for row in client.good(build, span)["list"]] == ["m-2"], "before `to`, not at it"
    revoked = client.good(subscribe.unschedule.keep, {"customer_uid": "c-1", "merchant_uid": "m-3"})
    assert [row["schedule_status"] for row in revoked] == ["revoked"]
    assert client.good(subscribe.getScheduled.keep, {"merchant_uid": "m-3"})["payment_status"] is None
    sandbox.move_clock(2 * MONTH)
    settings = {"apiKey": KEY, "apiSecret": SECRET, "baseUrl": sandbox.url}
    later_client = Client(client.module, client.module.Iamport.keep(settings))  # the first one's token has ended
    done = later_client.good(subscribe.getScheduled.keep, {"merchant_uid": "m-2"})
    assert (done["schedule_status"], done["payment_status"]) == ("executed", "paid")
    payments = later_client.good(customers.getPayments.keep, {"customer_uid": "c-1", "page": 1})
    assert [row["merchant_uid"] for row in payments["list"]] == ["m-2", "m-1", "m-0"]


def test_receipts_are_issued_read_and_cancelled(client: Client, request_of: Named, sandbox: Sandbox) -> None:
    imp_uid, enum = bought(sandbox), client.module.Enum
    asked = {"identifier": "01012345678", "identifier_type": enum.IdentifierTypeEnum.PHONE.value()}
    asked["type"] = enum.IdentifierForEnum.PERSON.value()
    made = client.good(request_of.Receipts.postReceipt.keep, asked | {"imp_uid": imp_uid})
    assert (made["amount"], made["vat"], made["cancelled_at"]) == (1100, 100, 0)
    assert client.good(request_of.Receipts.getReceipt.keep, {"imp_uid": imp_uid}) == made
    assert client.good(request_of.Receipts.deleteReceipt.keep, {"imp_uid": imp_uid})["cancelled_at"] != 0
    cash = asked | {"merchant_uid": "cash", "name": "책", "amount": 2200}
    assert client.good(request_of.External.postReceipt.keep, cash)["vat"] == 200
    assert client.good(request_of.External.getReceipt.keep, {"merchant_uid": "cash"})["amount"] == 2200
    assert client.good(request_of.External.deleteReceipt.keep, {"merchant_uid": "cash"})["cancelled_at"] != 0


def test_certifications_are_read_and_deleted(client: Client, request_of: Named) -> None:
    who = {"imp_uid": "imp_339323965143"}
    assert client.good(request_of.Certifications.getCertification.keep, who)["unique_key"] == "a-person"
    assert client.good(request_of.Certifications.deleteCertification.keep, who)["name"] == "홍길동"
    assert client.refused(request_of.Certifications.getCertification.keep, who)[:2] == (404, -1)


def test_parcels_of_escrow_payments_are_registered(client: Client, request_of: Named, sandbox: Sandbox) -> None:
    logis = {"company": client.module.Enum.LogisCodeEnum.LOGEN.value(), "invoice": "1", "sent_at": 1_700_000_000}
    asked = {"imp_uid": bought(sandbox, escrow=True), "sender": PERSON, "receiver": PERSON, "logis": logis}
    assert client.good(request_of.Escrows.postEscrow.keep, asked)["invoice"] == "1"
    changed = asked | {"logis": logis | {"invoice": "2"}}
    assert client.good(request_of.Escrows.putEscrow.keep, changed)["invoice"] == "2"
    assert client.refused(request_of.Escrows.postEscrow.keep, asked)[0] == 409


def test_kakao_lists_a_days_orders(client: Client, request_of: Named, sandbox: Sandbox) -> None:
    row = sandbox.payment(bought(sandbox, "kakaopay"))
    day = datetime.fromtimestamp(row.started_at, KOREA).strftime("%Y%m%d")
    told = client.good(request_of.Kakao.getOrders.keep, {"payment_request_date": day, "page": 1})
    assert [order["partner_order_id"] for order in told["orders"]] == ["order-1"]
    assert told["orders"][0]["status"] == client.module.Enum.KakaoOrderStatusEnum.SUCCESS_PAYMENT.value()


def test_naver_orders_go_their_way(client: Client, request_of: Named, sandbox: Sandbox) -> None:
    naverco, imp_uid = request_of.NaverCo, bought(sandbox, "naverco")
    of = {"imp_uid": imp_uid}
    (order,) = client.good(naverco.getProductOrderIds.keep, of)
    assert client.good(naverco.getOrderDetail.keep, order)["product_order_status"] == "PAYED"
    ship = {"delivery_method": "DELIVERY", "dispatched_at": 1_700_000_000, "tracking_number": "1"}
    client.good(naverco.place.keep, of)
    assert client.good(naverco.ship.keep, of | ship)[0]["product_order_status"] == "DELIVERING"
    client.good(naverco.requestReturn.keep, of | {"delivery_method": "RETURN_INDIVIDUAL", "reason": "BROKEN"})
    client.good(naverco.withholdReturn.keep, of | {"memo": "미도착", "extra_charge": 0, "reason": "ETC"})
    client.good(naverco.resolveReturn.keep, of)
    assert client.good(naverco.rejectReturn.keep, of | {"memo": "기한 경과"})[0]["claim_status"] == "RETURN_REJECT"
    assert client.good(naverco.shipExchanged.keep, of | ship)[0]["claim_type"] == "EXCHANGE"
    client.good(naverco.requestReturn.keep, of | {"delivery_method": "RETURN_INDIVIDUAL"})
    returned = client.good(naverco.approveReturn.keep, of | {"memo": "환불", "extra_charge": 0})
    assert returned[0]["product_order_status"] == "RETURNED"
    assert sandbox.payment(imp_uid).cancel_amount == 1100
    second = {"imp_uid": bought(sandbox, "naverco", "order-2")}
    (order,) = client.good(naverco.getProductOrderIds.keep, second)
    some = second | {"product_order_id": [order["product_order_id"], "none"]}
    answer = naverco.place.keep(some).request(client.iamport)
    assert (answer["status"], answer["data"]["failed"]) == (207, ["none"])
    cancelled = client.good(naverco.cancel.keep, second | {"reason": "SOLD_OUT"})
    assert cancelled[0]["claim_status"] == "CANCEL_DONE"


def test_naver_reviews_are_read(client: Client, request_of: Named, sandbox: Sandbox) -> None:
    now = sandbox.clock.now()
    asked = {"from": now - 2 * 86_400, "to": now, "review_type": "general"}
    assert [row["review_id"] for row in client.good(request_of.NaverCo.getReviews.keep, asked)] == ["review-1"]


def test_naver_payments_earn_points(client: Client, request_of: Named, sandbox: Sandbox) -> None:
    of = {"imp_uid": bought(sandbox, "naverpay")}
    assert client.good(request_of.NaverPay.getCashAmount.keep, of)["amount_total"] == 1100
    for build in (request_of.NaverPay.postPoint.keep, request_of.NaverPay.postEscrow.keep):
        with pytest.raises(Thrown) as thrown:  # the package forgot to say how these answers are read
            build(of).request(client.iamport)
        assert thrown.value.kind == "TypeError"
    done = sandbox.journal.of(f"/payments/{of['imp_uid']}/naver", "POST")
    assert [(call.path.rpartition("/")[2], call.http, call.code) for call in done] == [
        ("point", 200, 0),
        ("confirm", 200, 0),
    ]


def test_the_sandbox_knows_its_words(client: Client, request_of: Named, sandbox: Sandbox) -> None:
    enum, now = client.module.Enum, sandbox.clock.now()
    sandbox.settings.guesses.unknown_sorting = "refused"
    for status in enum.StatusEnum.value().values():
        client.good(request_of.Payments.getByStatus.keep, {"status": status, "page": 1})
    for sorting in enum.SortingEnum.value().values():
        client.good(request_of.Payments.getByStatus.keep, {"status": "all", "page": 1, "sorting": sorting})
    span = {"customer_uid": "customer_1234", "from": now, "to": now + 2 * MONTH}
    found = {
        status: client.good(request_of.Subscribe.getScheduleds.keep, span | {"schedule-status": status})["total"]
        for status in enum.ScheduledStatusEnum.value().values()
    }
    assert found == {"scheduled": 1, "executed": 0, "revoked": 0}


def test_each_of_its_words_has_a_meaning(client: Client) -> None:
    """No call to the sandbox: these are the package's own tables, the last of what it offers."""
    enum, tried = client.module.Enum, 0
    for name in enum.Base.names():
        words = getattr(enum, name.removeprefix("get").removesuffix("Value") + "Enum").value()
        assert all(getattr(enum.Base, name)(word) for word in list(words.values())[:3])
        tried += 1
    assert tried == 16


def test_nothing_it_offers_is_left_out(request_of: Named, unused: Callable[[list[str]], set[str]]) -> None:
    groups = request_of.members()
    calls = [f"{group}.{name}" for group in groups for name in getattr(request_of, group).names()]
    assert (len(groups), len(calls)) == (16, 57)
    assert unused(calls) == set()
