"""What comparing with the providers' lists found. Findings are a bounded JSON list in one column."""

import json
from typing import Any, Final

import sqlalchemy as sa

from payments.adapters.sql.schema.side_tables import comparisons
from payments.adapters.sql.side.latest import Statements
from payments.domain.books.comparison import Comparison, Finding, FindingKind, Seen
from payments.domain.money import Money
from payments.domain.report import Rank

_SAME: Final = ("id", "since", "until", "started_at", "finished_at", "agreed", "more")


def _row(comparison: Comparison) -> dict[str, Any]:
    findings = [
        [one.kind, one.merchant_id, one.gateway_id, one.what, *_columns(one.seen)] for one in comparison.findings
    ]
    same = {name: getattr(comparison, name) for name in _SAME}
    own = {"compared_by": comparison.by, "foreign_rows": comparison.foreign}
    return same | own | {"findings": json.dumps(findings, ensure_ascii=False)}


def _comparison(row: sa.RowMapping) -> Comparison:
    findings = [
        Finding(kind=FindingKind(kind), merchant_id=merchant_id, gateway_id=gateway_id, what=what, seen=_seen(*seen))
        for kind, merchant_id, gateway_id, what, *seen in json.loads(row["findings"])
    ]
    same = {name: row[name] for name in _SAME}
    return Comparison(**same, by=row["compared_by"], foreign=row["foreign_rows"], findings=tuple(findings))


def _columns(seen: Seen | None) -> list[Any]:
    return [int(seen.rank), seen.amount.minor, seen.amount.currency, seen.refunded] if seen else []


def _seen(*columns: Any) -> Seen | None:
    if not columns:
        return None
    rank, minor, currency, refunded = columns
    return Seen(rank=Rank(rank), amount=Money(minor, currency), refunded=refunded)


COMPARISONS: Final = Statements(comparisons, "started_at", _comparison, _row)
