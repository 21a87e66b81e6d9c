"""`payments report`: a table for people, JSON and CSV for programs."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from integration.cli.operators import Operator

from payments.entrypoints.display import ZONE


@pytest.mark.usefixtures("one_day")
def test_a_report_is_a_table_with_a_total(operator: Operator):
    merchant_id, _ = operator.paid("gold")
    operator.paid("silver")
    operator.command("refund", merchant_id, "--amount", "1000", "--yes")
    listed = operator.json("list")["payments"]
    month, utc = (f"{datetime.now(ZoneInfo(zone)):%Y-%m}" for zone in (ZONE, "UTC"))
    [total] = operator.json("report", "--month", utc, "--zone", "UTC")["totals"]
    assert (total["captured"], total["refunded"]) == (sum(one["amount"] for one in listed), 1_000)
    code, out, _ = operator.command("report", "--month", month, "--by", "day,method")
    assert (code, out.splitlines()[-1].split()[0]) == (0, "total")
    code, out, _ = operator.command("report", "--month", month, "--csv")
    assert (code, out[0], out.count("\n")) == (0, "\ufeff", 2)


def test_a_month_without_money_says_so(operator: Operator):
    assert operator.command("report", "--month", "2020-01") == (0, "None.\n", "")


def test_a_report_of_no_days_is_refused(operator: Operator):
    code, out, err = operator.command("report")
    assert (code, out, err.count("\n")) == (2, "", 1)
