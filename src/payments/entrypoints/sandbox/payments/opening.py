"""WindowRequest: what `IMP.request_pay` was called with, checked in the order the original checks it."""

import json
import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import attrs

from payments.entrypoints.sandbox.clock import KOREA
from payments.entrypoints.sandbox.errors import WindowRefused
from payments.entrypoints.sandbox.payments.channels import Channel
from payments.entrypoints.sandbox.payments.row import Hidden, PaymentRow

MERCHANT_UID_MAX: Final = 40
NAME_MAX: Final = 40
DUE_DAYS: Final = 30
DUE_FORMATS: Final = ("%Y-%m-%d", "%Y%m%d", "%Y-%m-%d %H:%M:%S", "%Y%m%d%H%M%S", "%Y%m%d%H%M")
BUYER_FIELDS: Final = {
    "buyer_name": 16,
    "buyer_email": 64,
    "buyer_tel": 16,
    "buyer_addr": 128,
    "buyer_postcode": 8,
}


@attrs.frozen(kw_only=True)
class WindowRequest:
    """The parameters of one `request_pay` that the sandbox reads; amounts are Decimals."""

    merchant_uid: str
    amount: Decimal
    pg: str = ""
    channel_key: str = ""
    pay_method: str = "card"
    name: str = ""
    currency: str = "KRW"
    buyer: Mapping[str, Any] = attrs.field(factory=dict)
    custom_data: str | None = None
    notice_urls: tuple[str, ...] = ()
    confirm_url: str = ""
    m_redirect_url: str = ""
    language: str = "ko"
    vbank_due: int = 0
    months: tuple[int, ...] | None = None
    tax_free: Decimal = Decimal(0)
    vat_amount: Decimal | None = None
    escrow: bool = False
    customer_uid: str | None = None
    channel: str = "pc"
    user_agent: str = ""

    @classmethod
    def of(cls, params: Mapping[str, Any], bad_code: str) -> "WindowRequest":
        """Read what a page passed. Raises WindowRefused (*bad_code*) if the original would not open a window for it."""
        amount, merchant_uid = params.get("amount"), params.get("merchant_uid")
        if isinstance(amount, bool) or not isinstance(amount, int | Decimal) or not math.isfinite(amount):
            raise WindowRefused(bad_code, "amount는 숫자여야 합니다.")
        if not isinstance(merchant_uid, str) or not 1 <= len(merchant_uid) <= MERCHANT_UID_MAX:
            raise WindowRefused(bad_code, f"merchant_uid는 1~{MERCHANT_UID_MAX}자의 문자열이어야 합니다.")
        if amount < 0:
            raise WindowRefused(bad_code, "결제금액이 올바르지 않습니다.")
        return cls(
            merchant_uid=merchant_uid,
            amount=Decimal(amount),
            **_texts(params),
            buyer={field: str(params[field])[:longest] for field, longest in BUYER_FIELDS.items() if params.get(field)},
            custom_data=_custom_data(params.get("custom_data")),
            notice_urls=urls(params.get("notice_url")),
            vbank_due=due(params.get("vbank_due"), bad_code),
            months=_months(params.get("display")),
            tax_free=_decimal(params.get("tax_free")) or Decimal(0),
            vat_amount=_decimal(params.get("vat_amount")),
            escrow=params.get("escrow") is True,
            customer_uid=str(params["customer_uid"]) if params.get("customer_uid") else None,
        )


def _texts(params: Mapping[str, Any]) -> dict[str, str]:
    asked = {
        "pg": params.get("pg"),
        "channel_key": params.get("channelKey"),
        "pay_method": params.get("pay_method"),
        "name": str(params.get("name") or "")[:NAME_MAX],
        "currency": str(params.get("currency") or "").removeprefix("CURRENCY_").upper(),
        "confirm_url": params.get("confirm_url"),
        "m_redirect_url": params.get("m_redirect_url"),
        "language": params.get("language"),
        "channel": params.get("_channel"),
        "user_agent": params.get("_user_agent"),
    }
    return {field: str(value) for field, value in asked.items() if value}


def _months(display: Any) -> tuple[int, ...] | None:
    listed = display.get("card_quota") if isinstance(display, dict) else None
    return tuple(months for months in listed if type(months) is int) if isinstance(listed, list) else None


def _decimal(value: Any) -> Decimal | None:
    return Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None


def _custom_data(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, default=float)


def urls(value: Any) -> tuple[str, ...]:
    """Return a `notice_url` as the URLs it names: a string, or a list of strings."""
    listed = value if isinstance(value, list) else [value]
    return tuple(url for url in listed if isinstance(url, str) and url)


def due(value: Any, bad_code: str) -> int:
    """Return a `vbank_due` in UNIX seconds, 0 if none was given; its four written forms are Korean time."""
    if not value:
        return 0
    for form in DUE_FORMATS:
        try:
            moment = datetime.strptime(str(value), form).replace(tzinfo=KOREA)
        except ValueError:
            continue
        whole_day = "%H" not in form
        return int((moment + timedelta(days=1, seconds=-1) if whole_day else moment).timestamp())
    raise WindowRefused(bad_code, "vbank_due 형식이 올바르지 않습니다.")


def ready_row(request: WindowRequest, channel: Channel, imp_uid: str, *, order: int, now: int) -> PaymentRow:
    """Return the payment that a window begins with; *order* is the number of payments made before it."""
    hidden = Hidden(
        order=order,
        updated_at=now,
        notice_urls=request.notice_urls,
        confirm_url=request.confirm_url,
        m_redirect_url=request.m_redirect_url,
        language=request.language,
        asked_method=request.pay_method,
        vbank_due=request.vbank_due,
        months=request.months,
        tax_free=request.tax_free,
        vat_amount=request.vat_amount,
    )
    return PaymentRow(
        imp_uid=imp_uid,
        merchant_uid=request.merchant_uid,
        amount=request.amount,
        channel=request.channel,
        pg_provider=channel.pg_provider,
        pg_id=channel.pg_id,
        sandbox=channel.sandbox,
        name=request.name,
        currency=request.currency,
        escrow=request.escrow,
        custom_data=request.custom_data,
        user_agent=request.user_agent,
        started_at=now,
        customer_uid=request.customer_uid,
        **request.buyer,
        hidden=hidden,
    )
