"""SqlOutbox: messages that wait for delivery. A dead letter is a message without a due time."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

import attrs
import sqlalchemy as sa

from payments.adapters.sql.engine.fronts import Front
from payments.adapters.sql.schema.moment import Moment
from payments.adapters.sql.schema.side_tables import DEAD, WAITING, outbox
from payments.domain.messages import Message
from payments.domain.values import MerchantId

_OLDEST_FIRST: Final = outbox.c.created_at, outbox.c.merchant_id, outbox.c.version
_DUE: Final = (
    sa.select(outbox)
    .where(outbox.c.due_at <= sa.bindparam("now", type_=Moment))
    .order_by(outbox.c.due_at, *_OLDEST_FIRST)
    .limit(sa.bindparam("limit", type_=sa.Integer))
    .with_for_update(skip_locked=True)
)
_earlier: Final = outbox.alias("earlier")
_DUE_IN_ORDER: Final = _DUE.where(
    ~sa.exists().where(_earlier.c.merchant_id == outbox.c.merchant_id, _earlier.c.version < outbox.c.version)
)
_LEASE: Final = (
    sa.update(outbox)
    .where(outbox.c.id.in_(sa.bindparam("ids", expanding=True)))
    .values(due_at=sa.bindparam("until", type_=Moment))
)
_THIS_MESSAGE: Final = outbox.c.id == sa.bindparam("key_id")
_DELIVERED: Final = sa.delete(outbox).where(_THIS_MESSAGE)
_FAILED: Final = (
    sa.update(outbox)
    .where(_THIS_MESSAGE, outbox.c.due_at.is_not(None))
    .values(due_at=sa.bindparam("due_at"), error=sa.bindparam("error"), tries=outbox.c.tries + 1)
)
_DEAD: Final = sa.select(outbox).where(DEAD).order_by(*_OLDEST_FIRST).limit(sa.bindparam("limit", type_=sa.Integer))
_WAITING: Final = (
    sa.select(outbox).where(WAITING).order_by(*_OLDEST_FIRST).limit(sa.bindparam("limit", type_=sa.Integer))
)
_OF_ONE: Final = outbox.c.merchant_id == sa.bindparam("of")
_HURRY: Final = (
    sa.update(outbox)
    .where(
        outbox.c.due_at > sa.bindparam("beyond", type_=Moment),
        outbox.c.tries > 0,
        outbox.c.id.not_in(sa.bindparam("but", expanding=True, type_=sa.String)),
    )
    .values(due_at=sa.bindparam("now", type_=Moment))
)
_REPLAY: Final = sa.update(outbox).where(_THIS_MESSAGE, DEAD).values(due_at=sa.bindparam("due_at"), tries=0, error="")
_SKIP: Final = sa.delete(outbox).where(_THIS_MESSAGE, DEAD)
_FORGET: Final = tuple(
    sa.delete(outbox).where(
        outbox.c.id.in_(
            sa.select(outbox.c.id)
            .where(old < sa.bindparam("before", type_=Moment), which)
            .limit(sa.bindparam("limit", type_=sa.Integer))
        )
    )
    for old, which in ((outbox.c.due_at, WAITING), (outbox.c.created_at, DEAD))  # one for each index
)


@attrs.frozen
class SqlOutbox:
    """The outbox of a database. Outbox documents the calls and their errors."""

    _front: Front

    async def claim(self, now: datetime, until: datetime, limit: int, *, in_order: bool = False) -> Sequence[Message]:
        """Return at most *limit* due messages, longest due first, and make them due again at *until*."""
        due = _DUE_IN_ORDER if in_order else _DUE

        def work(connection: sa.Connection) -> list[Message]:
            rows = connection.execute(due, {"now": now, "limit": limit}).all()
            if rows:
                connection.execute(_LEASE, {"ids": [row.id for row in rows], "until": until})
            return [_message(row) for row in rows]

        return await self._front.write(work)

    async def delivered(self, message_id: str) -> None:
        """Delete a message that was delivered."""
        await self._front.write(lambda connection: connection.execute(_DELIVERED, {"key_id": message_id}))

    async def postpone(self, message_id: str, due_at: datetime, error: str) -> None:
        """Count a failed delivery; the next one is due at *due_at*."""
        await self._fail(message_id, due_at, error)

    async def bury(self, message_id: str, error: str) -> None:
        """Count a failed delivery, and make the message a dead letter."""
        await self._fail(message_id, None, error)

    async def dead(self, limit: int, merchant_id: MerchantId | None = None) -> Sequence[Message]:
        """Return at most *limit* dead letters, oldest first."""
        return await self._oldest(_DEAD, limit, merchant_id)

    async def waiting(self, limit: int, merchant_id: MerchantId | None = None) -> Sequence[Message]:
        """Return at most *limit* messages that wait for their delivery, oldest first."""
        return await self._oldest(_WAITING, limit, merchant_id)

    async def hurry(self, now: datetime, *, beyond: datetime | None = None, but: Collection[str] = ()) -> int:
        """Make every message that was postponed beyond *beyond* due at *now*, those in *but* excepted."""
        given = {"now": now, "beyond": beyond or now, "but": list(but)}
        return await self._front.write(lambda connection: connection.execute(_HURRY, given).rowcount)

    async def replay(self, message_id: str, now: datetime) -> bool:
        """Make a dead letter due at *now* with no tries counted; return False if there is no such dead letter."""
        given = {"key_id": message_id, "due_at": now}
        return await self._front.write(lambda connection: connection.execute(_REPLAY, given).rowcount == 1)

    async def skip(self, message_id: str) -> bool:
        """Delete a dead letter; return False if there is no such dead letter."""
        return await self._front.write(
            lambda connection: connection.execute(_SKIP, {"key_id": message_id}).rowcount == 1
        )

    async def forget(self, before: datetime, limit: int) -> int:
        """Delete at most *limit* messages: dead letters created, or messages due, before *before*. Return how many."""

        def work(connection: sa.Connection) -> int:
            deleted = 0
            for statement in _FORGET:
                deleted += connection.execute(statement, {"before": before, "limit": limit - deleted}).rowcount
            return deleted

        return await self._front.write(work)

    async def _oldest(self, which: sa.Select[Any], limit: int, of: MerchantId | None) -> list[Message]:
        statement = which if of is None else which.where(_OF_ONE)
        given = {"limit": limit, **({} if of is None else {"of": of})}
        return await self._front.read(lambda c: [_message(row) for row in c.execute(statement, given)])

    async def _fail(self, message_id: str, due_at: datetime | None, error: str) -> None:
        given = {"key_id": message_id, "due_at": due_at, "error": _storable(error)}
        await self._front.write(lambda connection: connection.execute(_FAILED, given))


def _message(row: sa.Row[Any]) -> Message:
    return Message(
        id=row.id,
        merchant_id=MerchantId(row.merchant_id),
        version=row.version,
        body=row.body,
        created_at=row.created_at,
        tries=row.tries,
        error=row.error,
    )


def _storable(error: str) -> str:
    """Return *error* as a database can store it: at most 1000 characters, without NUL and lone surrogates."""
    return error[:1000].replace("\x00", "").encode(errors="replace").decode()
