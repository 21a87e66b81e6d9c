"""Webhooks and returns: what strangers say is a hint, and every hint ends in what the provider itself says."""

import json
from datetime import timedelta

import attrs
import pytest
from support.api import RunningApi, running_api, slug
from support.patience import EVENTUALLY

from payments.domain.errors import ContractViolation, NotSent, StorageUnavailable, Unknown
from payments.domain.machine import Status
from payments.domain.money import Money
from payments.domain.use_cases.hints import HINT_LEASE
from payments.domain.values import Caller
from payments.entrypoints.blocking import run
from payments.entrypoints.service import Web

HOOK = "/webhooks/iamport"


@pytest.mark.parametrize("kind", ["json", "data"])
def test_a_webhook_settles_a_payment_whose_tab_was_closed(api: RunningApi, kind):
    payment = api.begun()
    attempt = api.approved(payment)
    hint = {"imp_uid": attempt, "merchant_uid": payment["merchant_id"], "status": "paid"}
    answer = api.session.post(api.url + HOOK, **{kind: hint}, timeout=EVENTUALLY)
    assert answer.status_code == 200
    api.work()
    assert api.stored(payment["merchant_id"]).status is Status.PAID


def test_a_forged_webhook_pays_for_nothing(api: RunningApi):
    payment = api.begun()
    attempt = api.gateway.open(payment["merchant_id"], Money(12_000))
    for status in ("paid", "cancelled", "failed"):
        hint = {"imp_uid": attempt, "merchant_uid": payment["merchant_id"], "status": status}
        assert api.hears(**hint).status_code == 200
    assert api.stored(payment["merchant_id"]).status is Status.AWAITING


def test_a_webhook_that_names_the_wrong_payment_pays_for_neither_and_the_right_one_is_found(api: RunningApi):
    paid, other = api.begun("gold"), api.begun("silver")
    attempt = api.approved(paid)
    assert api.hears(imp_uid=attempt, merchant_uid=other["merchant_id"]).status_code == 200
    assert api.stored(other["merchant_id"]).status is Status.AWAITING
    run(api.service.reconciliation.recent())
    assert api.stored(paid["merchant_id"]).status is Status.PAID


@pytest.mark.parametrize(
    "hint",
    [
        {"imp_uid": "imp_1234567890", "merchant_uid": "order_id_8237352", "status": "paid"},
        {"imp_uid": "imp_1", "merchant_uid": None},
        {"imp_uid": None, "merchant_uid": "merchant_1"},
        {"imp_uid": "../payments/cancel", "merchant_uid": "../../x"},
        {"imp_uid": "", "merchant_uid": ""},
        {"imp_uid": "imp_1", "merchant_uid": "m", "event": "Inicis.Escrow.Changed", "more": [1, 2]},
        {},
    ],
    ids=str,
)
def test_a_webhook_about_nothing_of_ours_is_answered_200(api: RunningApi, hint):
    answer = api.hears(**hint)
    assert answer.status_code == 200
    assert run(api.service.refunds.strays(Caller.system("test"))) == []


def test_money_that_nobody_here_asked_for_is_kept_for_the_operator(api: RunningApi):
    attempt = api.gateway.open("not-ours", Money(700))
    api.gateway.approve(attempt)
    assert api.hears(imp_uid=attempt, merchant_uid="not-ours").status_code == 200
    (orphan,) = api.get("/orphans", headers=api.shop).json()["orphans"]
    assert (orphan["gateway_id"], orphan["merchant_id"], orphan["remaining"]) == (attempt, "not-ours", 700)


@pytest.mark.parametrize("error", [NotSent("away"), Unknown("no answer"), ContractViolation("nonsense")])
def test_an_unknown_attempt_is_looked_up_again_unless_its_answer_is_nonsense(api: RunningApi, error):
    attempt = api.gateway.open("not-ours", Money(700))
    api.gateway.approve(attempt)
    api.gateway.trouble("find", error)
    assert api.hears(imp_uid=attempt).status_code == 200
    soon = api.service.clock.now() + HINT_LEASE
    waiting = run(api.service.hints.hints.claim_hints(soon, soon, 10, timedelta(0)))
    assert [hint.gateway_id for hint in waiting] == ([] if isinstance(error, ContractViolation) else [attempt])


def test_a_webhook_is_answered_without_asking_the_provider_whatever_it_names(api: RunningApi):
    payment, attempt = api.paid()
    asked = len(api.gateway.calls)
    for hint in ({"merchant_uid": payment["merchant_id"]}, {"imp_uid": attempt}, {"imp_uid": "imp_404"}, {}):
        assert api.post(HOOK, hint).status_code == 200
    for query in ("imp_uid=imp_404", "imp_uid=imp_405&merchant_uid=nobody"):
        assert api.get(f"/payments/return?{query}").status_code == 200
    assert len(api.gateway.calls) == asked


def test_many_webhooks_of_one_payment_are_one_check(api: RunningApi):
    payment = api.begun()
    attempt = api.approved(payment)
    asked = len(api.gateway.calls)
    for _ in range(24):
        assert api.post(HOOK, {"imp_uid": attempt, "merchant_uid": payment["merchant_id"]}).status_code == 200
    assert api.stored(payment["merchant_id"]).due_at <= api.service.clock.now()
    api.work()
    api.work()
    assert len(api.gateway.calls) == asked + 1
    assert api.stored(payment["merchant_id"]).status is Status.PAID


def test_a_webhook_that_names_a_known_attempt_makes_its_payment_due(api: RunningApi):
    payment, attempt = api.paid()
    assert api.stored(payment["merchant_id"]).due_at > api.service.clock.now()
    assert api.post(HOOK, {"imp_uid": attempt}).status_code == 200
    assert api.stored(payment["merchant_id"]).due_at <= api.service.clock.now()


