"""The views of a Django project: the API's own calls, for the project's logged-in user."""

from typing import Any

import pytest


def test_a_logged_in_user_begins_and_pays_an_order_of_their_own(paid, order, buyer):
    merchant_id = paid(order)
    shown = buyer.get(f"/pay/payments/{merchant_id}").json()
    assert (shown["status"], shown["amount"], shown["order"]) == ("paid", 12_000, str(order.pk))
    assert [one["kind"] for one in buyer.get(f"/pay/payments/{merchant_id}/events").json()["events"]][-1] == "captured"
    assert [one["merchant_id"] for one in buyer.get("/pay/payments").json()["payments"]] == [merchant_id]


def test_the_window_returns_to_the_path_at_which_the_project_includes_us(begin, order):
    window = begin(order).json()["window"]
    assert window["parameters"]["request_pay"]["m_redirect_url"] == "http://testserver/pay/payments/return"


def test_a_phone_that_returns_sees_the_result(begin, order, buyer, project):
    merchant_id = begin(order).json()["merchant_id"]
    attempt = project.open_window(merchant_id, order.total)
    project.approve(attempt)
    query = {"imp_uid": attempt, "merchant_uid": merchant_id, "imp_success": "true"}
    page = buyer.get("/pay/payments/return", query, headers={"accept-language": "ko"})
    assert (page.status_code, "결제" in page.content.decode()) == (200, True)
    assert buyer.get(f"/pay/payments/{merchant_id}").json()["status"] == "paid"


def test_a_visitor_who_is_not_logged_in_begins_nothing(project, order):
    from django.test import Client

    answer = Client().post("/pay/payments", {"order": str(order.pk)}, content_type="application/json")
    assert (answer.status_code, answer.json()["slug"]) == (401, "unauthenticated")
    assert answer["Content-Type"] == "application/problem+json"


def test_without_a_csrf_token_nothing_is_begun(project, user, order):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    body = {"order": str(order.pk), "method": "card"}
    assert client.post("/pay/payments", body, content_type="application/json").status_code == 403


def test_the_page_of_an_order_gives_its_script_a_csrf_token(project, user, order):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    page = client.get(f"/orders/{order.pk}/").content.decode()
    assert f'data-payment-order="{order.pk}"' in page
    assert 'data-amount="12000"' in page
    headers = {"X-CSRFToken": client.cookies["csrftoken"].value}
    body = {"order": str(order.pk), "method": "card", "expected_amount": 12_000}
    assert client.post("/pay/payments", body, content_type="application/json", headers=headers).status_code == 201


@pytest.mark.parametrize("wrong", ["0", "none", "99999999", "' or 1=1"])
def test_an_order_that_is_not_the_users_own_is_not_found(begin, wrong):
    class Wrong:
        pk = wrong

    answer = begin(Wrong)
    assert (answer.status_code, answer.json()["slug"]) == (422, "order-not-found")


def test_another_users_order_is_not_found(begin, order):
    from django.contrib.auth.models import User
    from shop.models import Order

    other = User.objects.create_user(f"other-{order.pk}")
    theirs = Order.objects.create(user=other, title="책", total=12_000)
    assert begin(theirs).json()["slug"] == "order-not-found"


def test_a_page_with_an_old_price_is_refused(begin, order):
    answer = begin(order, expected_amount=100)
    assert (answer.status_code, answer.json()["slug"]) == (409, "price-changed")


def test_a_webhook_needs_no_csrf_token_and_only_hints(begin, order, project):
    from django.test import Client

    merchant_id = begin(order).json()["merchant_id"]
    hint = {"imp_uid": "imp_000000000000", "merchant_uid": merchant_id, "status": "paid"}
    client = Client(enforce_csrf_checks=True)
    assert client.post("/pay/webhooks/iamport", hint, content_type="application/json").status_code == 200


def test_a_wrong_method_says_which_are_allowed(buyer):
    answer = buyer.delete("/pay/payments")
    assert (answer.status_code, answer["Allow"]) == (405, "POST, GET")


def test_a_body_that_is_too_large_is_refused(buyer):
    answer = buyer.post("/pay/payments", "x" * 100_000, content_type="application/json")
    assert answer.json()["slug"] == "body-too-large"


def test_no_view_of_ours_runs_inside_atomic_requests(project):
    from django.urls import get_resolver

    from payments.entrypoints.django.urls import urlpatterns

    assert get_resolver()
    calls: list[Any] = [one.callback for one in urlpatterns if one.name not in ("script", "button")]
    assert len(calls) == 8
    for view in calls:
        assert view._non_atomic_requests == {"default"}, view


def test_the_scripts_are_served(buyer):
    assert b"Payments" in buyer.get("/pay/payments.js").content
    assert b"data-payment-order" in buyer.get("/pay/button.js").content
