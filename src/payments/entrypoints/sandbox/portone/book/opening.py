"""PortOneRequest: a payment that V2 is asked for, by a window or by API; and the row that it begins with."""

from collections.abc import Mapping
from typing import Any, Final

import attrs

from payments.entrypoints.sandbox.payments.portone import PortOneFacts
from payments.entrypoints.sandbox.payments.portone_channels import EASY_PAY_PROVIDERS, PortOneChannel
from payments.entrypoints.sandbox.payments.row import Hidden, PaymentRow
from payments.entrypoints.sandbox.portone.book.minor import major

WINDOW_WORDS: Final = {"VIRTUAL_ACCOUNT": "vbank", "TRANSFER": "trans", "MOBILE": "phone"}
EASY_PAY_WORDS: Final = {name: word for word, name in EASY_PAY_PROVIDERS.items()}
PAY_METHODS: Final = (
    "CARD VIRTUAL_ACCOUNT TRANSFER MOBILE GIFT_CERTIFICATE EASY_PAY PAYPAL ALIPAY CONVENIENCE_STORE ALIPAY_PLUS".split()
)


@attrs.frozen(kw_only=True)
class PortOneRequest:
    """What a payment is asked for with; amounts in minor units, times in UNIX seconds."""

    payment_id: str
    order_name: str
    total: int
    currency: str
    channel: PortOneChannel
    pay_method: str = "CARD"
    easy_pay: str = ""
    tax_free: int = 0
    vat: int | None = None
    customer: Mapping[str, Any] = attrs.field(factory=dict)
    custom_data: str | None = None
    notice_urls: tuple[str, ...] = ()
    confirm_url: str = ""
    redirect_url: str = ""
    language: str = "ko"
    platform: str = "PC"
    page: str = ""
    user_agent: str = ""
    due: int = 0
    months: tuple[int, ...] | None = None
    escrow: bool = False
    details: Mapping[str, Any] = attrs.field(factory=dict)
    billing_key: str = ""
    schedule_id: str = ""
    skip_webhook: bool = False


def row_of(request: PortOneRequest, transaction_id: str, *, order: int, now: int) -> PaymentRow:
    """Return the READY payment that *request* begins; *order* is the number of payments made before it."""
    customer = request.customer
    return PaymentRow(
        imp_uid=transaction_id,
        merchant_uid=request.payment_id,
        amount=major(request.total, request.currency),
        channel={"PC": "pc", "MOBILE": "mobile"}.get(request.platform, "api"),
        pg_provider=request.channel.pg_provider,
        pg_id=request.channel.pg_merchant_id,
        sandbox=request.channel.is_test,
        name=request.order_name,
        currency=request.currency,
        escrow=request.escrow,
        custom_data=request.custom_data,
        user_agent=request.user_agent,
        started_at=now,
        buyer_name=customer.get("name"),
        buyer_email=customer.get("email"),
        buyer_tel=customer.get("phoneNumber"),
        hidden=Hidden(
            order=order,
            updated_at=now,
            notice_urls=request.notice_urls,
            confirm_url=request.confirm_url,
            m_redirect_url=request.redirect_url,
            language=request.language,
            asked_method=window_word(request.pay_method, request.easy_pay),
            vbank_due=request.due,
            months=request.months,
            tax_free=major(request.tax_free, request.currency),
            portone=_facts(request),
        ),
    )


def window_word(pay_method: str, easy_pay: str) -> str:
    """Return what the payment window calls a method."""
    return EASY_PAY_WORDS.get(easy_pay, "card") if easy_pay else WINDOW_WORDS.get(pay_method, "card")


def _facts(request: PortOneRequest) -> PortOneFacts:
    return PortOneFacts(
        channel_key=request.channel.key,
        channel_name=request.channel.name,
        pay_method=request.pay_method,
        easy_pay=request.easy_pay,
        customer=dict(request.customer),
        details=dict(request.details),
        platform=request.platform,
        page=request.page,
        vat=request.vat,
        billing_key=request.billing_key,
        schedule_id=request.schedule_id,
        manual=request.channel.manual and request.platform != "API",
        asynchronous=request.channel.asynchronous,
    )
