"""`payments outside`: money that was given back elsewhere is recorded with its sum, note and name."""

import pytest
from integration.cli.operators import Operator

from payments.entrypoints.blocking import run

NOTE = ("--note", "계좌 이체, 김 대리")


def test_it_is_recorded_shown_and_reported(operator: Operator):
    merchant_id, _ = operator.paid()
    code, out, err = operator.command("outside", "record", merchant_id, "--amount", "5,000", *NOTE, "--language", "en")
    assert (code, err, out.count("₩5,000"), "Given back elsewhere" in out) == (0, "", 1, True)
    told = operator.json("show", merchant_id)
    assert (told["payment"]["outside"], told["payment"]["left"], told["payment"]["refunded"]) == (5_000, 7_000, 0)
    assert told["events"][-1]["kind"] == "refunded_outside"
    assert told["events"][-1]["by"].startswith("shop:cli:")
    [total] = operator.json("report", "--from", "2026-01-01", "--to", "2035-12-31")["totals"]
    assert (total["captured"], total["refunded"], total["outside"], total["net"]) == (12_000, 0, 5_000, 7_000)
    lines = operator.command("report", "--from", "2026-01-01", "--to", "2035-12-31")[1].splitlines()
    assert ["given back elsewhere" in lines[0], "₩5,000" in lines[-1]] == [True, True]


def test_a_name_of_ones_own_is_recorded_once(operator: Operator):
    merchant_id, _ = operator.paid()
    for _ in range(2):
        recorded = operator.json("outside", "record", merchant_id, "--amount", "5000", *NOTE, "--key", "bank-1")
        assert recorded["id"] == "bank-1"
    assert operator.json("show", merchant_id)["payment"]["outside"] == 5_000


@pytest.mark.parametrize(
    "options", [("--amount", "0", *NOTE), ("--amount", "12,001", *NOTE), ("--amount", "1", "--note", " "),
                ("--amount", "1", *NOTE, "--on", "2999-01-01"), ("--amount", "1"), NOTE,
                ("--amount", "1", *NOTE, "--key", "k" * 33)],
)  # fmt: skip
def test_what_cannot_have_been_is_not_recorded(operator: Operator, options: tuple[str, ...]):
    merchant_id, _ = operator.paid()
    assert operator.command("outside", "record", merchant_id, *options)[0] in (1, 2)
    assert operator.json("show", merchant_id)["payment"]["outside"] == 0


@pytest.mark.parametrize(("decision", "outside"), [("merge", 0), ("count", 5_000)])
def test_a_refund_of_the_same_sum_at_the_provider_is_decided(operator: Operator, decision: str, outside: int):
    merchant_id, attempt = operator.paid()
    operator.json("outside", "record", merchant_id, "--amount", "5000", *NOTE, "--key", "bank-1")
    operator.sandbox.console_cancel(attempt, 5_000)
    run(operator.service.refresher.refresh(run(operator.service.payments.get(merchant_id)), "test"))
    assert [one["outside"] for one in operator.json("list", "--questioned")["payments"]] == [0]
    assert operator.command("outside", decision, merchant_id, "bank-1")[0] == 0
    assert operator.json("show", merchant_id)["payment"]["outside"] == outside
    assert operator.json("list", "--questioned")["payments"] == []
