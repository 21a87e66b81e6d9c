"""The request of a refund, and its idempotency key.

The key is the same for every send of one request, so that the provider executes it once, however often it is sent
within three hours. After a refusal that was believed, and after a rebase, it is another one: the provider repeats a
stored refusal word for word. Later, and everywhere else, the remainder protects: it is compared before money moves.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from payments.adapters.portone.words import bank_of
from payments.domain.errors import Rejected
from payments.domain.refund import BankAccount, Refund
from payments.domain.values import MerchantId

REQUESTER: Final = "ADMIN"
"""Who wants it: the shop. NaverPay must be told."""


def cancel_body(refund: Refund) -> dict[str, Any]:
    """Return the body. Raises Rejected for an account at a bank that the provider does not have.

    A tax-free part is always said: without one, the provider counts the whole cancel as taxable, which is our 0.
    """
    body: dict[str, Any] = {
        "amount": refund.amount,
        "currentCancellableAmount": refund.remainder,
        "reason": refund.label,
        "requester": REQUESTER,
        "taxFreeAmount": refund.tax_free or 0,
    }
    if refund.vat is not None:
        body["vatAmount"] = refund.vat
    if isinstance(refund.account, BankAccount):
        body["refundAccount"] = _account(refund.account)
    return body


def _account(account: BankAccount) -> dict[str, str]:
    bank = bank_of(account.bank)
    if bank is None:
        raise Rejected("The provider does not know this bank. Nothing was sent.", "BANK", "unknown bank")
    fields = {"bank": bank, "number": account.number, "holderName": account.holder}
    return {**fields, "holderPhoneNumber": account.phone} if account.phone else fields


def idempotency_key(merchant_id: MerchantId, body: Mapping[str, Any], refusals: int) -> str:
    """Return the key of this request, 64 characters of ASCII: the same only for the same body, after equal refusals."""
    named = json.dumps([merchant_id, refusals, body], sort_keys=True)
    return hashlib.sha256(named.encode()).hexdigest()
