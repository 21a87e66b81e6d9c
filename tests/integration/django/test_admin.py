"""The admin: who may see and refund what, in which words, and that two clicks are one refund."""

import re

import pytest

from payments.entrypoints.blocking import run


@pytest.fixture
def operator(project):
    """Return a client of a staff member with these permissions."""
    from uuid import uuid4

    from django.contrib.auth.models import Permission, User
    from django.test import Client

    def log_in(*permissions: str):
        staff = User.objects.create_user(f"staff-{uuid4().hex[:12]}", is_staff=True)
        staff.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        client = Client(headers={"accept-language": "ko"})
        client.force_login(staff)
        return client

    return log_in


LIST = "/admin/payments_kr/payment/"


def test_payments_are_listed_and_found_by_what_a_person_has_in_hand(operator, paid, order, user):
    from payments.entrypoints.django.wiring import service

    merchant_id = paid(order)
    approved = run(service().payments.get(merchant_id)).attempts[0].report
    names = [approved.gateway_id, approved.approval.number, approved.approval.transaction_id, str(order.pk), "책"]
    client = operator("view_payment")
    page = client.get(LIST).content.decode()
    assert "결제 목록" in page
    assert "12,000원" in page
    for query in (f"q={merchant_id}", f"q={user.pk}&status=paid", *(f"q={name}" for name in names)):
        assert merchant_id in client.get(f"{LIST}?{query}").content.decode()
    for query in ("q=nobody", f"q={user.pk}&status=failed", "after=nonsense"):
        assert merchant_id not in client.get(f"{LIST}?{query}").content.decode()


def test_a_payments_page_has_its_timeline_in_both_languages(operator, paid, order):
    path = f"{LIST}{paid(order)}/"
    client = operator("view_payment")
    assert "이력" in client.get(path).content.decode()
    english = client.get(path, headers={"accept-language": "en"}).content.decode()
    assert "Timeline" in english
    assert "₩12,000" in english
    assert "Refund ·" not in english  # no permission, no form


def test_who_may_not_view_or_refund_is_refused(operator, paid, order):
    path = f"{LIST}{paid(order)}/"
    assert operator().get(LIST).status_code == 403
    assert operator().get(path).status_code == 403
    assert operator("view_payment").post(f"{path}refund/", {"key": "k"}).status_code == 403


def test_two_clicks_on_one_form_are_one_refund(operator, paid, order, project):
    merchant_id = paid(order)
    client = operator("view_payment", "refund_payment")
    form = client.get(f"{LIST}{merchant_id}/").content.decode()
    key = re.search(r'name="key" value="(\w+)"', form)
    assert key
    given = {"key": key[1], "amount": "2,000", "reason": "파손"}
    for _ in range(2):
        assert client.post(f"{LIST}{merchant_id}/refund/", given).status_code == 302
    page = client.get(f"{LIST}{merchant_id}/").content.decode()
    assert "환불했습니다" in page
    assert "파손" in page
    (row,) = [one for one in project.book.all() if one.merchant_uid == merchant_id]
    assert row.cancel_amount == 2_000


@pytest.mark.parametrize("amount", ["-1", "1,99", "abc", "99,999,999"])
def test_an_impossible_sum_is_refused_in_a_sentence(operator, paid, order, project, amount):
    merchant_id = paid(order)
    client = operator("view_payment", "refund_payment")
    client.post(f"{LIST}{merchant_id}/refund/", {"key": "k1", "amount": amount, "reason": "x"})
    assert '<li class="error">' in client.get(f"{LIST}{merchant_id}/").content.decode()
    (row,) = [one for one in project.book.all() if one.merchant_uid == merchant_id]
    assert row.cancel_amount == 0


def test_a_payment_that_does_not_exist_is_a_404(operator):
    assert operator("view_payment").get(f"{LIST}nothing/").status_code == 404


def test_nobody_can_add_change_or_delete_a_payment_in_the_admin(operator, project):
    client = operator("view_payment", "refund_payment")
    assert client.get(f"{LIST}add/").status_code == 404
