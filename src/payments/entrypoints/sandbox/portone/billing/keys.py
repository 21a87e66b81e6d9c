"""BillingKeys: V2's billing keys, issued by API or in a window, deleted but not forgotten."""

from collections.abc import Mapping
from typing import Any

import attrs

from payments.entrypoints.sandbox.billing.cards import has_expired
from payments.entrypoints.sandbox.errors import NotPossible
from payments.entrypoints.sandbox.portone.errors import refused

EXPIRED = "유효기간이 만료된 카드입니다."


@attrs.frozen(kw_only=True)
class BillingKey:
    """One key; times in UNIX seconds, 0 for what has not happened. `issued_at` 0: its window is open, or was left."""

    billing_key: str
    channel_key: str
    customer: Mapping[str, Any] = attrs.field(factory=dict)
    custom_data: str | None = None
    issue_id: str = ""
    issue_name: str = ""
    method: str = "CARD"
    easy_pay: str = ""
    card: Mapping[str, Any] = attrs.field(factory=dict)
    """The fields of a payment about its card."""
    expiry: str = ""
    requested_at: int = 0
    issued_at: int = 0
    deleted_at: int = 0
    failed: str = ""
    """Why its window ended without a key."""
    issue_token: str = ""
    """What `confirm` must name, of a manual channel."""
    transaction_id: str = ""
    """The payment whose window issues it, too."""
    notice_urls: tuple[str, ...] = ()
    redirect_url: str = ""
    language: str = "ko"
    display_amount: int = 0
    currency: str = "KRW"
    refuses: str | None = None
    """Why the bank refuses every payment with this key; None lets them pass."""

    @property
    def status(self) -> str:
        """ISSUED or DELETED; '' for one that never was."""
        return ("DELETED" if self.deleted_at else "ISSUED") if self.issued_at else ""

    def refusal(self, now: int) -> str | None:
        """Return why the bank would refuse a payment at *now*, or None."""
        return EXPIRED if has_expired(self.expiry, now) else self.refuses


@attrs.define
class BillingKeys:
    """All keys of the store, oldest first."""

    rows: dict[str, Any] = attrs.field(factory=dict, repr=False)

    def all(self) -> list[BillingKey]:
        """Return those that were issued, also deleted ones."""
        return [key for key in self.rows.values() if key.status]

    def find(self, billing_key: str) -> BillingKey | None:
        """Return a key, also one whose window is still open; None if there is none."""
        found: BillingKey | None = self.rows.get(billing_key)
        return found

    def of_payment(self, transaction_id: str) -> BillingKey | None:
        """Return the key that the window of a payment issues, too; None if it is a payment only."""
        found = (key for key in self.rows.values() if transaction_id and key.transaction_id == transaction_id)
        return next(found, None)

    def get(self, billing_key: str) -> BillingKey:
        """Return an issued or deleted key. Raises CallRefused (404)."""
        key = self.find(billing_key)
        if key is None or not key.status:
            raise refused("BILLING_KEY_NOT_FOUND")
        return key

    def usable(self, billing_key: str) -> BillingKey:
        """Return a key that can pay. Raises CallRefused."""
        key = self.get(billing_key)
        if key.deleted_at:
            raise refused("BILLING_KEY_ALREADY_DELETED")
        return key

    def keep(self, key: BillingKey) -> BillingKey:
        """Store a key, and return it."""
        self.rows[key.billing_key] = key
        return key

    def refuse(self, billing_key: str, reason: str | None) -> BillingKey:
        """Let the bank refuse payments with this key for *reason* from now on; None accepts them again."""
        key = self.find(billing_key)
        if key is None:
            raise NotPossible(f"there is no billing key {billing_key}")
        return self.keep(attrs.evolve(key, refuses=reason))
