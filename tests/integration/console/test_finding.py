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


@pytest.mark.usefixtures("one_day")
def test_conditions_narrow_the_list_and_what_is_shown_is_what_the_csv_has(kim: Visitor) -> None:
    payment, _ = kim.api.paid()
    kim.api.begun("silver")
    today = kim.api.service.clock.now().astimezone(kim.api.service.zone).date().isoformat()
    shown = {
        "of=captured": 1,
        f"of=captured&from={today}&to={today}": 1,
        "of=captured&to=2020-01-01": 0,
        "amount=12,000": 1,
        "amount=12000&currency=USD": 0,
        "amount=1&of=captured": 0,
        "method=card": 2,
        "method=mobile": 0,
        "refunding=1": 0,
        f"q={payment['merchant_id']}&status=paid": 1,
    }
    for query, count in shown.items():
        assert listed(kim.get(f"/payments?{query}").text) == count, query
        text = kim.get(f"/payments.csv?{query}").content.decode("utf-8-sig")
        assert len(list(csv.DictReader(io.StringIO(text)))) == count, query


@pytest.mark.parametrize(
    "query", ["of=never", "method=barter", "from=yesterday", "amount=lots", "from=2026-02-01&to=2026-01-01"]
)
def test_a_condition_that_cannot_be_read_is_refused_in_a_sentence(kim: Visitor, query: str) -> None:
    answer = kim.get(f"/payments?{query}")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_a_search_is_saved_replaced_and_deleted(kim: Visitor) -> None:
    for query in ("status=paid", "method=card&evil=1"):
        answer = kim.post("/filters", {"name": "<b>카드", "query": query})
        assert answer.status_code == 303
    assert answer.headers["Location"] == "/console/payments?method=card"
    page = kim.get("/payments").text
    assert page.count("&lt;b&gt;카드</a>") == 1
    assert 'href="/console/payments?method=card">' in page
    assert kim.post("/filters/forget", {"name": "<b>카드"}).status_code == 303
    assert "카드</a>" not in kim.get("/payments").text


def test_only_a_few_searches_that_mean_something_are_saved(kim: Visitor) -> None:
    for form in ({"name": "", "query": "q=1"}, {"name": "all", "query": ""}, {"name": "odd", "query": "status=odd"}):
        assert kim.post("/filters", form).status_code == 422
    statuses = [kim.post("/filters", {"name": f"{n}", "query": f"q={n}"}).status_code for n in range(9)]
    assert statuses == [303] * 8 + [422]


@pytest.mark.parametrize("cookie", ["nonsense", "W10=", "WzFd", "e30=", "W1sxLDJdXQ=="])
def test_a_cookie_that_cannot_be_read_has_no_saved_search(kim: Visitor, cookie: str) -> None:
    kim.session.cookies.set("payments_filters", cookie)
    assert kim.get("/payments").status_code == 200
