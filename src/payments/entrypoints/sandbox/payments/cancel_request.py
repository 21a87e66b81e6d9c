"""CancelRequest: a cancel as requested by API or in the console; CancelAtWork: one that is still being executed."""

from decimal import Decimal

import attrs

from payments.entrypoints.sandbox.payments.messages import CONSOLE_CANCEL_REASON


@attrs.frozen(kw_only=True)
class CancelRequest:
    """A cancel as requested; an `amount` of None or 0 means everything that is left."""

    imp_uid: str = ""
    merchant_uid: str = ""
    amount: Decimal | None = None
    checksum: Decimal | None = None
    tax_free: Decimal | None = None
    vat_amount: Decimal | None = None
    reason: str = ""
    refund_holder: str = ""
    refund_bank: str = ""
    refund_account: str = ""
    refund_tel: str = ""
    enable_webhook: bool = False
    by_console: bool = False


def console_cancel_request(imp_uid: str, amount: Decimal | None) -> CancelRequest:
    """Return what the console asks for: it needs neither a refund account nor tax parts."""
    return CancelRequest(
        imp_uid=imp_uid,
        amount=amount,
        reason=CONSOLE_CANCEL_REASON,
        tax_free=Decimal(0),
        vat_amount=Decimal(0),
        refund_holder="console",
        refund_bank="088",
        refund_account="0",
        refund_tel="0",
        by_console=True,
    )


@attrs.frozen(kw_only=True)
class CancelAtWork:
    """A cancel that was taken on and is executed at `at` (UNIX seconds): its checksum was compared when it arrived."""

    at: int
    request: CancelRequest
