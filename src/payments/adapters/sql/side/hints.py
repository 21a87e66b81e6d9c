"""SqlHints: attempts that strangers named and no payment knows, in a table of bounded size."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import attrs
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from payments.adapters.sql.engine.fronts import Front
from payments.adapters.sql.schema.moment import Moment
from payments.adapters.sql.schema.side_tables import hints, meta
from payments.adapters.sql.schema.tables import attempts, payments
from payments.domain.values import GatewayId, MerchantId

MOST_HINTS: Final = 5_000
"""How many hints are kept; further ones are dropped, and reconciliation finds what they would have told."""

_NOW: Final = sa.bindparam("now", type_=Moment)
_UNTIL: Final = sa.bindparam("until", type_=Moment)
_AFTER: Final = sa.bindparam("after", type_=Moment)
_GATEWAY_ID: Final = sa.bindparam("key_gateway_id", type_=sa.String)
_NAMED: Final = (
    sa.select(payments.c.merchant_id).where(payments.c.merchant_id == sa.bindparam("key_merchant_id")),
    sa.select(attempts.c.merchant_id).where(attempts.c.gateway_id == _GATEWAY_ID),
)
_ROOM: Final = sa.select(sa.func.count()).select_from(hints).scalar_subquery() < sa.bindparam("most", type_=sa.Integer)
_NEW: Final = sa.select(_GATEWAY_ID, _NOW, _NOW).where(_ROOM)
_ADD: Final = {
    name: insert(hints)
    .from_select(["gateway_id", "received_at", "due_at"], _NEW)
    .on_conflict_do_nothing()
    .execution_options(preserve_rowcount=True)
    for name, insert in (("sqlite", insert_sqlite), ("postgresql", insert_postgresql))
}
_DUE: Final = (
    sa.select(hints.c.gateway_id)
    .where(hints.c.due_at <= _NOW)
    .order_by(hints.c.due_at, hints.c.gateway_id)
    .limit(sa.bindparam("limit", type_=sa.Integer))
    .with_for_update(skip_locked=True)
)
_ANY_DUE: Final = sa.select(hints.c.gateway_id).where(hints.c.due_at <= _NOW).limit(1)
_TAKE_TURN: Final = (
    sa.update(meta)  # a mark farther away than the pause is that of a wrong clock, so it holds nobody up
    .where(sa.or_(meta.c.hints_after.is_(None), meta.c.hints_after <= _NOW, meta.c.hints_after > _AFTER))
    .values(hints_after=_AFTER)
)
_POSTPONE: Final = (
    sa.update(hints).where(hints.c.gateway_id.in_(sa.bindparam("ids", expanding=True))).values(due_at=_UNTIL)
)
_REMOVE: Final = sa.delete(hints).where(hints.c.gateway_id == _GATEWAY_ID)
_FORGET: Final = sa.delete(hints).where(hints.c.received_at < sa.bindparam("before", type_=Moment))


@attrs.frozen
class SqlHints:
    """The hints of a database. Hints says what each method promises."""

    _front: Front
    most: int = MOST_HINTS

    async def payment_named(self, merchant_id: MerchantId | None, gateway_id: GatewayId | None) -> MerchantId | None:
        """Return the payment of this id, else the one that has this attempt: both are read, whichever is found."""
        given = {"key_merchant_id": merchant_id, "key_gateway_id": gateway_id}

        def work(connection: sa.Connection) -> list[MerchantId | None]:
            return [connection.execute(statement, given).scalar_one_or_none() for statement in _NAMED]

        by_id, by_attempt = await self._front.read(work)
        return by_id or by_attempt

    async def add_hint(self, gateway_id: GatewayId, now: datetime) -> bool:
        """Keep a hint, due at once; False where it is kept already or the list is full."""
        given = {"key_gateway_id": gateway_id, "now": now, "most": self.most}
        return await self._front.write(lambda c: c.execute(_ADD[c.dialect.name], given).rowcount == 1)

    async def claim_hints(self, now: datetime, until: datetime, limit: int, pause: timedelta) -> Sequence[GatewayId]:
        """Return at most *limit* due hints, oldest first, unless the last claim was less than *pause* ago."""

        if not await self._front.read(lambda c: c.execute(_ANY_DUE, {"now": now}).first()):
            return []  # most of the time, and it writes nothing

        def work(connection: sa.Connection) -> list[GatewayId]:
            ids = list(connection.execute(_DUE, {"now": now, "limit": limit}).scalars())
            if not ids or connection.execute(_TAKE_TURN, {"now": now, "after": now + pause}).rowcount == 0:
                return []
            connection.execute(_POSTPONE, {"ids": ids, "until": until})
            return [GatewayId(gateway_id) for gateway_id in ids]

        return await self._front.write(work)

    async def remove_hint(self, gateway_id: GatewayId) -> None:
        """Forget a hint that was followed."""
        await self._front.write(lambda connection: connection.execute(_REMOVE, {"key_gateway_id": gateway_id}))

    async def forget_hints(self, before: datetime) -> int:
        """Drop the hints that were received before *before*."""
        return await self._front.write(lambda connection: connection.execute(_FORGET, {"before": before}).rowcount)
