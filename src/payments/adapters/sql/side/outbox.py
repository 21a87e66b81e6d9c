"""SqlOutbox: the messages that wait to be delivered. A dead letter is one that is never due."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import attrs
import sqlalchemy as sa

from payments.adapters.sql.engine.database import Database
from payments.adapters.sql.schema.moment import Moment
from payments.adapters.sql.schema.side_tables import DEAD, WAITING, outbox
from payments.domain.messages import Message
from payments.domain.values import MerchantId

_OLDEST: Final = outbox.c.created_at, outbox.c.merchant_id, outbox.c.version
_DUE: Final = (
    sa.select(outbox)
    .where(outbox.c.due_at <= sa.bindparam("now", type_=Moment))
    .order_by(outbox.c.due_at, *_OLDEST)
    .limit(sa.bindparam("limit", type_=sa.Integer))
    .with_for_update(skip_locked=True)
)
_LEASE: Final = (
    sa.update(outbox)
    .where(outbox.c.id.in_(sa.bindparam("ids", expanding=True)))
    .values(due_at=sa.bindparam("until", type_=Moment))
)
_THIS: Final = outbox.c.id == sa.bindparam("key_id")
_DELIVERED: Final = sa.delete(outbox).where(_THIS)
_FAILED: Final = (
    sa.update(outbox)
    .where(_THIS, outbox.c.due_at.is_not(None))
    .values(due_at=sa.bindparam("due_at"), error=sa.bindparam("error"), tries=outbox.c.tries + 1)
)
_DEAD: Final = sa.select(outbox).where(DEAD).order_by(*_OLDEST).limit(sa.bindparam("limit", type_=sa.Integer))
_REPLAY: Final = sa.update(outbox).where(_THIS, DEAD).values(due_at=sa.bindparam("due_at"), tries=0, error="")
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
    """Where messages wait. What is raised, and what it means, is said in Outbox."""

    _database: Database

    async def claim(self, now: datetime, until: datetime, limit: int) -> Sequence[Message]:
        """Return at most *limit* due messages, the longest due first, and make them due again at *until*."""

        def work(connection: sa.Connection) -> list[Message]:
            rows = connection.execute(_DUE, {"now": now, "limit": limit}).all()
            if rows:
                connection.execute(_LEASE, {"ids": [row.id for row in rows], "until": until})
            return [_message(row) for row in rows]

        return self._database.write(work)

    async def delivered(self, message_id: str) -> None:
        """Forget a message that arrived."""
        self._database.write(lambda connection: connection.execute(_DELIVERED, {"key_id": message_id}))

    async def postpone(self, message_id: str, due_at: datetime, error: str) -> None:
        """Count a failed try, and try again at *due_at*."""
        self._fail(message_id, due_at, error)

    async def bury(self, message_id: str, error: str) -> None:
        """Count a failed try, and stop trying: a dead letter."""
        self._fail(message_id, None, error)

    async def dead(self, limit: int) -> Sequence[Message]:
        """Return up to *limit* dead letters, oldest first."""
        return self._database.read(lambda c: [_message(row) for row in c.execute(_DEAD, {"limit": limit})])

    async def replay(self, message_id: str, now: datetime) -> bool:
        """Make a dead letter due now with its tries forgotten; False if there is no such dead letter."""
        given = {"key_id": message_id, "due_at": now}
        return self._database.write(lambda connection: connection.execute(_REPLAY, given).rowcount == 1)

    async def forget(self, before: datetime, limit: int) -> int:
        """Drop at most *limit* messages made before *before*, dead or due before then too; returns how many."""

        def work(connection: sa.Connection) -> int:
            gone = 0
            for statement in _FORGET:
                gone += connection.execute(statement, {"before": before, "limit": limit - gone}).rowcount
            return gone

        return self._database.write(work)

    def _fail(self, message_id: str, due_at: datetime | None, error: str) -> None:
        given = {"key_id": message_id, "due_at": due_at, "error": _keepable(error)}
        self._database.write(lambda connection: connection.execute(_FAILED, given))


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


def _keepable(error: str) -> str:
    """Return what somebody else's words become in a database: bounded, without NUL and halves of surrogate pairs."""
    return error[:1000].replace("\x00", "").encode(errors="replace").decode()