def test_a_webhook_before_the_provider_knows_its_own_attempt_is_not_lost(api: RunningApi):
    payment = api.begun()
    assert api.post(HOOK, {"imp_uid": "imp_404", "merchant_uid": payment["merchant_id"]}).status_code == 200
    assert api.stored(payment["merchant_id"]).due_at <= api.service.clock.now()


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b'{"imp_uid": 7, "merchant_uid": {}}', "application/json"),
        (b"\xff", "application/json; charset=euc-kr"),
        (b"imp_uid", "application/x-www-form-urlencoded"),
        (b"<xml/>", "text/xml"),
    ],
)
def test_what_is_no_webhook_is_answered_200_and_names_nothing(api: RunningApi, body, media_type):
    answer = api.session.post(api.url + HOOK, data=body, headers={"Content-Type": media_type}, timeout=EVENTUALLY)
    assert answer.status_code == 200


@pytest.mark.parametrize("media_type", ["text/plain", "application/json; charset=euc-kr", "", "application/x-json"])
def test_a_webhook_is_read_whatever_its_headers_say_of_it(api: RunningApi, media_type):
    payment = api.begun()
    body = json.dumps({"merchant_uid": payment["merchant_id"], "merchant_uid2": "x", "한글": [1]}).encode()
    answer = api.session.post(api.url + HOOK, data=body, headers={"Content-Type": media_type}, timeout=EVENTUALLY)
    assert answer.status_code == 200
    assert api.stored(payment["merchant_id"]).due_at <= api.service.clock.now()


def test_a_webhook_that_is_too_large_is_refused(api: RunningApi):
    body = b'{"imp_uid": "' + b"x" * 70_000 + b'"}'
    assert slug(api.session.post(api.url + HOOK, data=body, timeout=EVENTUALLY)) == "body-too-large"


def test_a_webhook_is_not_answered_200_while_the_database_is_away(api: RunningApi):
    """200 would tell the provider that it need not send it again."""

    class Away:
        def __getattr__(self, name):
            async def fails(*_):
                raise StorageUnavailable("The database did not answer.")

            return fails

    attempt = api.approved(api.begun())
    with running_api(gateway=api.gateway, hints=attrs.evolve(api.service.hints, hints=Away())) as without:
        assert without.post(HOOK, {"imp_uid": attempt}).status_code == 503


RETURNS = [
    ("imp_uid={a}&merchant_uid={m}&imp_success=true", Status.PAID),
    ("merchant_uid={m}", Status.PAID),  # some returns have nothing else
    ("imp_uid=imp_forged&merchant_uid={m}&imp_success=false&error_msg=x", Status.PAID),
    ("imp_uid={a}", Status.AWAITING),  # an attempt that is not known here yet is looked up by the worker
    ("imp_success=true", Status.AWAITING),
]


@pytest.mark.parametrize(("query", "expected"), RETURNS)
def test_a_phone_that_comes_back_is_settled_and_sent_on_to_the_shops_page(query, expected):
    with running_api(web=Web(return_page="https://shop.test/thanks?payment=")) as api:
        payment = api.begun()
        attempt = api.approved(payment)
        which = payment["merchant_id"]
        answer = api.get("/payments/return?" + query.format(a=attempt, m=which))
        assert answer.status_code == 303
        named = which if "merchant_uid" in query else ""
        assert answer.headers["Location"] == f"https://shop.test/thanks?payment={named}"
        assert api.stored(which).status is expected
        api.work()
        assert api.stored(which).status is (Status.PAID if "uid" in query else Status.AWAITING)


def test_a_return_of_an_unknown_payment_looks_like_any_other():
    with running_api(web=Web(return_page="https://shop.test/{merchant_id}/result")) as api:
        mine = api.begun()["merchant_id"]
        known, unknown = (
            api.get(f"/payments/return?merchant_uid={mine}"),
            api.get("/payments/return?merchant_uid=nobody"),
        )
        assert (known.status_code, unknown.status_code) == (303, 303)
        assert unknown.headers["Location"] == "https://shop.test/nobody/result"


@pytest.mark.parametrize("name", ["//evil.test/", "https://evil.test", "a/../../b", "%0d%0aSet-Cookie:x", "한글"])
def test_a_return_leads_nowhere_but_to_the_shop(name):
    with running_api(web=Web(return_page="https://shop.test/p/")) as api:
        answer = api.get(f"/payments/return?merchant_uid={name}")
        assert (answer.status_code, answer.headers["Location"]) == (303, "https://shop.test/p/")
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("language", "words"), [("ko-KR,en;q=0.5", "완료되었습니다"), ("en-GB,ko;q=0.3", "is complete"), ("", "완료")]
)
def test_where_the_shop_has_no_page_ours_tells_what_became_of_it(api: RunningApi, language, words):
    payment = api.begun()
    attempt = api.approved(payment)
    path = f"/payments/return?imp_uid={attempt}&merchant_uid={payment['merchant_id']}"
    answer = api.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200
    assert words in answer.text
    asked = len(api.gateway.calls)
    assert api.get(path).status_code == 200
    assert len(api.gateway.calls) == asked  # loading a paid page again costs the provider nothing


def test_a_return_while_the_provider_is_away_is_looked_at_again(api: RunningApi):
    payment = api.begun()
    api.approved(payment)
    api.gateway.trouble("attempts", Unknown("no answer"))
    answer = api.get(f"/payments/return?merchant_uid={payment['merchant_id']}", headers={"Accept-Language": "en"})
    assert "being checked" in answer.text
    assert api.stored(payment["merchant_id"]).due_at <= api.service.clock.now()
