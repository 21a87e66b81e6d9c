"""request_pay: the parameters of `IMP.request_pay`, so that the browser chooses neither amount nor id."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import attrs

from payments.adapters.iamport.guesses import KOREA
from payments.adapters.iamport.vocabulary import PAY_METHODS
from payments.adapters.korean_pgs.window_text import window_text
from payments.domain.money import EXPONENTS
from payments.domain.payment import Payment
from payments.domain.values import Method

MAX_NAME_LENGTH: Final = 40
FIRST_INSTALMENTS: Final = 2
"""The fewest months; an empty list of months means that the card is charged at once."""


@attrs.frozen(kw_only=True)
class Buyer:
    """What a payment window receives about the buyer; some PGs require the telephone number."""

    name: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    postcode: str = ""

    def params(self) -> dict[str, str]:
        """Return the fields that are set, each cut to the length that the provider stores."""
        params = {
            "buyer_name": window_text(self.name, 16),
            "buyer_tel": self.phone[:16],
            "buyer_email": self.email[:64],
            "buyer_addr": window_text(self.address, 128),
            "buyer_postcode": self.postcode[:8],
        }
        return {name: text for name, text in params.items() if text}


def request_pay(
    payment: Payment,
    *,
    user_code: str,
    channel_key: str = "",
    pg: str = "",
    return_url: str,
    notice_url: str | Sequence[str] = "",
    buyer: Buyer | None = None,
    language: str = "",
    deposit_due: datetime | None = None,
    digital: bool = False,
    max_instalments: int | None = None,
) -> dict[str, Any]:
    """Return `{user_code, params}`: for `IMP.init(user_code)` and `IMP.request_pay(params, …)`, as JSON values.

    *return_url* is where a phone returns after the payment. *notice_url* overrides the console's webhook URL.
    *deposit_due* is when a virtual account expires. *digital* says that goods paid by mobile phone are not shipped, and
    *max_instalments* is the most months of a card (1: at once); both unless the payment's own terms say otherwise.
    """
    terms = payment.terms
    params: dict[str, Any] = {
        "pay_method": PAY_METHODS[payment.method],
        "merchant_uid": payment.merchant_id,
        "name": window_text(payment.name or payment.order, MAX_NAME_LENGTH, payment.merchant_id),
        "amount": _number(payment, payment.price.minor),
        "currency": payment.price.currency,
        "m_redirect_url": return_url,
    }
    optional = {
        "channelKey": channel_key,
        "pg": "" if channel_key else pg,
        "notice_url": notice_url if isinstance(notice_url, str) else list(notice_url),
        "language": language,
        "vbank_due": _korean(deposit_due) if deposit_due and payment.method is Method.VIRTUAL_ACCOUNT else "",
    }
    params |= {name: value for name, value in optional.items() if value}
    if payment.method is Method.MOBILE:
        params["digital"] = digital if terms.digital is None else terms.digital
    if terms.parts.tax_free is not None:
        params["tax_free"] = _number(payment, terms.parts.tax_free)
    if terms.parts.vat is not None:
        params["vat_amount"] = _number(payment, terms.parts.vat)
    if (months := terms.max_instalments or max_instalments) and payment.method is Method.CARD:
        params["display"] = {"card_quota": list(range(FIRST_INSTALMENTS, months + 1))}
    return {"user_code": user_code, "params": params | (buyer or Buyer()).params()}


def _number(payment: Payment, minor: int) -> int | float:
    """Return a sum of the payment in major units as a JSON number; with a text, the window would not open."""
    major = Decimal(minor).scaleb(-EXPONENTS[payment.price.currency])
    return int(major) if major == major.to_integral_value() else float(major)


def _korean(due: datetime) -> str:
    return due.astimezone(KOREA).strftime("%Y-%m-%d %H:%M:%S")
