"""window: the ready-made parameters of `IMP.request_pay`, so that a browser chooses neither amount nor id."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import attrs

from payments.adapters.iamport.guesses import KOREA
from payments.adapters.iamport.vocabulary import ASKED
from payments.domain.payment import Payment
from payments.domain.values import Method

LONGEST_NAME: Final = 40


@attrs.frozen(kw_only=True)
class Buyer:
    """What a window is told of the buyer; some providers demand the telephone number."""

    name: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    postcode: str = ""

    def params(self) -> dict[str, str]:
        """Return what is known, each cut to the length that the provider keeps."""
        told = {
            "buyer_name": self.name[:16],
            "buyer_tel": self.phone[:16],
            "buyer_email": self.email[:64],
            "buyer_addr": self.address[:128],
            "buyer_postcode": self.postcode[:8],
        }
        return {name: text for name, text in told.items() if text}


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
) -> dict[str, Any]:
    """Return `{user_code, params}`: for `IMP.init(user_code)` and `IMP.request_pay(params, …)`, as JSON values.

    *return_url* is where a phone comes back, *notice_url* overrides the console's webhook address; *deposit_due* ends
    a virtual account; *digital* says that goods bought by mobile phone are not shipped.
    """
    params: dict[str, Any] = {
        "pay_method": ASKED[payment.method],
        "merchant_uid": payment.merchant_id,
        "name": (payment.name or payment.order or payment.merchant_id)[:LONGEST_NAME],
        "amount": _number(payment),
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
        params["digital"] = digital
    return {"user_code": user_code, "params": params | (buyer or Buyer()).params()}


def _number(payment: Payment) -> int | float:
    """The amount as JavaScript has it: a number of major units, never a text (the window would not open)."""
    major = payment.price.to_major()
    return int(major) if major == major.to_integral_value() else float(major)


def _korean(due: datetime) -> str:
    return due.astimezone(KOREA).strftime("%Y-%m-%d %H:%M:%S")
