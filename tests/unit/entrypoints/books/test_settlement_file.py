"""A payout file is read in the encodings that PGs write, with any heads, and no line of it is ignored."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.domain.books.settlement import SettlementFinding, SettlementRow
from payments.domain.errors import BadInput
from payments.domain.money import MAX_MINOR
from payments.entrypoints.books.settlement_file import (
    LONGEST_LINE,
    Columns,
    LinesRead,
    read_amount,
    read_payout_day,
    read_settlement,
)

COLUMNS = Columns(
    name="거래번호",
    amount="거래금액",
    fee="수수료",
    payout_day="지급일",
    kind="구분",
    refunds=frozenset({"취소"}),
    totals=frozenset({"합계"}),
)
TEXT = """정산 내역서,2026년 11월
,
구분,거래번호,거래금액,수수료,지급일
승인,tid-1,"12,000",360,2026-11-27
취소,tid-1,"3,000",-90,20261128

승인,,500,0,2026-11-27
승인,tid-2,만원,0,2026-11-27
승인,tid-3,500,0,2026-11-31
,합계,"9,000",270,
"""
ROWS = [
    SettlementRow(line=4, name="tid-1", amount=12_000, fee=360, payout_day=date(2026, 11, 27)),
    SettlementRow(line=5, name="tid-1", amount=-3_000, fee=-90, payout_day=date(2026, 11, 28)),
]


def read(path: Path, content: bytes, columns: Columns = COLUMNS) -> tuple[list[SettlementRow | SettlementFinding], int]:
    file, lines = path / "payout.csv", LinesRead()
    file.write_bytes(content)
    with file.open("rb") as opened:
        return list(read_settlement(opened, columns, "KRW", lines)), lines.skipped


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
def test_the_same_rows_are_read_in_each_encoding(tmp_path: Path, encoding: str) -> None:
    found, skipped = read(tmp_path, TEXT.encode(encoding))
    assert [one for one in found if isinstance(one, SettlementRow)] == ROWS
    unread = [one for one in found if isinstance(one, SettlementFinding)]
    assert [(one.line, one.name) for one in unread] == [(7, ""), (8, "tid-2"), (9, "tid-3")]
    assert "만원" in unread[1].what
    assert skipped == 2  # an empty line and the total


@pytest.mark.parametrize("content", ["구분".encode("utf-16"), b"\xff\xff\xff"])
def test_any_other_encoding_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(BadInput, match="neither UTF-8 nor CP949"):
        read(tmp_path, content)


@pytest.mark.parametrize(
    "content", [b"", b"a,b\n1,2\n", b"\n" * 60 + TEXT.encode(), b'"' + b"x" * (LONGEST_LINE + 1), b"\x00" * 10],
)  # fmt: skip
def test_a_file_without_the_columns_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(BadInput):
        read(tmp_path, content)


def test_other_delimiters_and_guarded_numbers_are_read(tmp_path: Path) -> None:
    columns = Columns(name="TID", amount="AMT", delimiter=";")
    found, _ = read(tmp_path, b'TID;AMT\n="0042";-7\n\'0043;8\n0044\n', columns)
    assert [(one.name, getattr(one, "amount", None)) for one in found] == [("0042", -7), ("0043", 8), ("0044", 0)]
    assert isinstance(found[2], SettlementFinding)


@pytest.mark.parametrize(
    ("text", "minor"),
    [("12,000", 12_000), ("₩12,000", 12_000), ("12000원", 12_000), ("-3,000", -3_000), ("(3,000)", -3_000),
     ("△3,000", -3_000), ("▲ 3,000", -3_000), ("\u22123", -3), ("+5", 5), ("0", 0), ("12,000.00", 12_000)],
)  # fmt: skip
def test_amounts_are_read_as_accountants_write_them(text: str, minor: int) -> None:
    assert read_amount(text, "KRW") == minor


@pytest.mark.parametrize("text", ["", "1,99", "12,00", "1e3", "--1", "0.5", "NaN", str(MAX_MINOR + 1), "١٢"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_amount(text, "KRW")


@given(st.integers(-MAX_MINOR, MAX_MINOR))
def test_every_amount_is_read_back(minor: int) -> None:
    assert read_amount(f"{minor:,}", "KRW") == minor


@pytest.mark.parametrize(
    "text",
    ["2026-11-05", "20261105", "2026.11.05", "2026/11/5", "2026. 11. 5.", "2026년 11월 5일", "2026-11-05 09:00:00"],
)
def test_payout_days_are_read_as_people_write_them(text: str) -> None:
    assert read_payout_day(text) == date(2026, 11, 5)


@pytest.mark.parametrize("text", ["26-11-05", "2026-13-01", "2026-02-30", "tomorrow", "5.11.2026"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_payout_day(text)


def test_a_day_that_is_not_said_is_none() -> None:
    nothing: Sequence[str] = ("",)
    assert [read_payout_day(text) for text in nothing] == [None]
