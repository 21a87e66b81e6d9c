"""Escrows: where the goods of escrow payments are, as shops register it."""

from typing import Final

import attrs

from payments.entrypoints.sandbox.errors import CallRefused, Refusal
from payments.entrypoints.sandbox.guesses import Guesses
from payments.entrypoints.sandbox.payments.row import PaymentRow

PGS: Final = frozenset("html5_inicis kcp daou ksnet smartro_v2 nice_v2 welcome".split())
"""PGs that take it [OAS1]."""


@attrs.frozen
class Delivery:
    """A parcel [OAS1 EscrowLogisAnnotation]; times in UNIX seconds."""

    company: str
    invoice: str
    sent_at: int
    applied_at: int


@attrs.define
class Escrows:
    """The registered parcels of the store, by imp_uid."""

    guesses: Guesses
    rows: dict[str, Delivery] = attrs.field(factory=dict, repr=False)

    def get(self, row: PaymentRow) -> Delivery:
        """Return a payment's parcel. Raises CallRefused (409) if none is registered."""
        self._check(row)
        if row.imp_uid not in self.rows:
            raise CallRefused(Refusal(409, -1, self.guesses.escrow_unregistered_text))
        return self.rows[row.imp_uid]

    def register(self, row: PaymentRow, delivery: Delivery) -> Delivery:
        """Register a parcel, once."""
        self._check(row)
        if row.imp_uid in self.rows:
            raise CallRefused(Refusal(409, -1, self.guesses.escrow_registered_text))
        self.rows[row.imp_uid] = delivery
        return delivery

    def change(self, row: PaymentRow, delivery: Delivery) -> Delivery:
        """Correct a registered parcel."""
        self.get(row)
        self.rows[row.imp_uid] = delivery
        return delivery

    def _check(self, row: PaymentRow) -> None:
        if row.pg_provider not in PGS:
            raise CallRefused(Refusal(400, -1, self.guesses.pg_lacks_text))
        if not row.escrow or row.status != "paid":
            raise CallRefused(Refusal(409, -1, self.guesses.escrow_none_text))
