"""Registered: what `pre-register` says of payments before their windows open."""

from typing import Any

import attrs

from payments.entrypoints.sandbox.portone.errors import refused
from payments.entrypoints.sandbox.portone_guesses import PortOneGuesses


@attrs.frozen(kw_only=True)
class PortOneRegistration:
    """The values of one payment that its windows must have; None is not compared. Amounts in minor units."""

    payment_id: str
    total: int | None = None
    tax_free: int | None = None
    currency: str | None = None
    registered_at: int = 0

    def differs(self, total: int, tax_free: int, currency: str) -> bool:
        """Whether a window asks for something else."""
        pairs = ((self.total, total), (self.tax_free, tax_free), (self.currency, currency))
        return any(known is not None and known != asked for known, asked in pairs)


@attrs.define
class Registered:
    """All registrations; they never expire."""

    guesses: PortOneGuesses
    rows: dict[str, Any] = attrs.field(factory=dict, repr=False)

    def add(self, registration: PortOneRegistration) -> None:
        """Register, or register again (see the guesses)."""
        if registration.payment_id in self.rows and self.guesses.register_again == "refused":
            raise refused("INVALID_REQUEST", "paymentId: registered already")
        self.rows[registration.payment_id] = registration

    def find(self, payment_id: str) -> PortOneRegistration | None:
        """Return what was registered; None if nothing was."""
        found: PortOneRegistration | None = self.rows.get(payment_id)
        return found
