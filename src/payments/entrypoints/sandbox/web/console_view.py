"""The console's view: the newest payments, calls and webhooks of a sandbox, and what a person can do about each."""

import hashlib
from itertools import islice
from typing import Any, Final

import attrs

from payments.entrypoints.sandbox.payments.row import PaymentRow
from payments.entrypoints.sandbox.service import Sandbox
from payments.entrypoints.sandbox.wire.envelope import encode

SHOWN: Final = 50
FIELDS: Final = (
    "imp_uid merchant_uid name amount cancel_amount currency status pay_method pg_provider pg_id buyer_name card_name"
    " vbank_name vbank_num vbank_date fail_reason started_at customer_uid"
).split()

ACTIONS: Final = {"deposit": ("deposit",), "paid": ("refund",), "part": ("refund",), "failed": ("approve_late",)}


def state_of(row: PaymentRow) -> str:
    """Return the state as a person would name it: window, deposit, paid, part, refunded or failed."""
    if row.status == "ready":
        return "deposit" if row.awaits_deposit else "window"
    if row.status == "cancelled":  # Iamport says so from the first refund on, however small
        return "part" if row.remaining > 0 and row.paid_at else "refunded"
    return row.status


@attrs.frozen
class Console:
    """What the console page shows of one sandbox."""

    sandbox: Sandbox

    def overview(self, find: str = "", since: str = "") -> dict[str, Any]:
        """Return the newest fifty of each kind, and only payments whose names contain *find*.

        `version` is a hash of the content; if it is still *since*, only the time is returned.
        """
        with self.sandbox.lock:
            content = {
                "payments": self._payments(find.strip().lower()),
                "webhooks": [delivery.shown() for delivery in _newest(list(self.sandbox.webhooks.deliveries))],
                "calls": [attrs.asdict(call) for call in _newest(list(self.sandbox.journal.calls))],
                "counts": {"payments": len(self.sandbox.book.past), "calls": self.sandbox.journal.count},
            }
            clock = {"now": self.sandbox.clock.exact(), "stopped": self.sandbox.clock.is_stopped}
        version = hashlib.sha256(encode(content)).hexdigest()[:16]
        return {"version": version, **clock} | ({} if version == since else content)

    def _payments(self, find: str) -> list[dict[str, Any]]:
        notified = {delivery.imp_uid for delivery in self.sandbox.webhooks.deliveries}
        found = (states for states in self.sandbox.book.newest() if not find or find in _names(states[-1]))
        return [self._payment(states, states[-1].imp_uid in notified) for states in islice(found, SHOWN)]

    def _payment(self, states: tuple[PaymentRow, ...], notified: bool) -> dict[str, Any]:
        row = states[-1]
        return {
            **{field: getattr(row, field) for field in FIELDS},
            "generation": "V2" if row.is_v2 else "V1",
            "state": state_of(row),
            "remaining": row.remaining,
            "past": _past(states),
            "actions": _actions(row, notified),
        }


def _newest(listed: list[Any]) -> list[Any]:
    return listed[: -SHOWN - 1 : -1]


def _names(row: PaymentRow) -> str:
    return " ".join((row.imp_uid, row.merchant_uid, row.name, row.buyer_name or "")).lower()


def _past(states: tuple[PaymentRow, ...]) -> list[dict[str, Any]]:
    """Return the moments at which the state changed, as a person would see it."""
    moments: list[dict[str, Any]] = []
    for row in states:
        moment = {"state": state_of(row), "cancel_amount": row.cancel_amount}
        if not moments or {name: moments[-1][name] for name in moment} != moment:
            moments.append(moment | {"at": max(row.hidden.updated_at, row.cancelled_at, row.started_at)})
    return moments


def _actions(row: PaymentRow, notified: bool) -> list[str]:
    possible = ACTIONS.get(state_of(row), ())
    return [*possible, "resend_webhook"] if notified else list(possible)
