"""MemoryPeople: operators, sessions and the audit list, in this process."""

import threading
from collections.abc import Sequence
from datetime import datetime

import attrs

from payments.domain.errors import StorageConflict
from payments.domain.people.audit import AuditDraft, AuditEntry
from payments.domain.people.operators import Operator, Session
from payments.domain.values import MerchantId


@attrs.frozen
class MemoryOperators:
    """Where operators and their sessions are kept. Operators documents the calls."""

    _operators: dict[str, Operator] = attrs.field(factory=dict)
    _sessions: dict[str, Session] = attrs.field(factory=dict)
    _lock: threading.RLock = attrs.field(factory=threading.RLock)

    async def add(self, operator: Operator) -> None:
        """Store a new operator. Raises StorageConflict where the name is in use."""
        with self._lock:
            if operator.name in self._operators or await self._has(operator.subject):
                raise StorageConflict("This name is in use. No operator was created; choose another name.")
            self._operators[operator.name] = operator

    async def find(self, name: str) -> Operator | None:
        """Return the operator of this name unless revoked."""
        found = self._operators.get(name)
        return found if found and found.is_active else None

    async def find_subject(self, subject: str) -> Operator | None:
        """Return the operator of this subject, a revoked one too."""
        with self._lock:
            return next((one for one in self._operators.values() if one.subject == subject), None)

    async def _has(self, subject: str | None) -> bool:
        return subject is not None and await self.find_subject(subject) is not None

    async def list(self) -> Sequence[Operator]:
        """Return all operators by name."""
        with self._lock:
            return [self._operators[name] for name in sorted(self._operators)]

    async def change(self, operator: Operator) -> bool:
        """Replace an active operator, and end all sessions of it."""
        with self._lock:
            if await self.find(operator.name) is None:
                return False
            self._operators[operator.name] = operator
            self._drop([one.digest for one in self._sessions.values() if one.operator == operator.name])
            return True

    async def use_step(self, name: str, step: int) -> bool:
        """Note that a code of this time step was used; False if it was before."""
        with self._lock:
            found = await self.find(name)
            if found is None or found.otp_step >= step:
                return False
            self._operators[name] = attrs.evolve(found, otp_step=step)
            return True

    async def begin_session(self, session: Session) -> None:
        """Store a new session."""
        with self._lock:
            self._sessions[session.digest] = session

    async def session(self, digest: str) -> tuple[Session, Operator] | None:
        """Return the session and its operator."""
        with self._lock:
            found = self._sessions.get(digest)
            operator = await self.find(found.operator) if found else None
            return (found, operator) if found and operator else None

    async def sessions(self) -> Sequence[Session]:
        """Return all stored sessions, the latest first."""
        with self._lock:
            return sorted(self._sessions.values(), key=lambda one: (one.created_at, one.digest), reverse=True)

    async def note_session(self, digest: str, at: datetime) -> None:
        """Record that the session was used."""
        with self._lock:
            if found := self._sessions.get(digest):
                self._sessions[digest] = attrs.evolve(found, seen_at=max(found.seen_at, at))

    async def end_session(self, digest: str) -> bool:
        """End a session; False if there is none."""
        with self._lock:
            return self._sessions.pop(digest, None) is not None

    async def forget_sessions(self, before: datetime) -> int:
        """Delete sessions that began before *before*."""
        with self._lock:
            old = [one.digest for one in self._sessions.values() if one.created_at < before]
            self._drop(old)
            return len(old)

    def _drop(self, digests: Sequence[str]) -> None:
        for digest in digests:
            del self._sessions[digest]


@attrs.frozen
class MemoryAudit:
    """The audit list. AuditLog documents the calls."""

    _rows: list[AuditEntry] = attrs.field(factory=list)
    _lock: threading.RLock = attrs.field(factory=threading.RLock)

    async def append(self, draft: AuditDraft) -> AuditEntry:
        """Add a row at the end."""
        with self._lock:
            self._rows.append(AuditEntry.after(self._rows[-1] if self._rows else None, draft))
            return self._rows[-1]

    async def page(self, before: int | None, limit: int, merchant_id: MerchantId | None = None) -> Sequence[AuditEntry]:
        """Return rows, newest first."""
        with self._lock:
            rows = [row for row in reversed(self._rows) if merchant_id in (None, row.merchant_id)]
        return [row for row in rows if before is None or row.number < before][:limit]

    async def after(self, number: int, limit: int) -> Sequence[AuditEntry]:
        """Return rows above *number*, oldest first."""
        with self._lock:
            return self._rows[number : number + limit]


@attrs.frozen
class MemoryPeople:
    """Both ports."""

    operators: MemoryOperators = attrs.field(factory=MemoryOperators)
    audit: MemoryAudit = attrs.field(factory=MemoryAudit)
