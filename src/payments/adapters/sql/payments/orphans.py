"""SqlOrphans: the Orphans port over its table. Its front decides whether a call blocks or suspends."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

import attrs
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from payments.adapters.sql.engine.fronts import Front
from payments.adapters.sql.engine.pairs import is_one_of_pairs, pairs
from payments.adapters.sql.payments.report_rows import Stored
from payments.adapters.sql.payments.rows import message_row, orphan_of, orphan_row
from payments.adapters.sql.schema.moment import Moment
from payments.adapters.sql.schema.side_tables import outbox
from payments.adapters.sql.schema.tables import DUE_ORPHAN, orphans
from payments.domain.errors import PaymentNotFound
from payments.domain.messages import Message
from payments.domain.orphan import Orphan
from payments.domain.successor import check_orphan
from payments.domain.values import DEFAULT_PROVIDER, GatewayId

_log = logging.getLogger(__name__)
_NAMED: Final = orphans.c.gateway_id == sa.bindparam("key_gateway_id")
_THIS: Final = sa.and_(_NAMED, orphans.c.provider == sa.bindparam("key_provider"))
_ANY: Final = sa.select(orphans).where(_NAMED).limit(1)
_ONE: Final = sa.select(orphans).where(_THIS)
_LOCKED: Final = _ONE.with_for_update()
_INSERT: Final = {
    name: insert(orphans).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
    for name, insert in (("sqlite", insert_sqlite), ("postgresql", insert_postgresql))
}
_UPDATE: Final = (
    sa.update(orphans)
    .where(_THIS)
    .values({c: sa.bindparam(c.name) for c in orphans.c if c.name not in ("gateway_id", "provider")})
)
_TELL: Final = sa.insert(outbox)
_DUE: Final = (
    sa.select(orphans)
    .where(orphans.c.due_at <= sa.bindparam("now", type_=Moment), DUE_ORPHAN)
    .order_by(orphans.c.due_at)
    .limit(sa.bindparam("limit", type_=sa.Integer))
    .with_for_update(skip_locked=True)
)
_POSTPONE: Final = (
    sa.update(orphans)
    .where(is_one_of_pairs(orphans.c.gateway_id, orphans.c.provider))
    .values(due_at=sa.bindparam("until", type_=Moment))
)
_NEWEST: Final = orphans.c.found_at.desc(), orphans.c.gateway_id.desc()
_OPEN: Final = sa.and_(orphans.c.refunded < orphans.c.amount, orphans.c.note == "")


@attrs.frozen
class SqlOrphans:
    """Where orphans are stored. Orphans says what each method promises."""

    _front: Front

    async def update(
        self, gateway_id: GatewayId, change: Callable[[Orphan | None], Orphan], provider: str = DEFAULT_PROVIDER
    ) -> Orphan:
        """Store what the pure *change* makes of the orphan (None: not known yet), with its messages."""

        def work(connection: sa.Connection) -> Orphan:
            before = _found(connection.execute(_LOCKED, {"key_gateway_id": gateway_id, "key_provider": provider}))
            after = change(before)
            if after is before:
                return after
            check_orphan(before, after)
            if not _is_stored(connection, before, after):
                return work(connection)  # another process found it first: the change is made on what that one stored
            for event in after.new_events:
                connection.execute(_TELL, message_row(Message.about_orphan(after, event), None))
            return attrs.evolve(after, new_events=())

        return await self._front.write(work)

    async def find(self, gateway_id: GatewayId, provider: str = DEFAULT_PROVIDER) -> Orphan | None:
        """Return the orphan with this gateway id, if there is one."""
        name = {"key_gateway_id": gateway_id, "key_provider": provider}
        return await self._front.read(lambda c: _found(c.execute(_ONE, name)))

    async def page(self, before: GatewayId | None, limit: int, *, open_only: bool) -> Sequence[Orphan]:
        """Return up to *limit* orphans, the latest found first, after *before*. Raises PaymentNotFound (bad cursor)."""

        def work(connection: sa.Connection) -> list[Orphan]:
            chosen = sa.select(orphans).order_by(*_NEWEST).limit(limit)
            if open_only:
                chosen = chosen.where(_OPEN)
            if before is not None:
                last = _found(connection.execute(_ANY, {"key_gateway_id": before}))
                if last is None:
                    raise PaymentNotFound
                key = sa.tuple_(sa.literal(last.found_at, Moment), sa.literal(last.gateway_id))
                chosen = chosen.where(sa.tuple_(orphans.c.found_at, orphans.c.gateway_id) < key)
            return [orphan_of(row) for row in connection.execute(chosen).mappings()]

        return await self._front.read(work)

    async def claim(self, now: datetime, until: datetime, limit: int) -> Sequence[Orphan]:
        """Return at most *limit* due orphans, and make them due again at *until*.

        An orphan whose row cannot be read is postponed but not returned: it must not keep the others waiting.
        """

        def work(connection: sa.Connection) -> list[Orphan]:
            due = connection.execute(_DUE, {"now": now, "limit": limit}).mappings().all()
            if due:
                names = pairs((row["gateway_id"], row["provider"]) for row in due)
                connection.execute(_POSTPONE, {**names, "until": until})
            return [attrs.evolve(orphan, due_at=until) for orphan in _readable(due)]

        return await self._front.write(work)


def _is_stored(connection: sa.Connection, before: Orphan | None, after: Orphan) -> bool:
    """Write the row, and return whether it was written: not where another process has just inserted it."""
    if before is None:
        return connection.execute(_INSERT[connection.dialect.name], orphan_row(after)).rowcount == 1
    connection.execute(
        _UPDATE, orphan_row(after) | {"key_gateway_id": before.gateway_id, "key_provider": before.provider}
    )
    return True


def _readable(rows: Iterable[Stored]) -> Iterator[Orphan]:
    """Yield the orphans of *rows*; a row that describes no possible orphan is logged and left as it is."""
    for row in rows:
        try:
            yield orphan_of(row)
        except Exception:  # noqa: BLE001 - whatever is wrong with one, those beside it must not suffer
            _log.exception("orphan %s: its row describes no possible orphan; it is left as it is", row["gateway_id"])


def _found(rows: sa.CursorResult[Any]) -> Orphan | None:
    row = rows.mappings().one_or_none()
    return orphan_of(row) if row else None
