"""SqlComparisons: what comparing with the providers' lists found. Findings are a bounded JSON list in one column."""

import json
from collections.abc import Sequence
from typing import Any, Final

import attrs
import sqlalchemy as sa

from payments.adapters.sql.engine.fronts import Front
from payments.adapters.sql.schema.moment import Moment
from payments.adapters.sql.schema.side_tables import comparisons
from payments.domain.books.comparison import Comparison, Finding, FindingKind
from payments.domain.errors import PaymentNotFound

_LATEST: Final = sa.select(comparisons).order_by(comparisons.c.started_at.desc(), comparisons.c.id.desc())
_ONE: Final = sa.select(comparisons).where(comparisons.c.id == sa.bindparam("id"))
_PAGE: Final = _LATEST.limit(sa.bindparam("limit", type_=sa.Integer))
_BEFORE: Final = sa.tuple_(sa.bindparam("before_at", type_=Moment), sa.bindparam("before"))
_LATER_PAGE: Final = _PAGE.where(sa.tuple_(comparisons.c.started_at, comparisons.c.id) < _BEFORE)
_STARTED: Final = sa.select(comparisons.c.started_at).where(comparisons.c.id == sa.bindparam("before"))


@attrs.frozen
class SqlComparisons:
    """Where comparisons are stored. Comparisons documents the calls."""

    _front: Front

    async def add(self, comparison: Comparison) -> None:
        """Store a comparison."""
        await self._front.write(lambda connection: connection.execute(sa.insert(comparisons), _row(comparison)))

    async def find(self, comparison_id: str) -> Comparison | None:
        """Return the comparison with this id, if there is one."""

        def work(connection: sa.Connection) -> Comparison | None:
            row = connection.execute(_ONE, {"id": comparison_id}).mappings().one_or_none()
            return _comparison(row) if row else None

        return await self._front.read(work)

    async def page(self, before: str | None, limit: int) -> Sequence[Comparison]:
        """Return up to *limit* comparisons, the latest first, after *before*. Raises PaymentNotFound."""

        def work(connection: sa.Connection) -> list[Comparison]:
            if before is None:
                return [_comparison(row) for row in connection.execute(_PAGE, {"limit": limit}).mappings()]
            started = connection.execute(_STARTED, {"before": before}).scalar_one_or_none()
            if started is None:
                raise PaymentNotFound
            given = {"limit": limit, "before": before, "before_at": started}
            return [_comparison(row) for row in connection.execute(_LATER_PAGE, given).mappings()]

        return await self._front.read(work)


def _row(comparison: Comparison) -> dict[str, Any]:
    findings = [[one.kind, one.merchant_id, one.gateway_id, one.what] for one in comparison.findings]
    same = {name: getattr(comparison, name) for name in _SAME}
    own = {"compared_by": comparison.by, "foreign_rows": comparison.foreign}
    return same | own | {"findings": json.dumps(findings, ensure_ascii=False)}


def _comparison(row: sa.RowMapping) -> Comparison:
    findings = [
        Finding(kind=FindingKind(kind), merchant_id=merchant_id, gateway_id=gateway_id, what=what)
        for kind, merchant_id, gateway_id, what in json.loads(row["findings"])
    ]
    same = {name: row[name] for name in _SAME}
    return Comparison(**same, by=row["compared_by"], foreign=row["foreign_rows"], findings=tuple(findings))


_SAME: Final = ("id", "since", "until", "started_at", "finished_at", "agreed", "more")
