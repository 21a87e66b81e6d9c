"""A sum of one capture that an operator is asked to confirm, before it is refunded or recorded as given back.

The confirmation is given the id of the refund, so that a second click is the same refund, and what was left of the
capture, so that an operator who did not see another refund is asked to look again. Both are sealed with the session.
"""

from typing import Self

import attrs

from payments.domain.attempt import Attempt
from payments.domain.errors import BadInput
from payments.domain.payment import Payment
from payments.domain.values import GatewayId, RefundId
from payments.entrypoints import display
from payments.entrypoints.console.visit import Visit


@attrs.frozen
class Asked:
    """What is confirmed: `amount` of an attempt, in minor units; `seen` was left of it when the operator was asked."""

    what: str
    payment: Payment
    attempt: Attempt
    refund_id: RefundId
    amount: int
    seen: int

    @property
    def currency(self) -> str:
        return self.attempt.report.amount.currency

    @property
    def _said(self) -> tuple[str, ...]:
        texts = (self.what, self.payment.merchant_id, self.refund_id, self.attempt.gateway_id)
        return (*texts, str(self.amount), str(self.seen))

    def seal(self, visit: Visit) -> str:
        """Return what proves that this session was asked."""
        return visit.seal(*self._said)

    @classmethod
    async def typed(cls, visit: Visit, what: str) -> Self:
        """Return what an operator typed into the form of a payment. Raises BadInput."""
        payment, attempt = await _capture(visit)
        currency, left = attempt.report.amount.currency, attempt.left
        amount = left if visit.form.get("all") else display.read_money(visit.form.get("amount", ""), currency)
        if amount > left:
            raise BadInput(f"Only {display.money(left, currency, visit.language)} is left. Nothing was done.")
        return cls(what, payment, attempt, visit.service.refunds.ids.refund_id(), amount, left)

    @classmethod
    async def confirmed(cls, visit: Visit, what: str) -> Self:
        """Return what was asked for on the confirmation that was sent. Raises Forged where it was changed."""
        payment, attempt = await _capture(visit)
        refund_id = RefundId(visit.form.get("refund_id", ""))
        asked = cls(what, payment, attempt, refund_id, _whole(visit, "amount"), _whole(visit, "seen"))
        visit.check_seal(visit.form.get("seal", ""), *asked._said)
        return asked


async def _capture(visit: Visit) -> tuple[Payment, Attempt]:
    payment = await visit.service.checkout.visible_to(visit.caller, visit.merchant_id)
    return payment, payment.capture(GatewayId(visit.form.get("attempt", "")))


def _whole(visit: Visit, name: str) -> int:
    given = visit.form.get(name, "")
    if not (given.isascii() and given.isdigit() and len(given) < 17):
        raise BadInput("The form is not complete. Nothing was done.")
    return int(given)
