"""Refunds at the console: one click, two clicks, two people, and a page that is not believed."""

import attrs
import pytest
from support.api import RunningApi, api_settings, running_api
from support.console import Visitor, add_operator, hidden, signed_in

from payments.domain.access import Scope
from payments.domain.people.audit import AuditAction
from payments.domain.refund import RefundStatus
from payments.domain.values import Method
from payments.entrypoints.blocking import run
from payments.testing.at_once import at_once


def confirmed(visitor: Visitor, payment: str, attempt: str, **form: str) -> dict[str, str]:
    """Return the fields of the confirmation for a refund of 5,000 won."""
    page = visitor.post(f"/payments/{payment}/refund/confirm", {"attempt": attempt, "amount": "5,000", **form})
    assert page.status_code == 200, page.text
    return hidden(page)


@pytest.fixture
def paid(api: RunningApi) -> tuple[str, str]:
    payment, attempt = api.paid()
    return payment["merchant_id"], attempt


def amounts(api: RunningApi, payment: str) -> list[int]:
    return [refund.amount for refund in api.stored(payment).refunds if refund.status is RefundStatus.DONE]


def test_a_part_is_refunded_under_the_operators_name(kim: Visitor, paid: tuple[str, str]) -> None:
    payment, _ = paid
    answer = kim.post(f"/payments/{payment}/refund", confirmed(kim, *paid, reason="늦은 배송"))
    assert answer.status_code == 303
    page = kim.get(answer.headers["Location"].removeprefix("/console")).text
    assert "5,000원 환불했습니다." in page
    [refund] = kim.api.stored(payment).refunds
    assert (refund.amount, refund.by, refund.reason) == (5000, "operator:kim", "늦은 배송")
    events = run(kim.api.service.payments.timeline(payment))
    assert "operator:kim" in {event.by for event in events}
    rows = run(kim.api.service.people.audit.page(None, 5))
    assert [(row.by, row.action, row.merchant_id) for row in rows] == [("operator:kim", AuditAction.REFUND, payment)]


def test_a_second_click_is_the_same_refund(kim: Visitor, paid: tuple[str, str]) -> None:
    fields = confirmed(kim, *paid)
    answers = at_once(*[lambda: kim.post(f"/payments/{paid[0]}/refund", fields).status_code] * 4)
    assert 303 in answers
    assert kim.post(f"/payments/{paid[0]}/refund", fields).status_code == 303
    assert amounts(kim.api, paid[0]) == [5000]


def test_two_operators_who_saw_the_same_money_refund_once(kim: Visitor, lee: Visitor, paid: tuple[str, str]) -> None:
    forms = {one: confirmed(one, *paid) for one in (kim, lee)}
    answers = at_once(*(lambda one=one: one.post(f"/payments/{paid[0]}/refund", forms[one]) for one in forms))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses[0] == 303
    assert statuses[1] in (409, 422)
    assert amounts(kim.api, paid[0]) == [5000]
    again = confirmed(lee, *paid)
    assert lee.post(f"/payments/{paid[0]}/refund", again).status_code == 303
    assert amounts(kim.api, paid[0]) == [5000, 5000]


@pytest.mark.parametrize("change", [{"amount": "12000"}, {"seen": "5000"}, {"refund_id": "other"}, {"seal": ""}])
def test_what_was_confirmed_cannot_be_changed(kim: Visitor, paid: tuple[str, str], change: dict[str, str]) -> None:
    fields = confirmed(kim, *paid) | change
    assert kim.post(f"/payments/{paid[0]}/refund", fields).status_code == 403
    assert amounts(kim.api, paid[0]) == []


def test_a_confirmation_is_of_no_use_to_another_operator(kim: Visitor, lee: Visitor, paid: tuple[str, str]) -> None:
    fields = confirmed(kim, *paid)
    fields.pop("csrf")
    assert lee.post(f"/payments/{paid[0]}/refund", fields).status_code == 403
    assert amounts(kim.api, paid[0]) == []


