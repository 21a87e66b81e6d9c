"""request_payment: the parameters of `PortOne.requestPayment`, so that the browser chooses neither amount nor id."""

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from payments.adapters.korean_pgs.window_text import window_text
from payments.adapters.portone.words import EASY_PAY_PROVIDERS, PAY_METHODS
from payments.domain.payment import Payment
from payments.domain.ports import Contact
from payments.domain.values import Method

MAX_NAME_LENGTH: Final = 40
KOREA: Final = timezone(timedelta(hours=9), "KST")
"""The zone of a virtual account's due date: no document names it, and the PGs that take one work in Korea."""


def request_payment(
    payment: Payment,
    *,
    store_id: str,
    channel_key: str,
    return_url: str,
    notice_url: str | Sequence[str] = "",
    contact: Contact | None = None,
    deposit_due: datetime | None = None,
    digital: bool = False,
    max_instalments: int | None = None,
) -> dict[str, Any]:
    """Return the parameters as JSON values. *return_url* is where a phone returns after the payment.

    *notice_url* overrides the console's webhook URL. *deposit_due* is when a virtual account expires. *digital* says
    that goods paid by mobile phone are not shipped, and *max_instalments* is the most months of a card (1: at once);
    both unless the payment's own terms say otherwise.
    """
    terms, notices = payment.terms, [notice_url] if isinstance(notice_url, str) else list(notice_url)
    params: dict[str, Any] = {
        "storeId": store_id,
        "channelKey": channel_key,
        "paymentId": payment.merchant_id,
        "orderName": window_text(payment.name or payment.order, MAX_NAME_LENGTH, payment.merchant_id),
        "totalAmount": payment.price.minor,
        "currency": payment.price.currency,
        "payMethod": PAY_METHODS[payment.method],
        "redirectUrl": return_url,
        "taxFreeAmount": terms.parts.tax_free or 0,
    }
    if notices != [""]:
        params["noticeUrls"] = notices
    if terms.parts.vat is not None:
        params["vatAmount"] = terms.parts.vat
    if payment.method is Method.MOBILE:
        params["productType"] = "DIGITAL" if (digital if terms.digital is None else terms.digital) else "REAL"
    if payment.method in EASY_PAY_PROVIDERS:
        params["easyPay"] = {"easyPayProvider": EASY_PAY_PROVIDERS[payment.method]}
    if deposit_due and payment.method is Method.VIRTUAL_ACCOUNT:
        due = deposit_due.astimezone(KOREA).strftime("%Y-%m-%d %H:%M:%S")
        params["virtualAccount"] = {"accountExpiry": {"dueDate": due}}
    if (months := terms.max_instalments or max_instalments) and payment.method is Method.CARD:
        params["card"] = {"installment": {"monthOption": {"availableMonthList": list(range(2, months + 1))}}}
    return params | _customer(contact or Contact())


def _customer(contact: Contact) -> dict[str, Any]:
    """Return what the window receives about the buyer; some PGs require the telephone number."""
    given = {
        "fullName": window_text(contact.name, 16),
        "phoneNumber": contact.phone[:16],
        "email": contact.email[:64],
    }
    customer = {name: text for name, text in given.items() if text}
    return {"customer": customer} if customer else {}
