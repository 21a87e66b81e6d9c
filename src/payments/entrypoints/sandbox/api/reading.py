"""Reading what calls about billing keys and schedules have in common: payments, cards, customers."""

from decimal import Decimal
from typing import Any

from payments.entrypoints.sandbox.billing.billing import KeyRequest
from payments.entrypoints.sandbox.billing.cards import Card
from payments.entrypoints.sandbox.billing.customers import ABOUT_FIELDS, CUSTOMER_UID_MAX
from payments.entrypoints.sandbox.errors import CallRefused, Refusal
from payments.entrypoints.sandbox.payments.messages import KEY_REFUSED, PG_BAD_CARD
from payments.entrypoints.sandbox.payments.opening import BUYER_FIELDS, MERCHANT_UID_MAX, NAME_MAX, WindowRequest, urls
from payments.entrypoints.sandbox.wire.params import Params

USER_AGENT = "sorry_not_supported_anymore"


def payment_request(values: Params) -> WindowRequest:
    """Read a payment without a window."""
    amount = values.number("amount", required=True)
    if amount is None or amount <= 0:
        raise values.refused("amount")
    custom_data = values.values.get("custom_data")
    return WindowRequest(
        merchant_uid=values.text("merchant_uid", required=True, longest=MERCHANT_UID_MAX),
        amount=amount,
        pg=values.text("pg"),
        name=values.text("name", longest=NAME_MAX),
        currency=values.text("currency").upper() or "KRW",
        buyer={field: values.text(field)[:longest] for field, longest in BUYER_FIELDS.items() if values.text(field)},
        custom_data=str(custom_data) if custom_data else None,
        notice_urls=urls(values.values.get("notice_url")),
        tax_free=values.number("tax_free") or Decimal(0),
        vat_amount=values.number("vat_amount"),
        customer_uid=values.text("customer_uid", longest=CUSTOMER_UID_MAX) or None,
        channel="api",
        user_agent=USER_AGENT,
    )


def typed_card(values: Params, refused: Refusal) -> Card:
    """Read a typed card. Raises CallRefused with *refused* if it is not one."""
    number, expiry = values.text("card_number", required=True), values.text("expiry", required=True)
    try:
        return Card.of(number, expiry)
    except ValueError as error:
        raise CallRefused(refused.about(PG_BAD_CARD)) from error


def about_customer(values: Params, prefix: str = "customer_") -> dict[str, Any]:
    """Read what is said about a customer, in fields that begin with *prefix*."""
    named = {
        field: values.text(field.replace("customer_", prefix))[:longest] for field, longest in ABOUT_FIELDS.items()
    }
    known = {field: value for field, value in named.items() if value}
    return known | {"customer_id": values.text("customer_id") or None}


def key_request(customer_uid: str, values: Params) -> KeyRequest:
    """Read a request for a billing key."""
    if len(customer_uid) > CUSTOMER_UID_MAX:
        raise values.refused("customer_uid")
    return KeyRequest(
        customer_uid=customer_uid,
        card=typed_card(values, KEY_REFUSED),
        pg=values.text("pg"),
        about=about_customer(values),
    )