@pytest.mark.parametrize("amount", ["", "0", "-5", "1.5", "12,001", "5e3", "많이", "９"])
def test_an_amount_that_cannot_be_is_told_before_the_confirmation(
    kim: Visitor, paid: tuple[str, str], amount: str
) -> None:
    form = {"attempt": paid[1], "amount": amount}
    assert kim.post(f"/payments/{paid[0]}/refund/confirm", form).status_code == 422


def test_all_that_is_left_is_refunded_with_one_tick(kim: Visitor, paid: tuple[str, str]) -> None:
    fields = confirmed(kim, *paid, all="1", amount="")
    kim.post(f"/payments/{paid[0]}/refund", fields)
    assert amounts(kim.api, paid[0]) == [12000]
    assert "환불할 돈이 없습니다." in kim.get(f"/payments/{paid[0]}").text


def test_a_large_refund_waits_for_another_operator() -> None:
    with running_api(settings=attrs.evolve(api_settings(), second_person_above=4_000)) as api:
        for name in ("kim", "lee"):
            add_operator(api.service, name, Scope.REFUND)
        kim, lee = (Visitor(api, signed_in(api.service, name)) for name in ("kim", "lee"))
        payment, attempt = api.paid()
        path = f"/payments/{payment['merchant_id']}"
        asked = kim.post(f"{path}/refund", confirmed(kim, payment["merchant_id"], attempt))
        shown = kim.get(asked.headers["Location"].removeprefix("/console"))
        assert "다른 담당자의 승인을 기다립니다" in shown.text
        [refund] = api.stored(payment["merchant_id"]).refunds
        assert kim.post(f"{path}/refunds/{refund.id}/approve").status_code == 403
        assert amounts(api, payment["merchant_id"]) == []
        assert lee.post(f"{path}/refunds/{refund.id}/approve").status_code == 303
        assert amounts(api, payment["merchant_id"]) == [5000]


def test_the_form_offers_only_what_the_pg_allows_and_says_why_not() -> None:
    settings = api_settings()
    settings = attrs.evolve(settings, iamport=attrs.evolve(settings.iamport, pg="danal"))
    with running_api(settings=settings) as api:
        add_operator(api.service, "kim", Scope.REFUND)
        kim = Visitor(api, signed_in(api.service, "kim"))
        payment = api.begun(method="mobile")["merchant_id"]
        attempt = api.gateway.open(payment, api.stored(payment).price, method=Method.MOBILE)
        api.gateway.approve(attempt)
        api.hears(imp_uid=attempt, merchant_uid=payment)
        page = kim.get(f"/payments/{payment}").text
    assert "부분 환불:" in page
    assert 'id="a1-amount"' not in page
    assert '<input type="hidden" name="all" value="1">' in page


def test_a_held_stray_is_given_back_from_its_card() -> None:
    with running_api(settings=attrs.evolve(api_settings(), hold_strays=True)) as api:
        add_operator(api.service, "kim", Scope.REFUND)
        kim = Visitor(api, signed_in(api.service, "kim"))
        payment = api.begun()
        path, attempt = f"/payments/{payment['merchant_id']}", api.approved(payment, 1_999)
        api.hears(imp_uid=attempt, merchant_uid=payment["merchant_id"])
        assert "모두 돌려주기" in kim.get(path).text
        asked = kim.post(f"{path}/refund/confirm", {"attempt": attempt, "all": "1"})
        assert kim.post(f"{path}/refund", hidden(asked)).status_code == 303
        assert amounts(api, payment["merchant_id"]) == [1_999]
        assert "모두 돌려주기" not in kim.get(path).text


def test_what_strangers_wrote_is_text_and_never_a_page(kim: Visitor) -> None:
    evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    order = {"buyer": evil[:60], "order": evil, "name": evil, "amount": 5000}
    payment = kim.api.post("/payments", order, headers=kim.api.shop).json()
    attempt = kim.api.gateway.open(payment["merchant_id"], kim.api.stored(payment["merchant_id"]).price)
    kim.api.gateway.decline(attempt, evil)
    kim.api.hears(imp_uid=attempt, merchant_uid=payment["merchant_id"])
    for path in ("/payments", f"/payments/{payment['merchant_id']}"):
        page = kim.get(path).text
        assert "&lt;script&gt;" in page
        assert "<script>alert" not in page
        assert "<img src=x" not in page
