"""`payments settlements`: a payout file is compared with the books, both ways, and what was found is kept."""

import csv
import io
from pathlib import Path

import pytest
from integration.cli.operators import Operator

HEADS = "거래번호,거래금액,수수료,지급일"
PERIOD = ("--from", "2026-01-01", "--to", "2035-12-31")


@pytest.fixture
def columns(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {
        "NAME": "거래번호",
        "NAMED_BY": "gateway_id",
        "AMOUNT": "거래금액",
        "FEE": "수수료",
        "PAYOUT_DAY": "지급일",
    }
    for name, head in settings.items():
        monkeypatch.setenv(f"PAYMENTS_SETTLEMENT_{name}", head)


def payout(folder: Path, *rows: str, encoding: str = "cp949") -> str:
    file = folder / "정산.csv"
    file.write_text("\n".join([HEADS, *rows, ""]), encoding=encoding)
    return str(file)


@pytest.mark.usefixtures("columns")
def test_a_file_that_agrees_exits_with_0_and_tells_what_is_paid_out(operator: Operator, tmp_path: Path):
    _, attempt = operator.paid()
    file = payout(tmp_path, f'{attempt},"12,000",360,2026-11-27')
    code, out, err = operator.command("settlements", "compare", file, *PERIOD, "--language", "en")
    assert (code, err, "₩11,640" in out) == (0, "", True)
    [listed] = operator.json("settlements", "list")["settlements"]
    assert (listed["file"], listed["agrees"], listed["days"][0]["payout"]) == ("정산.csv", True, 11_640)


@pytest.mark.usefixtures("columns")
def test_what_does_not_agree_exits_with_1_and_is_a_csv_for_a_spreadsheet(operator: Operator, tmp_path: Path):
    merchant_id, attempt = operator.paid()
    file = payout(tmp_path, "=cmd(),500,0,2026-11-27", encoding="utf-8-sig")
    code, out, _ = operator.command("settlements", "compare", file, *PERIOD, "--csv")
    rows = list(csv.DictReader(io.StringIO(out.removeprefix("\ufeff"))))
    assert code == 1
    assert [(one["kind"], one["name"], one["amount"]) for one in rows] == [
        ("not_in_books", "cmd()", "500"),
        ("not_in_file", attempt, "12000"),
    ]
    assert rows[1]["merchant_id"] == merchant_id
    code, out, _ = operator.command("settlements", "compare", file, *PERIOD, "--language", "en")
    assert (code, "not in our books" in out, "not in the file" in out) == (1, True, True)
    assert len(operator.json("settlements", "list", "--limit", "1")["settlements"]) == 1


def test_without_the_columns_or_the_file_nothing_is_compared(operator: Operator, tmp_path: Path, monkeypatch):
    file = payout(tmp_path)
    assert "settlement.name" in operator.command("settlements", "compare", file, *PERIOD)[2]
    monkeypatch.setenv("PAYMENTS_SETTLEMENT_NAME", "거래번호")
    monkeypatch.setenv("PAYMENTS_SETTLEMENT_AMOUNT", "없는 열")
    for name in (file, str(tmp_path / "none.csv"), str(tmp_path)):
        code, out, err = operator.command("settlements", "compare", name, *PERIOD)
        assert (code, out, err.count("\n")) == (2, "", 1)
    assert operator.command("settlements", "list") == (0, "None.\n", "")
