"""Agreement: what must hold between our books and the provider's once faults stop and the sweep has run."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from payments.domain.attempt import Disposition
from payments.domain.payment import Payment
from payments.domain.refund import RefundStatus
from payments.domain.use_cases.checkout import Checkout
from payments.domain.values import MerchantId
from payments.entrypoints.blocking import run
from payments.entrypoints.sandbox.payments.row import PaymentRow
from payments.entrypoints.sandbox.portone.book.cancelling import facts_of
from payments.entrypoints.sandbox.service import Sandbox


def check_agreement(checkout: Checkout, sandbox: Sandbox, merchant_id: str) -> Payment:
    """Assert that both sides tell the same of a payment, and that its own story is whole; return the payment."""
    return check_books(checkout, [told(row) for row in sandbox.payments(merchant_id)], merchant_id)


def told(row: PaymentRow) -> dict[str, Any]:
    """Return an attempt as V1 shows it. V2 keeps its cancels elsewhere, those that are at work and refused ones too."""
    shown = row.shown()
    if row.is_v2:
        done = [entry for entry in facts_of(row).cancellations if entry.status == "SUCCEEDED"]
        shown["cancel_history"] = [{"amount": entry.total} for entry in done]
    return shown


def check_books(checkout: Checkout, rows: Iterable[Mapping[str, Any]], merchant_id: str) -> Payment:
    """The same, with the provider's attempts as its API shows them."""
    payment = run(checkout.payments.get(MerchantId(merchant_id)))
    story = run(checkout.payments.timeline(payment.merchant_id))
    assert [entry.version for entry in story] == list(range(1, payment.version + 1)), "one event per change, no gap"
    assert story[-1].status is payment.status
    assert not payment.open_refunds, (payment, story)
    assert sum(attempt.disposition is Disposition.ACCEPTED for attempt in payment.attempts) <= 1
    for row in rows:
        attempt = payment.attempt(row["imp_uid"])
        if row["paid_at"]:
            assert attempt is not None, f"a capture at the provider is unknown here: {row['imp_uid']}"
            assert attempt.report.refunded == row["cancel_amount"], "both sides know of the same refunds"
        if attempt and attempt.is_stray and not row["vbank_num"]:  # a deposit needs an account to go back to
            assert attempt.report.remaining == 0, f"a {attempt.disposition} capture was not given back"
        ours = [r for r in payment.refunds if r.gateway_id == row["imp_uid"] and r.status is RefundStatus.DONE]
        executed = Counter(int(entry["amount"]) for entry in row["cancel_history"])
        assert Counter(refund.amount for refund in ours) == executed, "each refund was executed once"
    return payment
