"""Prepared: amounts registered before a window opens, so that a page cannot change them."""

from decimal import Decimal
from typing import Any

import attrs

from payments.entrypoints.sandbox.guesses import Guesses
from payments.entrypoints.sandbox.payments.messages import (
    PREPARE_KNOWN,
    PREPARE_UNKNOWN,
    RefusedError,
    WindowRefusedError,
)


@attrs.frozen
class Registration:
    """One registered amount; a currency of None is not checked."""

    merchant_uid: str
    amount: Decimal
    currency: str | None = None

    def shown(self) -> dict[str, Any]:
        """Return it as the API shows it."""
        return attrs.asdict(self)


@attrs.define
class Prepared:
    """All registrations; they never end."""

    guesses: Guesses
    _rows: dict[str, Registration] = attrs.field(factory=dict, init=False)

    def add(self, registration: Registration) -> Registration:
        """Register an amount; a merchant_uid that has one is refused, also with the same amount (see Guesses)."""
        known = self._rows.get(registration.merchant_uid)
        if known and not (known == registration and self.guesses.prepare_again == "same amount accepted"):
            raise RefusedError(PREPARE_KNOWN)
        return self._rows.setdefault(registration.merchant_uid, registration)

    def change(self, registration: Registration) -> Registration:
        """Put another amount in place of a registered one; 404 where there is none."""
        self.get(registration.merchant_uid)
        self._rows[registration.merchant_uid] = registration
        return registration

    def get(self, merchant_uid: str) -> Registration:
        """Return the registration; RefusedError (404) where there is none."""
        if merchant_uid not in self._rows:
            raise RefusedError(PREPARE_UNKNOWN)
        return self._rows[merchant_uid]

    def check(self, merchant_uid: str, amount: Decimal, currency: str) -> None:
        """Raise WindowRefusedError where a window asks for something else than was registered."""
        known = self._rows.get(merchant_uid)
        if known and (known.amount != amount or (known.currency or currency) != currency):
            raise WindowRefusedError(self.guesses.prepare_mismatch_code, self.guesses.prepare_mismatch_text)
