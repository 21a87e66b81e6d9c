"""SqlBacklog: how much waits. Each number is one bounded query over an index of what waits."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

import attrs
import sqlalchemy as sa

from payments.adapters.sql.engine.fronts import Front
from payments.adapters.sql.schema.moment import Moment
from payments.adapters.sql.schema.side_tables import DEAD, WAITING, marks, outbox
from payments.adapters.sql.schema.tables import OPEN, OPEN_STRAY, ROUTINE, URGENT, attempts, payments, refunds
from payments.domain.ports import MOST_COUNTED, Backlog
from payments.domain.schedule import LONGEST_ACCEPTED


def _count(table: sa.Table, *which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    rows: sa.Select[Any] = (
        sa.select(sa.literal_column("1").label("one")).select_from(table).where(*which).limit(MOST_COUNTED)
    )
    return sa.select(sa.func.count()).select_from(rows.subquery())


def _due(which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return _count(payments, payments.c.due_at <= sa.bindparam("before", type_=Moment), which)


def _oldest(which: sa.ColumnElement[bool], order: sa.Column[Any]) -> sa.Select[Any]:
    rows = sa.select(outbox.c.created_at).where(which).order_by(order).limit(MOST_COUNTED).subquery()
    return sa.select(sa.func.min(rows.c.created_at, type_=Moment))


_DUE: Final = (_due(URGENT), _due(ROUTINE))
_OVERDUE: Final = _due(URGENT)
_REFUNDS: Final = _count(refunds, OPEN)
_UNFINISHED: Final = _count(refunds, OPEN, refunds.c.accepted_at < sa.bindparam("before", type_=Moment))
_STRAYS: Final = _count(attempts, OPEN_STRAY)
_WAITING: Final = _count(outbox, WAITING)
_DEAD: Final = _count(outbox, DEAD)
_OLDEST: Final = _oldest(WAITING, outbox.c.due_at)
_RECONCILED: Final = sa.select(marks.c.provider, marks.c.reconciled_until)


@attrs.frozen
class SqlBacklog:
    """Counts what waits in a database. BacklogReader documents the call."""

    _front: Front

    async def read(self, now: datetime, overdue_before: datetime, providers: Collection[str] | None = None) -> Backlog:
        """Return how much waits at *now*. Raises StorageUnavailable."""
        return await self._front.read(lambda connection: _read(connection, now, overdue_before, providers))


def _read(
    connection: sa.Connection, now: datetime, overdue_before: datetime, providers: Collection[str] | None
) -> Backlog:
    reached = [until for name, until in connection.execute(_RECONCILED) if providers is None or name in providers]
    return Backlog(
        due=min(sum(connection.scalar(due, {"before": now}) for due in _DUE), MOST_COUNTED),
        overdue=connection.scalar(_OVERDUE, {"before": overdue_before}),
        open_refunds=connection.scalar(_REFUNDS),
        unfinished_refunds=connection.scalar(_UNFINISHED, {"before": now - LONGEST_ACCEPTED}),
        open_strays=connection.scalar(_STRAYS),
        messages_waiting=connection.scalar(_WAITING),
        messages_dead=connection.scalar(_DEAD),
        oldest_message=connection.scalar(_OLDEST),
        reconciled_until=min(reached, default=None),
    )
