"""`payments refund` and `strays`: money moves only as it was typed, after a question."""

import io
import sys

import pytest
from builders import a_report
from integration.cli.operators import Operator

from payments.domain.money import Money
from payments.domain.orphan import Orphan
from payments.entrypoints.blocking import run


def test_a_refund_takes_money_as_people_write_it(operator: Operator):
    merchant_id, _ = operator.paid()
    code, out, _ = operator.command(
        "refund", merchant_id, "--amount", "5,000", "--reason", "반품", "--yes", "--language", "en"
    )
    assert (code, out) == (0, "₩5,000 refunded.\n")
    assert operator.command("refund", merchant_id, "--yes", "--language", "ko")[1] == "7,000원 환불했습니다.\n"
    told = operator.json("show", merchant_id)
    assert (told["payment"]["status"], told["payment"]["refunded"]) == ("cancelled", 12_000)
    assert told["refunds"][0]["by"].startswith("shop:cli:")


@pytest.mark.parametrize("amount", ["0", "-5", "1.5", "all", "99,999"])
def test_a_refund_that_cannot_be_moves_nothing(operator: Operator, amount):
    merchant_id, _ = operator.paid()
    code, _, err = operator.command("refund", merchant_id, f"--amount={amount}", "--yes")
    assert code in (1, 2)
    assert err.count("\n") == 1
    assert operator.json("show", merchant_id)["refunds"] == []


@pytest.mark.parametrize("option", ["--amount", "--gateway-id", "--tax-free", "--vat"])
def test_an_option_left_empty_by_a_script_gives_back_nothing(operator: Operator, option):
    """Fails where `--amount "$SUM"`, with SUM unset, gives back all there is."""
    merchant_id, _ = operator.paid()
    code, _, err = operator.command("refund", merchant_id, f"{option}=", "--yes")
    assert code in (1, 2)
    assert err.count("\n") == 1
    assert operator.json("show", merchant_id)["refunds"] == []


def test_parts_of_nothing_can_be_said(operator: Operator):
    """No VAT is another thing than VAT that the provider works out."""
    merchant_id, _ = operator.paid()
    assert operator.command("refund", merchant_id, "--vat=0", "--tax-free=0", "--yes")[0] == 0
    assert operator.json("show", merchant_id)["refunds"][0]["vat"] == 0


def test_strays_beyond_the_limit_are_told_of(operator: Operator):
    """Fails where the list looks complete, and an accountant believes it."""
    for number in range(3):
        operator.late(f"order-{number}")
    out = operator.command("strays", "list", "--limit", "2", "--language", "en")[1]
    assert out.count("₩12,000") == 2
    cursor = out.splitlines()[-1].removeprefix("More: --cursor ")
    rest = operator.command("strays", "list", "--limit", "2", "--cursor", cursor, "--language", "en")[1]
    assert (rest.count("₩12,000"), "More" in rest) == (1, False)
    assert operator.json("strays", "list", "--limit", "2")["next"] == cursor


def test_a_person_is_asked_before_money_moves(operator: Operator, monkeypatch):
    merchant_id, _ = operator.paid()
    monkeypatch.setattr(sys, "stdin", Person("n\n"))
    code, out, _ = operator.command("refund", merchant_id, "--language", "en")
    assert code == 1
    assert out == f"Refund ₩12,000 of {merchant_id}? [y/N] Cancelled. Nothing was refunded.\n"
    monkeypatch.setattr(sys, "stdin", Person("y\n"))
    assert operator.command("refund", merchant_id, "--language", "en")[1].endswith("₩12,000 refunded.\n")


class Person:
    """Somebody at a terminal."""

    def __init__(self, answer: str) -> None:
        self.answer = answer

    def isatty(self) -> bool:
        return True

    def readline(self, *_: object) -> str:
        return self.answer


def test_strays_are_listed_returned_and_held(operator: Operator):
    (returned, given), (held, kept) = operator.late("order-1"), operator.late("order-2")
    out = operator.command("strays", "list", "--language", "en")[1]
    assert out.count("₩12,000") == 2
    assert "Paid after closing" in out
    assert operator.command("strays", "return", returned, given, "--language", "en")[:2] == (0, "₩12,000 refunded.\n")
    assert operator.command("strays", "hold", held, kept, "--note", "a colleague's test")[0] == 0
    assert operator.json("strays", "list") == {"strays": []}


def test_a_refund_that_nobody_can_confirm_moves_nothing(operator: Operator, monkeypatch):
    """Fails where `payments refund ID` in cron, ssh or kubectl exec refunds everything."""
    merchant_id, _ = operator.paid()
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    code, _, err = operator.command("refund", merchant_id)
    assert (code, "--yes" in err) == (2, True)
    assert operator.json("show", merchant_id)["refunds"] == []


@pytest.mark.parametrize("which", ["주문/2024.01", "ORD:7 #2"])
def test_an_orphan_of_any_name_is_listed_and_held(operator: Operator, which):
    """Whoever took the money chose its name; only the sandbox insists on plain ones."""
    report = a_report(merchant_id=which, gateway_id="imp_9", amount=Money(700))
    orphan = Orphan.found(report, report.captured_at, "test")
    run(operator.service.use_cases.refunds.orphans.update(report.gateway_id, lambda _: orphan))
    (listed,) = operator.json("orphans", "list")["orphans"]
    assert (listed["merchant_id"], listed["remaining"]) == (which, 700)
    assert operator.command("orphans", "hold", "imp_9", "--note", "a colleague's test")[0] == 0
    assert operator.json("orphans", "list")["orphans"] == []


def test_the_money_that_paid_is_no_stray(operator: Operator):
    merchant_id, attempt = operator.paid()
    code, _, err = operator.command("strays", "return", merchant_id, attempt)
    assert code == 1
    assert "not a stray" in err
    assert operator.json("show", merchant_id)["refunds"] == []
