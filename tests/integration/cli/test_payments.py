"""`payments show`, `list`, `refresh` and `cancel`: what an operator reads about payments."""

import pytest
from integration.cli.operators import Operator


def test_a_payment_is_shown_with_money_and_seouls_time(operator: Operator):
    merchant_id, attempt = operator.paid()
    code, out, _ = operator.command("show", merchant_id, "--language", "en")
    assert code == 0
    for part in (
        merchant_id,
        "Paid",
        "[test money]",
        "₩12,000",
        "alice",
        "골드 멤버십",
        attempt,
        "Accepted",
        "Captured",
    ):
        assert part in out
    korean = operator.command("show", merchant_id, "--language", "ko")[1]
    for part in ("결제 완료", "12,000원", "정상 결제", "결제 승인", "테스트 결제"):
        assert part in korean


def test_a_payment_as_json_is_what_the_api_says(operator: Operator):
    merchant_id, attempt = operator.paid()
    told = operator.json("show", merchant_id)
    assert (told["payment"]["status"], told["payment"]["amount"]) == ("paid", 12_000)
    assert told["payment"]["attempts"][0]["gateway_id"] == attempt
    assert [event["version"] for event in told["events"]] == [1, 2, 3]


def test_payments_are_listed_newest_first_and_page_by_page(operator: Operator):
    older, newer = operator.begun("gold"), operator.paid("silver")[0]
    out = operator.command("list", "--language", "en")[1]
    assert out.index(newer) < out.index(older)
    assert [p["merchant_id"] for p in operator.json("list", "--status", "paid")["payments"]] == [newer]
    first = operator.json("list", "--limit", "1")
    assert first["next"] == newer
    assert [p["merchant_id"] for p in operator.json("list", "--cursor", first["next"])["payments"]] == [older]
    assert operator.command("list", "--buyer", "nobody", "--language", "en")[1] == "None.\n"


def test_looking_finds_what_no_webhook_told(operator: Operator):
    merchant_id = operator.begun()
    operator.attempt(merchant_id)
    assert operator.json("refresh", merchant_id)["payment"]["status"] == "paid"


def test_an_unpaid_payment_is_cancelled_and_a_paid_one_is_not(operator: Operator):
    assert operator.json("cancel", operator.begun("silver"))["payment"]["status"] == "cancelled"
    code, out, err = operator.command("cancel", operator.paid("gold")[0])
    assert (code, out) == (1, "")
    assert err == "This payment is paid. Refund it instead of cancelling it.\n"


@pytest.mark.parametrize("limit", ["0", "-1", "-5", "1001"])
@pytest.mark.parametrize("command", [["list"], ["strays", "list"], ["outbox", "dead"]], ids=" ".join)
def test_a_list_of_no_possible_length_is_refused(operator: Operator, command, limit):
    operator.begun()
    code, out, err = operator.command(*command, f"--limit={limit}")
    assert (code, out) == (2, "")
    assert err.count("\n") == 1


def test_what_is_none_is_told_in_one_sentence(operator: Operator):
    for arguments in (["show", "nobody"], ["refresh", "nobody"], ["cancel", "nobody"], ["refund", "nobody"]):
        assert operator.command(*arguments) == (1, "", "There is no such payment.\n")
    code, _, err = operator.command("refresh", "n" * 41)
    assert (code, err.count("\n")) == (2, 1)


def test_a_payment_is_listed_by_what_a_caller_reads_out(operator: Operator):
    merchant_id, attempt = operator.paid("gold")
    operator.paid("silver")
    (row,) = operator.sandbox.payments(merchant_id)
    for called in (row.apply_num, row.pg_tid, attempt):
        listed = operator.json("list", "--called", called)["payments"]
        assert [one["merchant_id"] for one in listed] == [merchant_id]
    assert operator.json("list", "--called", "00000000")["payments"] == []


def test_a_payment_is_shown_by_whatever_it_is_called(operator: Operator):
    merchant_id, attempt = operator.paid("gold")
    (row,) = operator.sandbox.payments(merchant_id)
    for name in (merchant_id, "gold", row.apply_num, attempt):
        assert operator.json("show", name)["payment"]["merchant_id"] == merchant_id
    operator.paid("gold", "kim")
    code, out, _ = operator.command("show", "gold")
    assert (code, out.count("gold")) == (1, 2), "a list of both"


def test_payments_are_listed_by_sum_method_and_day(operator: Operator):
    merchant_id, _ = operator.paid("gold")
    operator.begun("silver")
    price = operator.json("show", merchant_id)["payment"]["amount"]

    def found(*arguments: str) -> list[str]:
        return [one["merchant_id"] for one in operator.json("list", *arguments)["payments"]]

    assert found("--period", "captured", "--from", "2020-01-01", "--to", "2099-12-31") == [merchant_id]
    assert found("--period", "captured", "--amount", f"{price:,}", "--method", "card") == [merchant_id]
    assert found("--to", "2020-01-01") == found("--period", "refunded") == found("--name", "zzz") == []
    code, _, err = operator.command("list", "--from", "yesterday")
    assert (code, err.count("\n")) == (2, 1)


def test_when_money_came_and_went_is_told_with_the_zone(operator: Operator):
    merchant_id, _ = operator.paid("gold")
    operator.command("refund", merchant_id, "--yes")
    _, out, _ = operator.command("show", merchant_id)
    assert " KST" in next(line for line in out.splitlines() if line.strip().startswith("paid"))
    assert " KST" in next(line for line in out.splitlines() if line.strip().startswith("refunded at"))
    assert operator.json("show", merchant_id)["refunds"][0]["done_at"]


def test_orders_that_two_buyers_paid_are_listed(operator: Operator):
    twice = {operator.paid("gold")[0], operator.paid("gold", "kim")[0]}
    operator.paid("silver")
    assert operator.json("list", "--status", "paid", "--limit", "9")["payments"][2:]
    listed = operator.json("list", "--paid-twice")["payments"]
    assert {one["merchant_id"] for one in listed} == twice
