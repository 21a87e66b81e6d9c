"""The list of payments: found by what a person has in hand, and taken away as CSV."""

import csv
import io

import attrs
import pytest
from support.api import RunningApi
from support.console import Visitor

from payments.domain.report import Approval
from payments.entrypoints.blocking import run


def listed(page: str) -> int:
    return page.count('<th scope="row"')


@pytest.mark.parametrize("by", ["approval", "transaction", "attempt", "payment", "buyer"])
def test_a_payment_is_found_by_what_the_customer_reads_out(kim: Visitor, by: str) -> None:
    payment, attempt = kim.api.paid()
    kim.api.begun("silver")
    report = kim.api.stored(payment["merchant_id"]).capture(attempt).report
    approval = Approval(number="30012345", transaction_id="tid_77", card="우리카드")
    run(kim.api.service.refresher.record(attrs.evolve(report, approval=approval), "webhook"))
    asked = {
        "approval": approval.number,
        "transaction": approval.transaction_id,
        "attempt": attempt,
        "payment": payment["merchant_id"],
        "buyer": "alice",
    }[by]
    page = kim.get("/payments", params={"q": f" {asked} "}).text
    assert payment["merchant_id"] in page
    assert listed(page) == (2 if by == "buyer" else 1)


def test_what_is_not_there_is_not_found(kim: Visitor) -> None:
    kim.api.begun()
    assert "찾은 결제가 없습니다." in kim.get("/payments", params={"q": "nothing"}).text
    assert kim.get("/payments", params={"status": "odd"}).status_code == 422


def test_a_status_narrows_the_list(kim: Visitor) -> None:
    kim.api.paid()
    kim.api.begun("silver")
    assert listed(kim.get("/payments", params={"status": "paid"}).text) == 1
    assert listed(kim.get("/payments").text) == 2


def test_the_list_goes_on_after_a_page(api: RunningApi, kim: Visitor) -> None:
    for number in range(52):
        api.post("/payments", {"buyer": "b", "order": f"o{number}", "name": "n", "amount": 500}, headers=api.shop)
    page = kim.get("/payments").text
    assert listed(page) == 50
    more = page.partition('<a class="button quiet" href="/console')[2].partition('"')[0]
    assert listed(kim.get(more.replace("&amp;", "&")).text) == 2


def test_the_list_as_csv_opens_in_a_spreadsheet_and_runs_nothing(kim: Visitor) -> None:
    order = {"buyer": "=cmd|' /C calc'!A0", "order": "+1", "name": "책, 두 권", "amount": 5000}
    kim.api.post("/payments", order, headers=kim.api.shop)
    answer = kim.get("/payments.csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert "attachment" in answer.headers["Content-Disposition"]
    [row] = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert (row["buyer"][0], row["order"], row["name"], row["amount"]) == ("'", "'+1", "책, 두 권", "5000")
