"""What a page asks `PortOne` for, checked as the SDK and the service behind it check it."""

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from payments.entrypoints.sandbox.clock import KOREA
from payments.entrypoints.sandbox.errors import WindowRefused
from payments.entrypoints.sandbox.payments.portone_channels import PortOneChannel, channel_of
from payments.entrypoints.sandbox.portone.book.limits import ID_FORMS
from payments.entrypoints.sandbox.portone.book.opening import PAY_METHODS, PortOneRequest
from payments.entrypoints.sandbox.portone.views.moments import without_nulls
from payments.entrypoints.sandbox.portone_settings import PortOneSettings

PREFIXES: Final = re.compile(
    "^(CURRENCY|COUNTRY|BANK|CARRIER|PRODUCT_TYPE|GENDER|CASH_RECEIPT_TYPE|EASY_PAY_PROVIDER)_"
)
BAD: Final = "RequestParseFailed"
"""Thrown: the window has not opened, and the promise is rejected."""
PAYMENT_ID: Final = re.compile(r"[\x21-\x7e]{1,64}")
DUE_FORMATS: Final = ("%Y%m%d", "%Y-%m-%d", "%Y%m%d%H%M%S", "%Y-%m-%d %H:%M:%S")
CUSTOMER: Final = {
    "customerId": "id",
    "phoneNumber": "phoneNumber",
    "email": "email",
    "zipcode": "zipcode",
    "gender": "gender",
    "birthYear": "birthYear",
    "birthMonth": "birthMonth",
    "birthDay": "birthDay",
}
PRODUCT: Final = ("id", "name", "amount", "quantity", "code", "tag", "link")


def bare(value: Any) -> str:
    """Return an enum's value without the prefix that the SDK allows."""
    return PREFIXES.sub("", value) if isinstance(value, str) else ""


def check_payment_id(payment_id: Any, channel: PortOneChannel | None, settings: PortOneSettings) -> str:
    """Return a payment id that PortOne and the channel's PG take. Raises ValueError."""
    limit = settings.guesses.id_limit
    if not isinstance(payment_id, str) or not payment_id or (limit != "none" and not PAYMENT_ID.fullmatch(payment_id)):
        raise ValueError("paymentId: 1 to 64 visible ASCII characters")
    if channel is not None and settings.guesses.pg_limits == "kept":
        form = ID_FORMS.get(channel.pg_provider, ".*")
        if not re.fullmatch(form, payment_id):
            raise ValueError(f"paymentId: {channel.pg_provider} takes {form}")
    return payment_id


def channel_for(params: Mapping[str, Any], settings: PortOneSettings) -> PortOneChannel:
    """Return the channel that a page names. Raises WindowRefused."""
    if params.get("storeId") != settings.store_id:
        raise WindowRefused("StoreNotFound", f"There is no store {params.get('storeId')}.")
    channel = channel_of(settings.channels, str(params.get("channelKey") or ""))
    if channel is None:
        raise WindowRefused("ChannelNotFound", f"There is no channel {params.get('channelKey')}.")
    return channel


def payment_asked(params: Mapping[str, Any], settings: PortOneSettings, now: int, **where: Any) -> PortOneRequest:
    """Read what a page passed to requestPayment; *where*: platform, page, user_agent. Raises WindowRefused."""
    _check_texts(params, ("storeId", "paymentId", "orderName", "currency", "payMethod"))
    total, method = _whole(params, "totalAmount"), bare(params["payMethod"])
    if total is None:
        raise WindowRefused(BAD, "totalAmount: required")
    if method not in PAY_METHODS:
        raise WindowRefused(BAD, f"payMethod: one of {', '.join(PAY_METHODS)}")
    if bool(params.get("channelKey")) == bool(params.get("channelGroupId")):
        raise WindowRefused(BAD, "channelKey, channelGroupId: exactly one of them")
    channel = channel_for(params, settings)
    try:
        payment_id = check_payment_id(params["paymentId"], channel, settings)
    except ValueError as error:
        raise WindowRefused("PGProviderError", str(error)) from error
    account = _object(params.get("virtualAccount"))
    return PortOneRequest(
        payment_id=payment_id,
        order_name=params["orderName"],
        total=total,
        currency=bare(params["currency"]),
        channel=channel,
        pay_method=method,
        easy_pay=bare(_object(params.get("easyPay")).get("easyPayProvider")),
        tax_free=_whole(params, "taxFreeAmount") or 0,
        vat=_whole(params, "vatAmount"),
        customer=customer_asked(params.get("customer")),
        custom_data=text_of(params.get("customData")),
        notice_urls=texts(params.get("noticeUrls")),
        confirm_url=str(params.get("confirmUrl") or ""),
        redirect_url=str(params.get("redirectUrl") or ""),
        language=language_of(params),
        due=due_of(_object(account.get("accountExpiry")), now),
        months=_months(params),
        escrow=params.get("isEscrow") is True,
        details=_details(params),
        **where,
    )


