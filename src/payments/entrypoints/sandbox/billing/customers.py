"""Customers: billing keys under names that the shop chose (`customer_uid`), issued by API or in a window."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import attrs

from payments.entrypoints.sandbox.billing.cards import Card, has_expired
from payments.entrypoints.sandbox.errors import CallRefused, NotPossible
from payments.entrypoints.sandbox.guesses import Guesses
from payments.entrypoints.sandbox.payments.channels import Channel
from payments.entrypoints.sandbox.payments.messages import CUSTOMER_UNKNOWN
from payments.entrypoints.sandbox.payments.row import PaymentRow

CUSTOMER_UID_MAX: Final = 80
ABOUT_FIELDS: Final = {
    "customer_name": 20,
    "customer_tel": 20,
    "customer_email": 200,
    "customer_addr": 200,
    "customer_postcode": 8,
}
CARD_FIELDS: Final = (
    "card_code card_name card_number card_type"
    " card_issuer_code card_issuer_name card_publisher_code card_publisher_name"
).split()


@attrs.frozen(kw_only=True)
class Customer:
    """A billing key as the API shows it [OAS1 CustomerAnnotation]; times in UNIX seconds."""

    customer_uid: str
    pg_provider: str
    pg_id: str
    customer_id: str | None = None
    card_code: str | None = None
    card_name: str | None = None
    card_number: str | None = None
    card_type: int | None = None
    card_issuer_code: str | None = None
    card_issuer_name: str | None = None
    card_publisher_code: str | None = None
    card_publisher_name: str | None = None
    customer_name: str | None = None
    customer_tel: str | None = None
    customer_email: str | None = None
    customer_addr: str | None = None
    customer_postcode: str | None = None
    sandbox: bool = True
    inserted: int = 0
    updated: int = 0
    """Later than `inserted` once another card took the first one's place."""
    expiry: str = attrs.field(default="", metadata={"hidden": True})
    refuses: str | None = attrs.field(default=None, metadata={"hidden": True})
    """Why the bank refuses every payment with this key; None lets them pass."""

    def shown(self) -> dict[str, Any]:
        """Return it as the API shows it."""
        return attrs.asdict(self, filter=lambda field, _: not field.metadata.get("hidden"))

    def channel(self) -> Channel:
        """Return the channel that the key belongs to."""
        return Channel(pg_provider=self.pg_provider, pg_id=self.pg_id, channel_key="", channel_name="")

    def card(self) -> dict[str, Any]:
        """Return the fields of a payment about its card."""
        return {field: getattr(self, field) for field in CARD_FIELDS}

    def buyer(self) -> dict[str, Any]:
        """Return the buyer of a payment that names none."""
        return {field.replace("customer_", "buyer_"): getattr(self, field) for field in ABOUT_FIELDS}

    def refusal(self, now: int, guesses: Guesses) -> str | None:
        """Return why the bank would refuse a payment at *now*, or None."""
        return guesses.card_expired_text if has_expired(self.expiry, now) else self.refuses


@attrs.define
class Customers:
    """All billing keys of the store, oldest first."""

    guesses: Guesses
    rows: dict[str, Customer] = attrs.field(factory=dict, repr=False)

    def find(self, customer_uid: str) -> Customer | None:
        """Return a key, None if there is none."""
        return self.rows.get(customer_uid)

    def get(self, customer_uid: str) -> Customer:
        """Return a key. Raises CallRefused if there is none (see Guesses for the HTTP status)."""
        found = self.find(customer_uid)
        if found is None:
            unknown = attrs.evolve(CUSTOMER_UNKNOWN, http=self.guesses.customer_unknown_http)
            raise CallRefused(unknown.about(customer_uid))
        return found

    def many(self, customer_uids: Iterable[str]) -> list[Customer]:
        """Return those that exist, in the order asked for."""
        return [self.rows[uid] for uid in customer_uids if uid in self.rows]

    def all(self) -> list[Customer]:
        """Return all of them."""
        return list(self.rows.values())

    def keep(self, customer: Customer) -> Customer:
        """Store a key; one that replaces another keeps the time of the first (as seen in a public README)."""
        before = self.rows.get(customer.customer_uid)
        if before is not None:
            customer = attrs.evolve(customer, inserted=before.inserted)
        self.rows[customer.customer_uid] = customer
        return customer

    def forget(self, customer_uid: str) -> Customer:
        """Delete a key and return what it was."""
        customer = self.get(customer_uid)
        del self.rows[customer_uid]
        return customer

    def refuse(self, customer_uid: str, reason: str | None) -> Customer:
        """Let the bank refuse payments with this key for *reason* from now on; None accepts them again."""
        if customer_uid not in self.rows:
            raise NotPossible(f"there is no billing key {customer_uid}")
        self.rows[customer_uid] = attrs.evolve(self.rows[customer_uid], refuses=reason)
        return self.rows[customer_uid]


def of_card(card: Card, customer_uid: str, channel: Channel, about: Mapping[str, Any], now: int) -> Customer:
    """Return the key of a typed *card*; *about*: customer_id and the `customer_…` fields."""
    return Customer(
        customer_uid=customer_uid,
        pg_provider=channel.pg_provider,
        pg_id=channel.pg_id,
        expiry=card.expiry,
        inserted=now,
        updated=now,
        **card.shown(channel.pg_provider),
        **about,
    )


def of_window(row: PaymentRow, customer_uid: str) -> Customer:
    """Return the key that a paid window issued; the window's card has no end."""
    about = {field: getattr(row, field.replace("customer_", "buyer_")) for field in ABOUT_FIELDS}
    return Customer(
        customer_uid=customer_uid,
        pg_provider=row.pg_provider,
        pg_id=row.pg_id,
        inserted=row.paid_at,
        updated=row.paid_at,
        **{field: getattr(row, field) for field in CARD_FIELDS},
        **about,
    )
