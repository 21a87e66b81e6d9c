"""What calls about payments without a window have in common."""

import re
from typing import Any, Final

from payments.entrypoints.sandbox.api.portone.table import PortOneCall
from payments.entrypoints.sandbox.billing.cards import Card
from payments.entrypoints.sandbox.payments.portone_channels import PortOneChannel, channel_of
from payments.entrypoints.sandbox.portone.asking import address_of, check_payment_id, products_of
from payments.entrypoints.sandbox.portone.book.minor import major
from payments.entrypoints.sandbox.portone.book.opening import PortOneRequest
from payments.entrypoints.sandbox.portone.errors import refused, refused_by_pg
from payments.entrypoints.sandbox.portone.fields import Fields
from payments.entrypoints.sandbox.portone.views.moments import without_nulls
from payments.entrypoints.sandbox.portone_settings import PortOneSettings

TWO_DIGITS: Final = re.compile("[0-9]{2}")
CUSTOMER_TEXTS: Final = "id email phoneNumber zipcode gender birthYear birthMonth birthDay".split()


def channel_asked(asked: Fields, settings: PortOneSettings) -> PortOneChannel:
    """Return the channel of a call. Raises CallRefused."""
    key, group = asked.text("channelKey"), asked.text("channelGroupId")
    if bool(key) == bool(group):
        raise asked.bad("channelKey, channelGroupId", "exactly one of them")
    channel = channel_of(settings.channels, key)
    if channel is None:
        raise refused("CHANNEL_NOT_FOUND")
    return channel


def card_asked(method: Fields) -> Card:
    """Return the typed card of a method. Raises CallRefused."""
    credential = method.inner("card", required=True).inner("credential", required=True)
    number = credential.text("number", required=True)
    year, month = credential.text("expiryYear", required=True), credential.text("expiryMonth", required=True)
    if not (TWO_DIGITS.fullmatch(year) and TWO_DIGITS.fullmatch(month)):
        raise credential.bad("expiryYear, expiryMonth", "two digits each")
    try:
        return Card.of(number, f"20{year}-{month}")
    except ValueError as error:
        raise refused_by_pg("INVALID_CARD_NUMBER", "유효하지 않은 카드번호입니다.") from error


def expected_of(asked: Fields, currency: str) -> dict[str, Any]:
    """Return what a confirmation says that the payment is; None is not compared."""
    amounts = {name: asked.whole(name) for name in ("totalAmount", "taxFreeAmount")}
    return {
        "txId": asked.text("txId") or None,
        "currency": asked.text("currency") or None,
        "isTest": asked.flag("isTest"),
        **{name: None if value is None else major(value, currency) for name, value in amounts.items()},
    }


def customer_of(asked: Fields) -> dict[str, Any]:
    """Return a customer as the API shows it."""
    name = asked.inner("name")
    parts = name.inner("separated")
    full = name.text("full") or f"{parts.text('last')}{parts.text('first')}"
    texts = {field: asked.text(field) or None for field in CUSTOMER_TEXTS}
    return without_nulls({**texts, "name": full or None, "address": address_of(asked.values.get("address"))})


def payment_request(
    call: PortOneCall, asked: Fields, channel: PortOneChannel, settings: PortOneSettings, **more: Any
) -> PortOneRequest:
    """Return a payment by API. Raises CallRefused."""
    try:
        payment_id = check_payment_id(call.payment_id, channel, settings)
    except ValueError as error:
        raise refused("INVALID_REQUEST", str(error)) from error
    amount = asked.inner("amount", required=True)
    total, tax_free, vat = amount.whole("total", required=True), amount.whole("taxFree"), amount.whole("vat")
    if (tax_free or 0) + (vat or 0) > (total or 0):
        raise refused("SUM_OF_PARTS_EXCEEDS_TOTAL_AMOUNT")
    if asked.text("promotionId"):
        raise refused("INVALID_REQUEST", "promotionId: the sandbox has no promotions")
    return PortOneRequest(
        payment_id=payment_id,
        order_name=asked.text("orderName", required=True),
        total=total or 0,
        currency=asked.text("currency", required=True),
        channel=channel,
        tax_free=tax_free or 0,
        vat=vat,
        customer=customer_of(asked.inner("customer")),
        custom_data=asked.text("customData") or None,
        notice_urls=tuple(asked.texts("noticeUrls")),
        platform="API",
        escrow=asked.flag("isEscrow") or False,
        details=_details(asked),
        skip_webhook=asked.flag("skipWebhook") or False,
        **more,
    )


def _details(asked: Fields) -> dict[str, Any]:
    return without_nulls(
        {
            "isCulturalExpense": asked.flag("isCulturalExpense"),
            "products": products_of(asked.values.get("products")),
            "productCount": asked.whole("productCount"),
            "country": asked.text("country") or None,
        }
    )