def _check_texts(params: Mapping[str, Any], names: tuple[str, ...]) -> None:
    for name in names:
        if not isinstance(params.get(name), str) or not params[name]:
            raise WindowRefused(BAD, f"{name}: required")


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _whole(params: Mapping[str, Any], name: str) -> int | None:
    value = params.get(name)
    if value is not None and not (_is_whole(value) and value >= 0):
        raise WindowRefused(BAD, f"{name}: a whole number of minor units")
    return value


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def texts(value: Any) -> tuple[str, ...]:
    """Return those of a list that are texts."""
    return tuple(each for each in value if isinstance(each, str) and each) if isinstance(value, list) else ()


def text_of(data: Any) -> str | None:
    """Return what a page passes as an object, as the API shows it: its JSON text."""
    return None if data is None else json.dumps(data, ensure_ascii=False, default=float)


def language_of(params: Mapping[str, Any]) -> str:
    """Return the language of a window: that of `locale`, or Korean."""
    return str(params.get("locale") or "KO_KR")[:2].lower()


def customer_asked(given: Any) -> dict[str, Any]:
    """Return a page's customer as the API shows it."""
    asked = _object(given)
    shown = {name: asked.get(field) for field, name in CUSTOMER.items()}
    parts = (asked.get("lastName"), asked.get("firstName"))
    shown["name"] = asked.get("fullName") or "".join(str(part) for part in parts if part) or None
    shown["gender"] = bare(asked.get("gender")) or None
    shown["address"] = address_of(asked.get("address"))
    return without_nulls(shown)


def address_of(given: Any) -> dict[str, Any] | None:
    """Return an address as the API shows it."""
    asked = _object(given)
    first, second = asked.get("addressLine1"), asked.get("addressLine2")
    if not first:
        return None
    one_line = " ".join(str(part) for part in (asked.get("city"), asked.get("province"), first, second) if part)
    return without_nulls(
        {
            "type": "SEPARATED",
            "oneLine": one_line,
            "addressLine1": first,
            "addressLine2": second or "",
            "city": asked.get("city"),
            "province": asked.get("province"),
            "country": bare(asked.get("country")) or None,
        }
    )


def products_of(given: Any) -> list[dict[str, Any]] | None:
    """Return the products of a request as a payment shows them."""
    if not isinstance(given, list) or not given:
        return None
    return [{name: each[name] for name in PRODUCT if each.get(name) is not None} for each in given if each]


def _details(params: Mapping[str, Any]) -> dict[str, Any]:
    return without_nulls(
        {
            "isCulturalExpense": params.get("isCulturalExpense"),
            "products": products_of(params.get("products")),
            "country": bare(params.get("country")) or None,
        }
    )


def _months(params: Mapping[str, Any]) -> tuple[int, ...] | None:
    installment = _object(_object(params.get("card")).get("installment"))
    option = _object(installment.get("monthOption"))
    listed = option.get("availableMonthList")
    if isinstance(listed, list):
        return tuple(month for month in listed if _is_whole(month))
    fixed = option.get("fixedMonth")
    return (fixed,) if isinstance(fixed, int) and fixed else None


def due_of(expiry: Mapping[str, Any], now: int) -> int:
    """Return a deadline in UNIX seconds, 0 if none was given; a date is one of Korea. Raises WindowRefused."""
    hours, date = expiry.get("validHours"), expiry.get("dueDate")
    if _is_whole(hours) and hours:
        return now + int(hours) * 3600
    for form in DUE_FORMATS if date else ():
        try:
            moment = datetime.strptime(str(date), form).replace(tzinfo=KOREA)
        except ValueError:
            continue
        whole_day = "%H" not in form
        return int((moment + timedelta(days=1, seconds=-1) if whole_day else moment).timestamp())
    if date:
        raise WindowRefused(BAD, "virtualAccount.accountExpiry.dueDate: YYYYMMDD or YYYY-MM-DD, with or without a time")
    return 0
