"""The books at the console: today, reports, reconciliation, and captures without a payment."""

import csv
import io
from datetime import timedelta

import pytest
from support.api import RunningApi
from support.console import Visitor, add_operator, signed_in

from payments.domain.access import Scope
from payments.domain.books.comparison import Comparison, Finding, FindingKind
from payments.domain.orphan import Orphan
from payments.domain.values import GatewayId, MerchantId
from payments.entrypoints.blocking import run
from payments.testing.builders import a_report


@pytest.fixture
def boss(api: RunningApi) -> Visitor:
    """An operator who may do everything."""
    add_operator(api.service, "boss", Scope.ADMIN)
    return Visitor(api, signed_in(api.service, "boss"))


def compared(api: RunningApi, *findings: Finding, number: int = 1, more: int = 0) -> Comparison:
    """Store a comparison of the hours before now."""
    now = api.service.clock.now()
    times = {"since": now - timedelta(hours=number), "until": now, "started_at": now, "finished_at": now}
    one = Comparison(id=f"c{number}", by="shop:cron", agreed=7, findings=findings, more=more, **times)
    run(api.service.comparing.comparisons.add(one))
    return one


@pytest.mark.usefixtures("one_day")
def test_today_shows_what_was_taken_and_why_tries_were_declined(api: RunningApi, kim: Visitor) -> None:
    api.paid()
    payment = api.begun("silver")["merchant_id"]
    attempt = api.gateway.open(payment, api.stored(payment).price)
    api.gateway.decline(attempt, "<b>한도 초과</b>")
    api.hears(imp_uid=attempt, merchant_uid=payment)
    page = kim.get("/").text
    price = api.stored(payment).price.minor
    assert "2번 중 1번 거절 (50%)" in page, price
    assert "&lt;b&gt;한도 초과&lt;/b&gt;" in page
    assert "답하고 있습니다" in page
    assert "지금은 없습니다." in page


def test_today_lists_what_needs_a_person_with_the_page_where_it_is_dealt_with(api: RunningApi, kim: Visitor) -> None:
    payment, _ = api.paid()
    first = run(api.service.outbox.waiting(1))[0]
    run(api.service.outbox.bury(first.id, "410"))
    finding = Finding(kind=FindingKind.DIFFERED, merchant_id=MerchantId(payment["merchant_id"]), what="cancelled")
    made = compared(api, finding)
    page = kim.get("/").text
    for text, url in (("보내기를 포기한 메시지", "/messages"), ("맞지 않은 것", f"/reconciliation/{made.id}")):
        assert text in page
        assert f'href="/console{url}"' in page
        assert kim.get(url).status_code == 200


@pytest.mark.usefixtures("one_day")
def test_a_report_has_the_same_sums_as_a_page_as_csv_and_as_json(api: RunningApi, kim: Visitor) -> None:
    payment, _ = api.paid()
    price = api.stored(payment["merchant_id"]).price.minor
    assert f"{price:,}원" in kim.get("/reports").text
    asked = {"by_day": "1", "by_method": "1"}
    [row] = csv.DictReader(io.StringIO(kim.get("/reports.csv", params=asked).content.decode("utf-8-sig")))
    answer = kim.get("/reports.json", params=asked)
    [line] = answer.json()["lines"]
    assert "attachment" in answer.headers["Content-Disposition"]
    assert (int(row["captured"]), line["captured"], row["day"]) == (price, price, line["day"])
    days = {"from": row["day"], "to": row["day"]}
    assert f"{price:,}원" in kim.get("/reports", params=days).text


@pytest.mark.parametrize("asked", [{"month": "11"}, {"from": "2026-11-01"}, {"from": "2020-01-01", "to": "2026-01-01"}])
def test_a_report_of_no_period_is_refused_in_a_sentence(kim: Visitor, asked: dict[str, str]) -> None:
    answer = kim.get("/reports", params=asked)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_a_comparison_shows_each_difference_with_its_payment(api: RunningApi, kim: Visitor) -> None:
    payment, _ = api.paid()
    known = Finding(kind=FindingKind.DIFFERED, merchant_id=MerchantId(payment["merchant_id"]), what="<i>cancelled</i>")
    lost = Finding(kind=FindingKind.UNKNOWN_HERE, merchant_id=MerchantId("m_lost"), gateway_id=GatewayId("imp_9"))
    compared(api, known, lost, more=3)
    compared(api, number=2)
    listed = kim.get("/reconciliation").text
    assert ("모두 맞음" in listed, "확인 필요" in listed) == (True, True)
    page = kim.get("/reconciliation/c1").text
    assert f'href="/console/payments/{payment["merchant_id"]}"' in page
    assert "&lt;i&gt;cancelled" in page
    assert "그 밖에 3건" in page
    assert kim.get("/reconciliation/none").status_code == 404
    assert kim.get("/reconciliation", params={"before": "none"}).status_code == 404


def test_the_list_of_comparisons_goes_on_after_a_page(api: RunningApi, kim: Visitor) -> None:
    for number in range(1, 33):
        compared(api, number=number)
    page = kim.get("/reconciliation").text
    more = page.partition('<a class="button quiet" href="/console')[2].partition('"')[0]
    assert (page.count('<th scope="row"'), kim.get(more).text.count('<th scope="row"')) == (30, 2)


def test_a_capture_without_a_payment_is_held_with_a_note(api: RunningApi, boss: Visitor, kim: Visitor) -> None:
    report = a_report(gateway_id="imp_lost", merchant_id="m_lost")
    found = Orphan.found(report, api.service.clock.now(), "reconciliation")
    run(api.service.refunds.orphans.update(report.gateway_id, lambda _: found, report.provider))
    assert "imp_lost" in kim.get("/reconciliation").text
    assert "주문 없는 결제" in kim.get("/").text
    form = {"gateway_id": "imp_lost", "provider": report.provider, "note": ""}
    assert boss.post("/orphans/hold", form).status_code == 422
    assert boss.post("/orphans/hold", {**form, "note": "전화로 확인"}).status_code == 303
    assert "imp_lost" not in kim.get("/reconciliation").text
