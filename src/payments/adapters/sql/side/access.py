"""SqlApiKeys and SqlIdempotencyKeys: what is stored for the callers of the HTTP API."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import attrs
import sqlalchemy as sa
import sqlalchemy.exc
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from payments.adapters.sql.engine.fronts import Front
from payments.adapters.sql.schema.moment import Moment
from payments.adapters.sql.schema.side_tables import api_keys, idempotency_keys
from payments.domain.access import IN_PROGRESS, ApiKey, KeptAnswer, KeyInProgress, KeyReused, Scope
from payments.domain.errors import StorageConflict

_ADD_KEY: Final = sa.insert(api_keys)
_FIND_KEY: Final = sa.select(api_keys).where(
    api_keys.c.digest == sa.bindparam("digest"), api_keys.c.revoked_at.is_(None)
)
_LIST_KEYS: Final = sa.select(api_keys).order_by(api_keys.c.created_at.desc(), api_keys.c.prefix)
_REVOKE_KEY: Final = (
    sa.update(api_keys)
    .where(api_keys.c.prefix == sa.bindparam("key_prefix"), api_keys.c.revoked_at.is_(None))
    .values(revoked_at=sa.bindparam("at", type_=Moment))
)

_EXPIRE_KEY: Final = (
    sa.update(api_keys)
    .where(api_keys.c.prefix == sa.bindparam("key_prefix"), api_keys.c.revoked_at.is_(None))
    .values(
        expires_at=sa.case(
            (api_keys.c.expires_at < sa.bindparam("at", type_=Moment), api_keys.c.expires_at),
            else_=sa.bindparam("at", type_=Moment),
        )
    )
)
_NOTE_USE: Final = (
    sa.update(api_keys)
    .where(
        api_keys.c.prefix == sa.bindparam("key_prefix"),
        sa.or_(api_keys.c.last_used_at.is_(None), api_keys.c.last_used_at < sa.bindparam("at", type_=Moment)),
    )
    .values(last_used_at=sa.bindparam("at", type_=Moment))
)

_THIS_KEY: Final = (idempotency_keys.c.scope == sa.bindparam("key_scope")) & (
    idempotency_keys.c.key == sa.bindparam("key_key")
)
_UNANSWERED: Final = idempotency_keys.c.status.is_(None)
_WITH_ROWCOUNT: Final = {"preserve_rowcount": True}
_CLAIM: Final = {
    "sqlite": insert_sqlite(idempotency_keys).on_conflict_do_nothing().execution_options(**_WITH_ROWCOUNT),
    "postgresql": insert_postgresql(idempotency_keys).on_conflict_do_nothing().execution_options(**_WITH_ROWCOUNT),
}
_CLAIMED: Final = sa.select(idempotency_keys).where(_THIS_KEY).with_for_update()
_TAKE_OVER: Final = (
    sa.update(idempotency_keys)
    .where(_THIS_KEY)
    .values(
        claimed_at=sa.bindparam("now", type_=Moment),
        claimed_until=sa.bindparam("until", type_=Moment),
        owner=sa.bindparam("new_owner"),
    )
)
_STORE_ANSWER: Final = (
    sa.update(idempotency_keys)
    .where(_THIS_KEY, _UNANSWERED)
    .values(status=sa.bindparam("answer_status"), body=sa.bindparam("answer_body"))
)
_RELEASE: Final = sa.delete(idempotency_keys).where(
    _THIS_KEY, _UNANSWERED, idempotency_keys.c.owner == sa.bindparam("by_owner")
)
_FORGET: Final = sa.delete(idempotency_keys).where(idempotency_keys.c.claimed_at < sa.bindparam("before", type_=Moment))


@attrs.frozen
class SqlApiKeys:
    """The API keys of a database, which holds only hashes of their secrets."""

    _front: Front

    async def add_key(self, key: ApiKey, digest: str) -> None:
        """Store a new key under *digest*, the hex SHA-256 of its secret. Raises StorageConflict if either is in use."""
        row = {"digest": digest, **attrs.asdict(key, recurse=False), "scopes": " ".join(sorted(key.scopes))}
        try:
            await self._front.write(lambda connection: connection.execute(_ADD_KEY, row))
        except sa.exc.IntegrityError as error:
            raise StorageConflict("This key exists already. Nothing was stored. Create another one.") from error

    async def find_key(self, digest: str) -> ApiKey | None:
        """Return the key with this digest, or None if there is none or it was revoked."""
        row = await self._front.read(lambda c: c.execute(_FIND_KEY, {"digest": digest}).one_or_none())
        return None if row is None else _api_key(row)

    async def list_keys(self) -> Sequence[ApiKey]:
        """Return all keys, including revoked ones, newest claimed."""
        return await self._front.read(lambda connection: [_api_key(row) for row in connection.execute(_LIST_KEYS)])

    async def revoke_key(self, prefix: str, at: datetime) -> bool:
        """Revoke the key with this public prefix; return False if there is no active one."""
        given = {"key_prefix": prefix, "at": at}
        return await self._front.write(lambda connection: connection.execute(_REVOKE_KEY, given).rowcount == 1)

    async def expire_key(self, prefix: str, at: datetime) -> bool:
        """Let the key expire at *at*, unless it does so before; return False if there is no active one."""
        given = {"key_prefix": prefix, "at": at}
        return await self._front.write(lambda connection: connection.execute(_EXPIRE_KEY, given).rowcount == 1)

    async def note_use(self, prefix: str, at: datetime) -> None:
        """Record that the key was used."""
        given = {"key_prefix": prefix, "at": at}
        await self._front.write(lambda connection: connection.execute(_NOTE_USE, given))


@attrs.frozen
class SqlIdempotencyKeys:
    """The idempotency keys of a database, with the stored answers."""

    _front: Front

    async def claim_key(
        self, scope: str, key: str, fingerprint: str, now: datetime, until: datetime, owner: str = ""
    ) -> KeptAnswer | None:
        """Claim the key until *until*, or return its stored answer. Raises KeyInProgress or KeyReused."""
        row = {
            "scope": scope,
            "key": key,
            "fingerprint": fingerprint,
            "claimed_at": now,
            "claimed_until": until,
            "owner": owner,
        }
        where = {"key_scope": scope, "key_key": key}

        def work(connection: sa.Connection) -> KeptAnswer | None:
            while connection.execute(_CLAIM[connection.dialect.name], row).rowcount == 0:
                claimed = connection.execute(_CLAIMED, where).one_or_none()
                if claimed is None:
                    continue  # it was released in the meantime
                if answer := _stored_answer(claimed, fingerprint, now, owner):
                    return answer
                connection.execute(_TAKE_OVER, where | {"now": now, "until": until, "new_owner": owner})
                return None
            return None

        return await self._front.write(work)

    async def keep_answer(self, scope: str, key: str, answer: KeptAnswer) -> None:
        """Store the answer for a claimed key; a stored answer is never replaced."""
        given = {"key_scope": scope, "key_key": key, "answer_status": answer.status, "answer_body": answer.body}
        await self._front.write(lambda connection: connection.execute(_STORE_ANSWER, given))

    async def release_key(self, scope: str, key: str, owner: str = "") -> None:
        """Delete a claim without an answer, so that the next request runs again; a stored answer stays."""
        given = {"key_scope": scope, "key_key": key, "by_owner": owner}
        await self._front.write(lambda connection: connection.execute(_RELEASE, given))

    async def forget_keys(self, before: datetime) -> int:
        """Delete every key claimed before *before*; return how many."""
        return await self._front.write(lambda connection: connection.execute(_FORGET, {"before": before}).rowcount)


def _stored_answer(claimed: sa.Row[Any], fingerprint: str, now: datetime, owner: str) -> KeptAnswer | None:
    """Return the stored answer, or None if the first request is over without one."""
    if claimed.fingerprint != fingerprint:
        raise KeyReused("This idempotency key was used with another request. Nothing was done.")
    if claimed.status is not None:
        return KeptAnswer(status=claimed.status, body=claimed.body)
    if claimed.claimed_until > now and not (owner and claimed.owner == owner):
        raise KeyInProgress(IN_PROGRESS, claimed.claimed_until - now)
    return None


def _api_key(row: sa.Row[Any]) -> ApiKey:
    scopes = frozenset(map(Scope, row.scopes.split()))
    times = {name: getattr(row, name) for name in ("created_at", "expires_at", "last_used_at", "revoked_at")}
    return ApiKey(name=row.name, prefix=row.prefix, scopes=scopes, **times)
