"""Reports over HTTP: JSON and CSV of the same sums, for the shop alone."""

import csv
import io
from datetime import UTC, datetime

import pytest
from support.api import RunningApi, slug


@pytest.fixture
def today(one_day: None, api: RunningApi) -> str:
    """The day on which two payments were captured, and one was refunded in part."""
    payment, _ = api.paid("gold")
    api.paid("silver")
    answer = api.post(f"/payments/{payment['merchant_id']}/refunds", {"amount": 1_000}, headers=api.shop)
    assert answer.status_code == 201
    return f"{datetime.now(UTC):%Y-%m-%d}"


def test_the_totals_are_the_sums_of_the_lines(api: RunningApi, today: str):
    listed = api.get("/payments", headers=api.shop).json()["payments"]
    report = api.get(f"/reports/sums?day={today}&zone=UTC&by=day,method", headers=api.shop).json()
    [total] = report["totals"]
    assert (total["captured"], total["refunded"]) == (sum(one["amount"] for one in listed), 1_000)
    assert total["net"] == sum(line["net"] for line in report["lines"])
    assert {(line["day"], line["method"], line["pg"]) for line in report["lines"]} == {(today, "card", None)}
    assert (report["zone"], report["first"], report["last"]) == ("UTC", today, today)


def test_the_csv_says_the_same_and_is_a_file(api: RunningApi, today: str):
    query = f"from={today}&to={today}&zone=UTC&by=day"
    answer = api.get(f"/reports/sums.csv?{query}", headers=api.shop)
    [line] = api.get(f"/reports/sums?{query}", headers=api.shop).json()["lines"]
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="payments-{today}-{today}.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbf")
    [row] = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert {name: str(line[name]) for name in row} == row


@pytest.mark.parametrize(
    "query", ["", "day=2026-11-31", "month=2026-11&day=2026-11-01", "from=2026-01-01&to=2026-12-31",
              "day=2026-11-25&by=buyer", "day=2026-11-25&zone=Mars"],
)  # fmt: skip
def test_what_cannot_be_reported_is_malformed(api: RunningApi, query: str):
    assert slug(api.get(f"/reports/sums?{query}", headers=api.shop)) == "malformed-request"
    assert slug(api.get(f"/reports/sums.csv?{query}", headers=api.shop)) == "malformed-request"


def test_a_buyer_sees_no_report(api: RunningApi):
    assert api.get("/reports/sums?day=2026-11-25", headers=api.alice).status_code == 403
