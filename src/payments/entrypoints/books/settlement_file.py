"""A payout file of a PG, read line by line: CSV in UTF-8 or CP949, with the columns that the settings name.

No PG's format is built in. Lines above the heads are passed over, sums at the end are skipped, and a line that cannot
be read is a finding, never ignored.
"""

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import BinaryIO, Final, TextIO

import attrs

from payments.domain.books.settlement import SettlementFinding, SettlementFindingKind, SettlementRow
from payments.domain.errors import BadInput
from payments.domain.money import MAX_MINOR, minor_units

MOST_LINES_ABOVE: Final = 50
"""Within how many lines the heads of the columns must come."""
LONGEST_LINE: Final = 64 * 1024
"""Characters of a line."""
MAX_NAME: Final = 64
_ENCODINGS: Final = ("utf-8-sig", "cp949")
_CHUNK: Final = 1 << 20
_AMOUNT: Final = re.compile(r"([-+\u2212△▲]?)((?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,17})(?:\.[0-9]{1,4})?)")
_DAY: Final = re.compile(r"([0-9]{4})\s?[-./년]?\s?([0-9]{1,2})\s?[-./월]?\s?([0-9]{1,2})[.일]?(?:[ T].*)?")
_UNITS: Final = ("₩", "￦", "\\", "원", "KRW")
"""What people write around an amount; Korean fonts show the backslash as ₩."""


@attrs.frozen(kw_only=True)
class Columns:
    """The heads of the columns. A cell of `kind` that is one of `refunds` says that the row's amount went back.

    A line is skipped if it is empty, or if one of its cells is one of `totals`.
    """

    name: str
    amount: str
    fee: str = ""
    payout_day: str = ""
    kind: str = ""
    refunds: frozenset[str] = frozenset()
    totals: frozenset[str] = frozenset()
    delimiter: str = ","

    @property
    def heads(self) -> list[str]:
        return [_plain(head) for head in (self.name, self.amount, self.fee, self.payout_day, self.kind) if head]


@attrs.define
class LinesRead:
    """Counts the lines that are no rows and no findings."""

    skipped: int = 0


def encoding_of(file: BinaryIO) -> str:
    """Return the encoding of the whole file. Raises BadInput for any but UTF-8 and CP949."""
    for encoding in _ENCODINGS:
        decoder = codecs.getincrementaldecoder(encoding)()
        file.seek(0)
        try:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise BadInput("The file is neither UTF-8 nor CP949. Save it as CSV in one of them.")


def read_settlement(
    file: BinaryIO, columns: Columns, currency: str, lines: LinesRead
) -> Iterator[SettlementRow | SettlementFinding]:
    """Yield each row of the file, and a finding for each line that cannot be read.

    Raises BadInput where the file is no CSV or has no such columns.
    """
    encoding = encoding_of(file)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    reader = csv.reader(_bounded(text), delimiter=columns.delimiter)
    try:
        places = _places(reader, columns)
        for cells in reader:
            row = _Row(cells=cells, places=places, columns=columns, line=reader.line_num)
            if row.is_skipped:
                lines.skipped += 1
            else:
                yield row.read(currency)
    except csv.Error as error:
        raise BadInput(f"Line {reader.line_num} of the file is no CSV: {error}.") from None
    finally:
        text.detach()  # the file belongs to the caller


def _bounded(file: TextIO) -> Iterator[str]:
    while line := file.readline(LONGEST_LINE + 1):
        if len(line) > LONGEST_LINE:
            raise BadInput(f"A line of the file has more than {LONGEST_LINE} characters.")
        yield line


def _places(reader: Iterator[list[str]], columns: Columns) -> dict[str, int]:
    """Return where each column stands, and leave *reader* behind the heads."""
    for _, cells in zip(range(MOST_LINES_ABOVE), reader, strict=False):
        found = [_plain(cell) for cell in cells]
        if all(head in found for head in columns.heads):
            return {head: found.index(head) for head in columns.heads}
    wanted = ", ".join(columns.heads)
    raise BadInput(f"None of the first {MOST_LINES_ABOVE} lines has all of these columns: {wanted[:200]}.")


@attrs.frozen(kw_only=True)
class _Row:
    """One line below the heads."""

    cells: Sequence[str]
    places: dict[str, int]
    columns: Columns
    line: int

    @property
    def is_skipped(self) -> bool:
        plain = [_plain(cell) for cell in self.cells]
        return not any(plain) or any(cell in self.columns.totals for cell in plain)

    def read(self, currency: str) -> SettlementRow | SettlementFinding:
        name = self._cell(self.columns.name).removeprefix("=").strip("'\"")  # as spreadsheets guard long numbers
        if not 1 <= len(name) <= MAX_NAME:
            return self._finding(name, f"{self.columns.name} must have 1 to {MAX_NAME} characters")
        try:
            amount = read_amount(self._cell(self.columns.amount), currency)
            fee = read_amount(self._cell(self.columns.fee) or "0", currency)
            day = read_payout_day(self._cell(self.columns.payout_day))
        except BadInput as error:
            return self._finding(name, str(error))
        return SettlementRow(line=self.line, name=name, amount=self._signed(amount), fee=fee, payout_day=day)

    def _finding(self, name: str, what: str) -> SettlementFinding:
        kind = SettlementFindingKind.NOT_READ
        return SettlementFinding(kind=kind, line=self.line, name=name[:MAX_NAME], what=what[:300])

    def _signed(self, amount: int) -> int:
        return -abs(amount) if self._cell(self.columns.kind) in self.columns.refunds else amount

    def _cell(self, head: str) -> str:
        place = self.places.get(_plain(head), len(self.cells)) if head else len(self.cells)
        return _plain(self.cells[place]) if place < len(self.cells) else ""


def read_amount(text: str, currency: str) -> int:
    """Return minor units: 12,000 or ₩12,000; negative as -3,000, (3,000) or △3,000. Raises BadInput."""
    bare = text
    for unit in _UNITS:
        bare = bare.replace(unit, "")
    bare = bare.replace(" ", "")
    in_brackets = bare.startswith("(") and bare.endswith(")")
    found = _AMOUNT.fullmatch(bare[1:-1] if in_brackets else bare)
    if found is None:
        raise BadInput(f"{text[:40]!r} is no amount in {currency}")
    minor = minor_units(Decimal(found[2].replace(",", "")), currency)
    if minor > MAX_MINOR:
        raise BadInput(f"{text[:40]!r} is outside the allowed range of amounts")
    return -minor if in_brackets or found[1] not in ("", "+") else minor


def read_payout_day(text: str) -> date | None:
    """Return a day such as 2026-11-25, 20261125, 2026.11.25 or 2026년 11월 25일; None for ''. Raises BadInput."""
    if not text:
        return None
    found = _DAY.fullmatch(text)
    try:
        if found:
            return date(*map(int, found.groups()))
    except ValueError:  # such as the 31st of June
        pass
    raise BadInput(f"{text[:40]!r} is no day")


def _plain(cell: str) -> str:
    """Return a cell without blanks around it, and with composed letters: some systems write 한글 in parts."""
    return unicodedata.normalize("NFC", cell).strip()
