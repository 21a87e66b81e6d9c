"""SqlHints: attempts that strangers named and no payment knows, in a table of bounded size."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import attrs
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from payments.adapters.sql.engine.fronts import Front
from payments.adapters.sql.engine.pairs import is_one_of_pairs, pairs
from payments.adapters.sql.schema.moment import Moment
from payments.adapters.sql.schema.side_tables import hints, meta
from payments.adapters.sql.schema.tables import attempts, payments
from payments.domain.access import Hint
from payments.domain.values import MerchantId

MOST_HINTS: Final = 5_000
"""How many hints are kept; further ones are dropped, and reconciliation finds what they would have told."""

_NOW: Final = sa.bindparam("now", type_=Moment)
_UNTIL: Final = sa.bindparam("until", type_=Moment)
_AFTER: Final = sa.bindparam("after", type_=Moment)
_GATEWAY_ID: Final = sa.bindparam("key_gateway_id", type_=sa.String)
_MERCHANT_ID: Final = sa.bindparam("key_merchant_id", type_=sa.String)
_PROVIDER: Final = sa.bindparam("key_provider", type_=sa.String)
_NAMED: Final = (
    sa.select(payments.c.merchant_id).where(payments.c.merchant_id == _MERCHANT_ID, payments.c.provider == _PROVIDER),
    sa.select(attempts.c.merchant_id).where(attempts.c.gateway_id == _GATEWAY_ID, attempts.c.provider == _PROVIDER),
)
_ROOM: Final = sa.select(sa.func.count()).select_from(hints).scalar_subquery() < sa.bindparam("most", type_=sa.Integer)
_NEW: Final = sa.select(_GATEWAY_ID, _PROVIDER, _MERCHANT_ID, _NOW, _NOW).where(_ROOM)
_ADD: Final = {
    name: insert(hints)
    .from_select(["gateway_id", "provider", "merchant_id", "received_at", "due_at"], _NEW)
    .on_conflict_do_nothing()
    .execution_options(preserve_rowcount=True)
    for name, insert in (("sqlite", insert_sqlite), ("postgresql", insert_postgresql))
}
_DUE: Final = (
    sa.select(hints.c.merchant_id, hints.c.gateway_id, hints.c.provider)
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
_POSTPONE: Final = sa.update(hints).where(is_one_of_pairs(hints.c.gateway_id, hints.c.provider)).values(due_at=_UNTIL)
_REMOVE: Final = sa.delete(hints).where(hints.c.gateway_id == _GATEWAY_ID, hints.c.provider == _PROVIDER)
_FORGET: Final = sa.delete(hints).where(hints.c.received_at < sa.bindparam("before", type_=Moment))


@attrs.frozen
class SqlHints:
    """The hints of a database. Hints says what each method promises."""

    _front: Front
    most: int = MOST_HINTS

    async def payment_named(self, hint: Hint) -> MerchantId | None:
        """Return the payment of this id, else the one that has this attempt: both are read, whichever is found."""
        given = _name(hint)

        def work(connection: sa.Connection) -> list[MerchantId | None]:
            return [connection.execute(statement, given).scalar_one_or_none() for statement in _NAMED]

        by_id, by_attempt = await self._front.read(work)
        return by_id or by_attempt

    async def add_hint(self, hint: Hint, now: datetime) -> bool:
        """Keep a hint, due at once; False where it is kept already or the list is full."""
        given = {**_name(hint), "now": now, "most": self.most}
        return await self._front.write(lambda c: c.execute(_ADD[c.dialect.name], given).rowcount == 1)

    async def claim_hints(self, now: datetime, until: datetime, limit: int, pause: timedelta) -> Sequence[Hint]:
        """Return at most *limit* due hints, oldest first, unless the last claim was less than *pause* ago."""

        if not await self._front.read(lambda c: c.execute(_ANY_DUE, {"now": now}).first()):
            return []  # most of the time, and it writes nothing

        def work(connection: sa.Connection) -> list[Hint]:
            due = [Hint(*row) for row in connection.execute(_DUE, {"now": now, "limit": limit})]
            if not due or connection.execute(_TAKE_TURN, {"now": now, "after": now + pause}).rowcount == 0:
                return []
            names = pairs((hint.gateway_id, hint.provider) for hint in due)
            connection.execute(_POSTPONE, {**names, "until": until})
            return due

        return await self._front.write(work)

    async def remove_hint(self, hint: Hint) -> None:
        """Forget a hint that was followed."""
        await self._front.write(lambda connection: connection.execute(_REMOVE, _name(hint)))

    async def forget_hints(self, before: datetime) -> int:
        """Drop the hints that were received before *before*."""
        return await self._front.write(lambda connection: connection.execute(_FORGET, {"before": before}).rowcount)


def _name(hint: Hint) -> dict[str, str | None]:
    return {"key_merchant_id": hint.merchant_id, "key_gateway_id": hint.gateway_id, "key_provider": hint.provider}
