"""Money that was given back elsewhere, at the console: recorded once, and decided about by a person."""

import pytest
from support.api import RunningApi
from support.console import Visitor, hidden

from payments.domain.refund import RefundStatus
from payments.entrypoints.blocking import run


@pytest.fixture
def paid(api: RunningApi) -> tuple[str, str]:
    payment, attempt = api.paid()
    return payment["merchant_id"], attempt


def confirmed(visitor: Visitor, payment: str, attempt: str, **form: str) -> dict[str, str]:
    """Return the fields of the confirmation for 5,000 won."""
    asked = {"attempt": attempt, "amount": "5,000", "note": "계좌로 보냄", **form}
    page = visitor.post(f"/payments/{payment}/outside/confirm", asked)
    assert page.status_code == 200, page.text
    return hidden(page)


def statuses(api: RunningApi, payment: str) -> list[tuple[int, RefundStatus]]:
    return [(refund.amount, refund.status) for refund in api.stored(payment).refunds]


def test_money_given_back_elsewhere_is_recorded_once_and_counts(kim: Visitor, paid: tuple[str, str]) -> None:
    fields = confirmed(kim, *paid)
    for _ in range(2):  # a double click
        assert kim.post(f"/payments/{paid[0]}/outside", fields).status_code == 303
    assert statuses(kim.api, paid[0]) == [(5_000, RefundStatus.OUTSIDE)]
    page = kim.get(f"/payments/{paid[0]}").text
    assert ("계좌로 보냄" in page, '<dd id="left">7,000원</dd>' in page) == (True, True)
    assert "5,000원" in kim.get("/reports").text


@pytest.mark.parametrize("change", [{"amount": "12000"}, {"seal": ""}, {"refund_id": "other"}])
def test_a_record_that_was_confirmed_cannot_be_changed(
    kim: Visitor, paid: tuple[str, str], change: dict[str, str]
) -> None:
    assert kim.post(f"/payments/{paid[0]}/outside", confirmed(kim, *paid) | change).status_code == 403
    assert kim.post(f"/payments/{paid[0]}/refund", confirmed(kim, *paid)).status_code == 403, "not a refund"
    assert statuses(kim.api, paid[0]) == []


@pytest.mark.parametrize("form", [{"note": ""}, {"amount": "99,000"}, {"on": "2999-01-01"}, {"on": "soon"}])
def test_a_record_that_cannot_be_is_refused(kim: Visitor, paid: tuple[str, str], form: dict[str, str]) -> None:
    asked = {"attempt": paid[1], "amount": "5,000", "note": "계좌로 보냄", **form}
    answer = kim.post(f"/payments/{paid[0]}/outside/confirm", asked)
    if answer.status_code == 200:
        answer = kim.post(f"/payments/{paid[0]}/outside", hidden(answer))
    assert answer.status_code == 422
    assert statuses(kim.api, paid[0]) == []


@pytest.mark.parametrize(("step", "left"), [("merge", RefundStatus.MERGED), ("count", RefundStatus.OUTSIDE)])
def test_an_operator_decides_whether_it_is_the_same_money(
    kim: Visitor, paid: tuple[str, str], step: str, left: RefundStatus
) -> None:
    kim.post(f"/payments/{paid[0]}/outside", confirmed(kim, *paid))
    kim.api.gateway.refund_in_console(paid[1], 5_000)
    run(kim.api.service.refresher.refresh(kim.api.stored(paid[0]), "sweep"))
    assert "같은 돈인지 정할 환불" in kim.get("/").text
    assert paid[0] in kim.get("/payments", params={"questioned": "1"}).text
    assert "같은 돈입니다" in kim.get(f"/payments/{paid[0]}").text
    [record, _] = sorted(kim.api.stored(paid[0]).refunds, key=lambda refund: not refund.was_outside)
    assert kim.post(f"/payments/{paid[0]}/outside/{record.id}/{step}").status_code == 303
    assert kim.api.stored(paid[0]).refund(record.id).status is left
