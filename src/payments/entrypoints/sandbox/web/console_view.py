"""The console's view: the newest payments, calls and webhooks of a sandbox, and what a person can do about each."""

import hashlib
from itertools import islice
from typing import Any, Final

import attrs

from payments.entrypoints.sandbox.payments.row import PaymentRow
from payments.entrypoints.sandbox.service import Sandbox
from payments.entrypoints.sandbox.wire.wire import encode

SHOWN: Final = 50
FIELDS: Final = (
    "imp_uid merchant_uid name amount cancel_amount currency status pay_method pg_provider pg_id buyer_name card_name"
    " vbank_name vbank_num vbank_date fail_reason started_at customer_uid"
).split()

ACTIONS: Final = {"deposit": ("deposit",), "paid": ("refund",), "part": ("refund",), "failed": ("approve_late",)}


def state_of(row: PaymentRow) -> str:
    """Return what a person would call it: window, deposit, paid, part, refunded or failed."""
    if row.status == "ready":
        return "deposit" if row.awaits_deposit else "window"
    if row.status == "cancelled":  # Iamport says so from the first refund on, however small
        return "part" if row.remaining > 0 else "refunded"
    return row.status


@attrs.frozen
class Console:
    """What the console page shows of one sandbox."""

    sandbox: Sandbox

    def overview(self, find: str = "", since: str = "") -> dict[str, Any]:
        """Return the newest fifty of each kind, payments whose names contain *find*; of version *since* the time only.

        `version` names the content: the same for as long as nothing happens.
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
        told = {delivery.imp_uid for delivery in self.sandbox.webhooks.deliveries}
        newest = reversed(self.sandbox.book.past.values())
        found = (states for states in newest if not find or find in _names(states[-1]))
        return [self._payment(states, states[-1].imp_uid in told) for states in islice(found, SHOWN)]

    def _payment(self, states: list[PaymentRow], told: bool) -> dict[str, Any]:
        row = states[-1]
        return {
            **{field: getattr(row, field) for field in FIELDS},
            "state": state_of(row),
            "remaining": row.remaining,
            "past": _past(states),
            "actions": _actions(row, told),
        }


def _newest(listed: list[Any]) -> list[Any]:
    return listed[: -SHOWN - 1 : -1]


def _names(row: PaymentRow) -> str:
    return " ".join((row.imp_uid, row.merchant_uid, row.name, row.buyer_name or "")).lower()


def _past(states: list[PaymentRow]) -> list[dict[str, Any]]:
    """Return the moments at which a person would say that something happened."""
    moments: list[dict[str, Any]] = []
    for row in states:
        moment = {"state": state_of(row), "cancel_amount": row.cancel_amount}
        if not moments or {name: moments[-1][name] for name in moment} != moment:
            moments.append(moment | {"at": max(row.behind.updated_at, row.cancelled_at, row.started_at)})
    return moments


def _actions(row: PaymentRow, told: bool) -> list[str]:
    possible = ACTIONS.get(state_of(row), ())
    return [*possible, "resend_webhook"] if told else list(possible)
