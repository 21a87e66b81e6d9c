"""Prepared: amounts registered before a window opens, so that a page cannot change them."""

from decimal import Decimal
from typing import Any

import attrs

from payments.entrypoints.sandbox.errors import CallRefused, WindowRefused
from payments.entrypoints.sandbox.guesses import Guesses
from payments.entrypoints.sandbox.payments.messages import PREPARE_KNOWN, PREPARE_UNKNOWN


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
    """All registrations; they never expire."""

    guesses: Guesses
    rows: dict[str, Registration] = attrs.field(factory=dict, repr=False)

    def add(self, registration: Registration) -> Registration:
        """Register an amount; a merchant_uid that has one is refused, also with the same amount (see Guesses)."""
        known = self.rows.get(registration.merchant_uid)
        if known and not (known == registration and self.guesses.prepare_again == "same amount accepted"):
            raise CallRefused(PREPARE_KNOWN)
        self.rows[registration.merchant_uid] = registration
        return registration

    def change(self, registration: Registration) -> Registration:
        """Replace a registered amount; 404 if there is none."""
        self.get(registration.merchant_uid)
        self.rows[registration.merchant_uid] = registration
        return registration

    def get(self, merchant_uid: str) -> Registration:
        """Return the registration. Raises CallRefused (404) if there is none."""
        if merchant_uid not in self.rows:
            raise CallRefused(PREPARE_UNKNOWN)
        return self.rows[merchant_uid]

    def check(self, merchant_uid: str, amount: Decimal, currency: str) -> None:
        """Raise WindowRefused if a window asks for another amount or currency than was registered."""
        known = self.rows.get(merchant_uid)
        if known and (known.amount != amount or (known.currency or currency) != currency):
            raise WindowRefused(self.guesses.prepare_mismatch_code, self.guesses.prepare_mismatch_text)
