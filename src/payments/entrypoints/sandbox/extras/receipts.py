"""Receipts: cash receipts, of payments and of cash that Iamport never saw; the simple form of it."""

from decimal import Decimal
from typing import Any, Final, Literal

import attrs

from payments.entrypoints.sandbox.payments.ids import Ids

Kind = Literal["imp_uid", "merchant_uid"]
"""What a receipt is for: a payment (`imp_uid`) or cash taken elsewhere (`merchant_uid`)."""
TYPES: Final = ("person", "company")
IDENTIFIER_TYPES: Final = ("person", "business", "phone", "taxcard")
PGS: Final = frozenset(
    "html5_inicis kcp nice kicc settle daou tosspayments ksnet smartro smartro_v2 nice_v2 welcome".split()
)
"""PGs that issue them [OAS1]."""


@attrs.frozen(kw_only=True)
class Receipt:
    """One receipt as the API shows it [OAS1 ReceiptAnnotation, ExternalReceiptAnnotation]; times in UNIX seconds."""

    kind: Kind
    uid: str
    receipt_tid: str
    apply_num: str
    type: str
    amount: Decimal
    vat: Decimal
    receipt_url: str
    applied_at: int
    cancelled_at: int = 0

    def shown(self) -> dict[str, Any]:
        """Return it as the API shows it."""
        fields = attrs.asdict(self)
        return {fields.pop("kind"): fields.pop("uid"), **fields}


@attrs.frozen(kw_only=True)
class ReceiptRequest:
    """A receipt as requested; `type` is one of TYPES."""

    amount: Decimal
    tax_free: Decimal
    type: str


@attrs.define
class Receipts:
    """All cash receipts of the store."""

    ids: Ids
    rows: dict[tuple[Kind, str], Receipt] = attrs.field(factory=dict, repr=False)

    def find(self, kind: Kind, uid: str) -> Receipt | None:
        """Return the receipt of something, also a cancelled one; None if it never had one."""
        return self.rows.get((kind, uid))

    def issue(self, kind: Kind, uid: str, request: ReceiptRequest, url: str, now: int) -> Receipt:
        """Issue a receipt; the tax in it is an eleventh of what is not tax-free [OAS1]."""
        receipt = Receipt(
            kind=kind,
            uid=uid,
            receipt_tid=self.ids.digits(16),
            apply_num=self.ids.digits(9),
            type=request.type,
            amount=request.amount,
            vat=(request.amount - request.tax_free) // 11,
            receipt_url=url,
            applied_at=now,
        )
        self.rows[kind, uid] = receipt
        return receipt

    def cancel(self, receipt: Receipt, now: int) -> Receipt:
        """Take a receipt back."""
        self.rows[receipt.kind, receipt.uid] = cancelled = attrs.evolve(receipt, cancelled_at=now)
        return cancelled
