"""The audit list: one row for each action of the shop's people and servers, which the store refuses to change.

Each row holds the hash of the row before it, so that a row that was changed, removed or put in between shows.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol, Self

import attrs

from payments.domain.values import MerchantId, aware, text

FIRST_DIGEST: Final = "0" * 64
"""What the first row holds in place of the hash of the row before it."""
MAX_DETAIL: Final = 2000


class AuditAction(StrEnum):
    """What somebody asked for. REFUSED follows an action that the rules or the provider did not allow."""

    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    OPERATOR_CREATED = "operator_created"
    OPERATOR_REVOKED = "operator_revoked"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of an action
    CODES_CHANGED = "codes_changed"
    SCOPES_CHANGED = "scopes_changed"
    SESSION_ENDED = "session_ended"
    KEY_CREATED = "key_created"
    KEY_REVOKED = "key_revoked"
    REFUND = "refund"
    APPROVE_REFUND = "approve_refund"
    REJECT_REFUND = "reject_refund"
    RECORD_OUTSIDE_REFUND = "record_outside_refund"
    MERGE_OUTSIDE_REFUND = "merge_outside_refund"
    COUNT_OUTSIDE_REFUND = "count_outside_refund"
    CANCEL = "cancel"
    HOLD_STRAY = "hold_stray"
    HOLD_ORPHAN = "hold_orphan"
    RECONCILE = "reconcile"
    COMPARE_SETTLEMENT = "compare_settlement"
    REPLAY_MESSAGE = "replay_message"
    SKIP_MESSAGE = "skip_message"
    REFUSED = "refused"


@attrs.frozen(kw_only=True)
class AuditDraft:
    """An action before it has its place in the list. `detail` is JSON text without secrets."""

    at: datetime = attrs.field(validator=aware)
    by: str = attrs.field(validator=text(1, 120))
    action: AuditAction
    merchant_id: MerchantId | None = None
    detail: str = attrs.field(default="{}", validator=text(2, MAX_DETAIL))


@attrs.frozen(kw_only=True)
class AuditEntry(AuditDraft):
    """A row: its `number` counts from 1, `previous` is the digest of the row before it."""

    number: int
    previous: str
    digest: str

    @classmethod
    def after(cls, last: "AuditEntry | None", draft: AuditDraft) -> Self:
        """Return the row that follows *last* (None: the first one)."""
        number, previous = (last.number + 1, last.digest) if last else (1, FIRST_DIGEST)
        fields = {field.name: getattr(draft, field.name) for field in attrs.fields(AuditDraft)}
        return cls(**fields, number=number, previous=previous, digest=digest_of(number, previous, draft))

    def follows(self, last: "AuditEntry | None") -> bool:
        """Return whether the row is unchanged and follows *last* (None: it is the first one)."""
        number, previous = (last.number + 1, last.digest) if last else (1, FIRST_DIGEST)
        place = (self.number, self.previous) == (number, previous)
        return place and self.digest == digest_of(self.number, self.previous, self)


def digest_of(number: int, previous: str, draft: AuditDraft) -> str:
    """Return the hex SHA-256 over everything that a row says."""
    said = [number, previous, draft.at.isoformat(), draft.by, draft.action, draft.merchant_id, draft.detail]
    return hashlib.sha256(json.dumps(said, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


class AuditLog(Protocol):
    """Where the audit list is kept. Its rows are added, and never changed or deleted."""

    async def append(self, draft: AuditDraft) -> AuditEntry:
        """Add a row at the end. Raises ConcurrentUpdate if others add too many at once; then nothing was stored."""

    async def page(self, before: int | None, limit: int, merchant_id: MerchantId | None = None) -> Sequence[AuditEntry]:
        """Return up to *limit* rows, newest first, with numbers below *before*; only those about *merchant_id*."""

    async def after(self, number: int, limit: int) -> Sequence[AuditEntry]:
        """Return up to *limit* rows with numbers above *number*, oldest first."""
