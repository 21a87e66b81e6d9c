"""What comparing with payout files found. Findings and days are bounded JSON lists, a column each."""

import json
from datetime import date
from typing import Any, Final

import sqlalchemy as sa

from payments.adapters.sql.schema.side_tables import settlements
from payments.adapters.sql.side.latest import Statements
from payments.domain.books.settlement import PayoutDay, Settlement, SettlementFinding, SettlementFindingKind

_SAME: Final = ("id", "currency", "since", "until", "compared_at", "agreed", "skipped", "more")
_OF_FINDING: Final = ("kind", "line", "name", "amount", "merchant_id", "gateway_id", "what")


def _row(settlement: Settlement) -> dict[str, Any]:
    findings = [[getattr(one, name) for name in _OF_FINDING] for one in settlement.findings]
    days = [[one.day and one.day.isoformat(), one.amount, one.fee, one.rows] for one in settlement.days]
    same = {name: getattr(settlement, name) for name in _SAME}
    own = {"file_name": settlement.file, "compared_by": settlement.by, "file_rows": settlement.rows}
    return same | own | {"findings": json.dumps(findings, ensure_ascii=False), "days": json.dumps(days)}


def _settlement(row: sa.RowMapping) -> Settlement:
    findings = [dict(zip(_OF_FINDING, one, strict=True)) for one in json.loads(row["findings"])]
    days = [
        PayoutDay(day=day and date.fromisoformat(day), amount=amount, fee=fee, rows=rows)
        for day, amount, fee, rows in json.loads(row["days"])
    ]
    return Settlement(
        **{name: row[name] for name in _SAME},
        file=row["file_name"],
        by=row["compared_by"],
        rows=row["file_rows"],
        days=tuple(days),
        findings=tuple(SettlementFinding(**one | {"kind": SettlementFindingKind(one["kind"])}) for one in findings),
    )


SETTLEMENTS: Final = Statements(settlements, "compared_at", _settlement, _row)
