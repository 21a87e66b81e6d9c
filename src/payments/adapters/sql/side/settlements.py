"""SqlSettlements: what comparing with payout files found. Findings and days are bounded JSON lists, a column each."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import attrs
import sqlalchemy as sa

from payments.adapters.sql.engine.fronts import Front
from payments.adapters.sql.schema.moment import Moment
from payments.adapters.sql.schema.side_tables import settlements
from payments.domain.books.settlement import PayoutDay, Settlement, SettlementFinding, SettlementFindingKind
from payments.domain.errors import PaymentNotFound

_LATEST: Final = sa.select(settlements).order_by(settlements.c.compared_at.desc(), settlements.c.id.desc())
_ONE: Final = sa.select(settlements).where(settlements.c.id == sa.bindparam("id"))
_PAGE: Final = _LATEST.limit(sa.bindparam("limit", type_=sa.Integer))
_BEFORE: Final = sa.tuple_(sa.bindparam("before_at", type_=Moment), sa.bindparam("before"))
_LATER_PAGE: Final = _PAGE.where(sa.tuple_(settlements.c.compared_at, settlements.c.id) < _BEFORE)
_COMPARED: Final = sa.select(settlements.c.compared_at).where(settlements.c.id == sa.bindparam("before"))
_SAME: Final = ("id", "currency", "since", "until", "compared_at", "agreed", "skipped", "more")
_OF_FINDING: Final = ("kind", "line", "name", "amount", "merchant_id", "gateway_id", "what")


@attrs.frozen
class SqlSettlements:
    """Where settlements are stored. SettlementBook documents the calls."""

    _front: Front

    async def add(self, settlement: Settlement) -> None:
        """Store a settlement."""
        await self._front.write(lambda connection: connection.execute(sa.insert(settlements), _row(settlement)))

    async def find(self, settlement_id: str) -> Settlement | None:
        """Return the settlement with this id, if there is one."""

        def work(connection: sa.Connection) -> Settlement | None:
            row = connection.execute(_ONE, {"id": settlement_id}).mappings().one_or_none()
            return _settlement(row) if row else None

        return await self._front.read(work)

    async def page(self, before: str | None, limit: int) -> Sequence[Settlement]:
        """Return up to *limit* settlements, the latest first, after *before*. Raises PaymentNotFound."""

        def work(connection: sa.Connection) -> list[Settlement]:
            if before is None:
                return [_settlement(row) for row in connection.execute(_PAGE, {"limit": limit}).mappings()]
            compared = connection.execute(_COMPARED, {"before": before}).scalar_one_or_none()
            if compared is None:
                raise PaymentNotFound
            given = {"limit": limit, "before": before, "before_at": compared}
            return [_settlement(row) for row in connection.execute(_LATER_PAGE, given).mappings()]

        return await self._front.read(work)


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
