"""PaymentRow: one attempt as Iamport stores and shows it; frozen, so that its past states stay as they were."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import attrs

from payments.entrypoints.sandbox.payments.cancel_request import CancelAtWork
from payments.entrypoints.sandbox.payments.channels import ISSUER_PGS
from payments.entrypoints.sandbox.payments.portone import PortOneFacts

STATUSES: Final = ("ready", "paid", "cancelled", "failed")


@attrs.frozen(kw_only=True)
class Cancellation:
    """One entry of `cancel_history`."""

    pg_tid: str | None
    amount: Decimal
    cancelled_at: int
    reason: str
    cancellation_id: str
    receipt_url: str


@attrs.frozen(kw_only=True)
class Hidden:
    """What Iamport knows about a payment but never shows."""

    order: int = 0
    """How many rows were made before: the tie-break of every sorting."""
    updated_at: int = 0
    """Last change of status."""
    notice_urls: tuple[str, ...] = ()
    confirm_url: str = ""
    m_redirect_url: str = ""
    language: str = "ko"
    asked_method: str = "card"
    vbank_due: int = 0
    months: tuple[int, ...] | None = None
    """The instalments that the window offers; None offers the usual ones."""
    cash_receipt: str = ""
    """The cash receipt that the buyer asked for in the window: person, company or none."""
    tax_free: Decimal = Decimal(0)
    cancelled_tax_free: Decimal = Decimal(0)
    vat_amount: Decimal | None = None
    cancelled_at_pg: bool = False
    """The PG has refunded by itself (test payments, its own admin page); PortOne does not know."""
    at_work: tuple[CancelAtWork, ...] = ()
    """Cancels that were taken on and are still being executed."""
    portone: PortOneFacts | None = None
    """Of a payment of PortOne V2."""


@attrs.frozen(kw_only=True)
class PaymentRow:
    """The 54 documented properties, each with its value when unset; amounts are Decimals, times UNIX seconds."""

    imp_uid: str
    merchant_uid: str
    amount: Decimal
    pay_method: str | None = None
    channel: str = "pc"
    pg_provider: str = "html5_inicis"
    emb_pg_provider: str | None = None
    pg_tid: str | None = None
    pg_id: str = "INIpayTest"
    sandbox: bool = True
    escrow: bool = False
    apply_num: str | None = None
    bank_code: str | None = None
    bank_name: str | None = None
    card_code: str | None = None
    card_name: str | None = None
    card_issuer_code: str | None = None
    card_issuer_name: str | None = None
    card_publisher_code: str | None = None
    card_publisher_name: str | None = None
    card_quota: int = 0
    card_number: str | None = None
    card_type: int | None = None
    vbank_code: str | None = None
    vbank_name: str | None = None
    vbank_num: str | None = None
    vbank_holder: str | None = None
    vbank_date: int = 0
    vbank_issued_at: int = 0
    name: str = ""
    cancel_amount: Decimal = Decimal(0)
    currency: str = "KRW"
    buyer_name: str | None = None
    buyer_email: str | None = None
    buyer_tel: str | None = None
    buyer_addr: str | None = None
    buyer_postcode: str | None = None
    custom_data: str | None = None
    user_agent: str = ""
    status: str = attrs.field(default="ready", validator=attrs.validators.in_(STATUSES))
    started_at: int = 0
    paid_at: int = 0
    failed_at: int = 0
    cancelled_at: int = 0
    fail_reason: str | None = None
    cancel_reason: str | None = None
    receipt_url: str = ""
    cancel_history: tuple[Cancellation, ...] = ()
    deposit_history: tuple[dict[str, Any], ...] = ()
    cancel_receipt_urls: tuple[str, ...] = ()
    cash_receipt_issued: bool = False
    customer_uid: str | None = None
    customer_uid_usage: str | None = None
    promotion: Mapping[str, Any] | None = None
    hidden: Hidden = Hidden()

    @property
    def remaining(self) -> Decimal:
        """What can still be cancelled."""
        return self.amount - self.cancel_amount

    @property
    def is_v2(self) -> bool:
        """Whether it belongs to PortOne V2: its `imp_uid` is a transaction id, its `merchant_uid` a payment id."""
        return self.hidden.portone is not None

    @property
    def awaits_deposit(self) -> bool:
        """An account was issued and nothing has been paid into it."""
        return self.status == "ready" and self.vbank_num is not None

    @property
    def tells_issuer(self) -> bool:
        """Whether this PG names a card's issuer and publisher."""
        return self.pg_provider in ISSUER_PGS

    def with_status(self, status: str, now: int, **changes: Any) -> "PaymentRow":
        """Return the row in *status* since *now*, with further *changes*."""
        hidden = attrs.evolve(changes.pop("hidden", self.hidden), updated_at=now)
        return attrs.evolve(self, status=status, hidden=hidden, **changes)

    def shown(self) -> dict[str, Any]:
        """Return the 54 properties as the API shows them."""
        shown = {name: getattr(self, name) for name in PROPERTIES}
        shown["cancel_history"] = [attrs.asdict(entry) for entry in self.cancel_history]
        return shown


PROPERTIES: Final = tuple(sorted(field.name for field in attrs.fields(PaymentRow) if field.name != "hidden"))
