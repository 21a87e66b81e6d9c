"""Hints, operators and audit lists that each break one promise."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import attrs

from payments.adapters.memory.hints import MemoryHints
from payments.adapters.memory.people import MemoryAudit, MemoryOperators
from payments.domain.access import Hint
from payments.domain.people.audit import AuditDraft, AuditEntry
from payments.domain.people.operators import Operator, Session


class KeepsEveryHint(MemoryHints):
    """Has room for whatever strangers send."""

    async def add_hint(self, hint: Hint, now: datetime) -> bool:
        self.most += 1
        return await super().add_hint(hint, now)


class HandsHintsOutForEver(MemoryHints):
    """Gives a worker no time to follow a hint before the next one gets it."""

    async def claim_hints(self, now: datetime, until: datetime, limit: int, pause: timedelta) -> Sequence[Hint]:  # noqa: ARG002 - not asked
        return await super().claim_hints(now, now, limit, pause)


class LosesTheHintsOfTheDead(MemoryHints):
    async def claim_hints(self, now: datetime, until: datetime, limit: int, pause: timedelta) -> Sequence[Hint]:
        return await super().claim_hints(now, until.replace(year=2999), limit, pause)


class LeavesSessionsOfAChangedOperator(MemoryOperators):
    """A new password does not log out whoever knew the old one."""

    async def change(self, operator: Operator) -> bool:
        kept = dict(self._sessions)
        changed = await super().change(operator)
        self._sessions.update(kept)
        return changed


class FreesTheNameOfARevokedOperator(MemoryOperators):
    """The audit list would name two people alike."""

    async def add(self, operator: Operator) -> None:
        if await self.find(operator.name) is None:
            self._operators.pop(operator.name, None)
        await super().add(operator)


class TakesACodeTwice(MemoryOperators):
    async def use_step(self, name: str, step: int) -> bool:
        await super().use_step(name, step)
        return await self.find(name) is not None


class MovesASessionBack(MemoryOperators):
    """Believes the clock of whichever process was asked last."""

    async def note_session(self, digest: str, at: datetime) -> None:
        if found := self._sessions.get(digest):
            self._sessions[digest] = attrs.evolve(found, seen_at=at)


class ShowsEndedSessions(MemoryOperators):
    async def session(self, digest: str) -> tuple[Session, Operator] | None:
        found = self._sessions.get(digest)
        return (found, self._operators[found.operator]) if found else None

    async def end_session(self, digest: str) -> bool:
        return digest in self._sessions


class ChainsNothing(MemoryAudit):
    """Each row stands alone, so a removed one does not show."""

    async def append(self, draft: AuditDraft) -> AuditEntry:
        row = attrs.evolve(AuditEntry.after(None, draft), number=len(self._rows) + 1)
        self._rows.append(row)
        return row


class PagesTheAuditListOldestFirst(MemoryAudit):
    async def page(self, before: int | None, limit: int, merchant_id: str | None = None) -> Sequence[AuditEntry]:
        return list(reversed(await super().page(before, limit, merchant_id)))  # type: ignore[arg-type]  # a broken one
