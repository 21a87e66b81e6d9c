"""CashReceipts: V2's cash receipts, of payments in the book and of cash taken elsewhere; one for each payment id."""

from typing import Any

import attrs

from payments.entrypoints.sandbox.payments.ids import Ids
from payments.entrypoints.sandbox.payments.portone_channels import PortOneChannel, channel_of
from payments.entrypoints.sandbox.portone.errors import refused
from payments.entrypoints.sandbox.portone.views.moments import moment, when, without_nulls
from payments.entrypoints.sandbox.portone_settings import MERCHANT_ID, PortOneSettings


@attrs.frozen(kw_only=True)
class CashReceipt:
    """One receipt; amounts in minor units, times in UNIX seconds."""

    payment_id: str
    channel_key: str
    type: str
    order_name: str
    currency: str
    amount: int
    tax_free: int
    vat: int
    issue_number: str = ""
    pg_receipt_id: str = ""
    url: str = ""
    issued_at: int = 0
    cancelled_at: int = 0
    is_manual: bool = True

    @property
    def status(self) -> str:
        """ISSUED or CANCELLED."""
        return "CANCELLED" if self.cancelled_at else "ISSUED"


@attrs.define
class CashReceipts:
    """All V2 receipts of the store."""

    ids: Ids
    rows: dict[str, Any] = attrs.field(factory=dict, repr=False)

    def all(self) -> list[CashReceipt]:
        """Return all of them, oldest first."""
        return list(self.rows.values())

    def find(self, payment_id: str) -> CashReceipt | None:
        """Return the receipt of a payment, also a cancelled one; None if it never had one."""
        found: CashReceipt | None = self.rows.get(payment_id)
        return found

    def issue(self, receipt: CashReceipt, url: str, now: int) -> CashReceipt:
        """Issue a receipt. Raises CallRefused if the payment has one."""
        known = self.find(receipt.payment_id)
        if known is not None and not known.cancelled_at:
            raise refused("CASH_RECEIPT_ALREADY_ISSUED")
        number, pg_id = self.ids.digits(9), self.ids.digits(16)
        issued = attrs.evolve(receipt, issue_number=number, pg_receipt_id=pg_id, url=url, issued_at=now)
        self.rows[receipt.payment_id] = issued
        return issued

    def cancel(self, payment_id: str, now: int) -> CashReceipt:
        """Take a receipt back. Raises CallRefused (404) if there is none."""
        known = self.find(payment_id)
        if known is None:
            raise refused("CASH_RECEIPT_NOT_FOUND")
        if known.cancelled_at:
            raise refused("CASH_RECEIPT_NOT_ISSUED")
        self.rows[payment_id] = cancelled = attrs.evolve(known, cancelled_at=now)
        return cancelled


def cash_receipt_of(receipt: CashReceipt, settings: PortOneSettings) -> dict[str, Any]:
    """Return a receipt: a union on `status`."""
    channel: PortOneChannel | None = channel_of(settings.channels, receipt.channel_key)
    return without_nulls(
        {
            "status": receipt.status,
            "merchantId": MERCHANT_ID,
            "storeId": settings.store_id,
            "paymentId": receipt.payment_id,
            "channel": channel.shown() if channel else None,
            "amount": receipt.amount,
            "taxFreeAmount": receipt.tax_free,
            "vatAmount": receipt.vat,
            "currency": receipt.currency,
            "orderName": receipt.order_name,
            "isManual": receipt.is_manual,
            "type": receipt.type,
            "pgReceiptId": receipt.pg_receipt_id,
            "issueNumber": receipt.issue_number,
            "url": receipt.url,
            "issuedAt": moment(receipt.issued_at),
            "cancelledAt": when(receipt.cancelled_at),
            "statusUpdatedAt": moment(receipt.cancelled_at or receipt.issued_at),
        }
    )


def in_payment(receipt: CashReceipt) -> dict[str, Any]:
    """Return a receipt as a payment shows it."""
    return without_nulls(
        {
            "status": receipt.status,
            "type": receipt.type,
            "pgReceiptId": receipt.pg_receipt_id,
            "issueNumber": receipt.issue_number,
            "totalAmount": receipt.amount,
            "taxFreeAmount": receipt.tax_free,
            "currency": receipt.currency,
            "url": receipt.url,
            "issuedAt": moment(receipt.issued_at),
            "cancelledAt": when(receipt.cancelled_at),
        }
    )
