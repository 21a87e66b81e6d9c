"""SqlPeople: operators, sessions and the audit list."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import attrs
import sqlalchemy as sa
import sqlalchemy.exc

from payments.adapters.sql.engine.fronts import Front
from payments.adapters.sql.schema.moment import Moment
from payments.adapters.sql.schema.people_tables import audit, operators, sessions
from payments.domain.access import Scope
from payments.domain.errors import StorageConflict
from payments.domain.people.audit import AuditAction, AuditDraft, AuditEntry
from payments.domain.people.operators import Operator, Session
from payments.domain.values import MerchantId

_NAMED: Final = operators.c.name == sa.bindparam("operator_name")
_ACTIVE: Final = operators.c.revoked_at.is_(None)
_FIND: Final = sa.select(operators).where(_NAMED, _ACTIVE)
_OF_SUBJECT: Final = sa.select(operators).where(operators.c.subject == sa.bindparam("given_subject"))
_LIST: Final = sa.select(operators).order_by(operators.c.name)
_CHANGE: Final = sa.update(operators).where(_NAMED, _ACTIVE)
_USE_STEP: Final = (
    sa.update(operators)
    .where(_NAMED, _ACTIVE, operators.c.otp_step < sa.bindparam("step"))
    .values(otp_step=sa.bindparam("step"))
)
_THIS: Final = sessions.c.digest == sa.bindparam("session_digest")
_END_ALL: Final = sa.delete(sessions).where(sessions.c.operator == sa.bindparam("operator_name"))
_SESSION: Final = sa.select(sessions).where(_THIS)
_SESSIONS: Final = sa.select(sessions).order_by(sessions.c.created_at.desc(), sessions.c.digest.desc())
_NOTE: Final = (
    sa.update(sessions)
    .where(_THIS, sessions.c.seen_at < sa.bindparam("moment", type_=Moment))
    .values(seen_at=sa.bindparam("moment", type_=Moment))
)
_END: Final = sa.delete(sessions).where(_THIS)
_FORGET: Final = sa.delete(sessions).where(sessions.c.created_at < sa.bindparam("before", type_=Moment))

_APPENDING: Final = 0x70617944
"""The advisory lock of PostgreSQL under which rows are added, one after the other. SQLite has one writer anyway."""
_LAST: Final = sa.select(audit).order_by(audit.c.number.desc()).limit(1)
_AFTER: Final = (
    sa.select(audit)
    .where(audit.c.number > sa.bindparam("given"))
    .order_by(audit.c.number)
    .limit(sa.bindparam("at_most"))
)
_PAGE: Final = sa.select(audit).order_by(audit.c.number.desc()).limit(sa.bindparam("at_most"))


@attrs.frozen
class SqlOperators:
    """The operators of a database. Operators documents the calls."""

    _front: Front

    async def add(self, operator: Operator) -> None:
        """Store a new operator. Raises StorageConflict where the name is in use."""
        try:
            await self._front.write(lambda connection: connection.execute(sa.insert(operators), _row(operator)))
        except sa.exc.IntegrityError as error:
            raise StorageConflict("This name is in use. No operator was created; choose another name.") from error

    async def find(self, name: str) -> Operator | None:
        """Return the operator of this name unless revoked."""
        return await self._front.read(lambda connection: _found(connection, name))

    async def find_subject(self, subject: str) -> Operator | None:
        """Return the operator of this subject, a revoked one too."""

        def work(connection: sa.Connection) -> Operator | None:
            row = connection.execute(_OF_SUBJECT, {"given_subject": subject}).one_or_none()
            return None if row is None else _operator(row)

        return await self._front.read(work)

    async def list(self) -> Sequence[Operator]:
        """Return all operators by name."""
        return await self._front.read(lambda connection: [_operator(row) for row in connection.execute(_LIST)])

    async def change(self, operator: Operator) -> bool:
        """Replace an active operator, and end all sessions of it."""

        def work(connection: sa.Connection) -> bool:
            if connection.execute(_CHANGE.values(_row(operator)), {"operator_name": operator.name}).rowcount != 1:
                return False
            connection.execute(_END_ALL, {"operator_name": operator.name})
            return True

        return await self._front.write(work)

    async def use_step(self, name: str, step: int) -> bool:
        """Note that a code of this time step was used; False if it was before."""
        given = {"operator_name": name, "step": step}
        return await self._front.write(lambda connection: connection.execute(_USE_STEP, given).rowcount == 1)

    async def begin_session(self, session: Session) -> None:
        """Store a new session."""
        row = attrs.asdict(session)
        await self._front.write(lambda connection: connection.execute(sa.insert(sessions), row))

    async def session(self, digest: str) -> tuple[Session, Operator] | None:
        """Return the session and its operator."""

        def work(connection: sa.Connection) -> tuple[Session, Operator] | None:
            row = connection.execute(_SESSION, {"session_digest": digest}).one_or_none()
            operator = _found(connection, row.operator) if row else None
            return (_session(row), operator) if row and operator else None

        return await self._front.read(work)

    async def sessions(self) -> Sequence[Session]:
        """Return all stored sessions, the latest first."""
        return await self._front.read(lambda connection: [_session(row) for row in connection.execute(_SESSIONS)])

    async def note_session(self, digest: str, at: datetime) -> None:
        """Record that the session was used."""
        await self._front.write(lambda c: c.execute(_NOTE, {"session_digest": digest, "moment": at}))

    async def end_session(self, digest: str) -> bool:
        """End a session; False if there is none."""
        return await self._front.write(lambda c: c.execute(_END, {"session_digest": digest}).rowcount == 1)

    async def forget_sessions(self, before: datetime) -> int:
        """Delete sessions that began before *before*."""
        return await self._front.write(lambda connection: connection.execute(_FORGET, {"before": before}).rowcount)


@attrs.frozen
class SqlAudit:
    """The audit list of a database. AuditLog documents the calls."""

    _front: Front

    async def append(self, draft: AuditDraft) -> AuditEntry:
        """Add a row at the end."""

        def work(connection: sa.Connection) -> AuditEntry:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_APPENDING)))
            last = connection.execute(_LAST).one_or_none()
            entry = AuditEntry.after(_entry(last) if last else None, draft)
            fields = attrs.asdict(entry)
            asked_by = fields.pop("by")
            connection.execute(sa.insert(audit), {**fields, "asked_by": asked_by})
            return entry

        return await self._front.write(work)

    async def page(self, before: int | None, limit: int, merchant_id: MerchantId | None = None) -> Sequence[AuditEntry]:
        """Return rows, newest first."""
        query = _PAGE if before is None else _PAGE.where(audit.c.number < before)
        if merchant_id is not None:
            query = query.where(audit.c.merchant_id == merchant_id)
        return await self._front.read(lambda c: [_entry(row) for row in c.execute(query, {"at_most": limit})])

    async def after(self, number: int, limit: int) -> Sequence[AuditEntry]:
        """Return rows above *number*, oldest first."""
        given = {"given": number, "at_most": limit}
        return await self._front.read(lambda connection: [_entry(row) for row in connection.execute(_AFTER, given)])


@attrs.frozen
class SqlPeople:
    """Both ports."""

    operators: SqlOperators
    audit: SqlAudit

    @classmethod
    def over(cls, front: Front) -> "SqlPeople":
        """Return what is kept behind *front*."""
        return cls(SqlOperators(front), SqlAudit(front))


def _found(connection: sa.Connection, name: str) -> Operator | None:
    row = connection.execute(_FIND, {"operator_name": name}).one_or_none()
    return None if row is None else _operator(row)


def _row(operator: Operator) -> dict[str, Any]:
    return {**attrs.asdict(operator, recurse=False), "scopes": " ".join(sorted(operator.scopes))}


def _operator(row: sa.Row[Any]) -> Operator:
    return Operator(**{**row._asdict(), "scopes": frozenset(map(Scope, row.scopes.split()))})


def _session(row: sa.Row[Any]) -> Session:
    return Session(**row._asdict())


def _entry(row: sa.Row[Any]) -> AuditEntry:
    fields = row._asdict()
    by = fields.pop("asked_by")
    return AuditEntry(**{**fields, "by": by, "action": AuditAction(row.action)})
