"""Refund: the operation that gives money back, from asked to known.

The provider has no idempotency key for refunds, so two things make a repeat harmless: the checksum (the remainder as
we knew it) that the provider compares, and our refund id at the head of the reason, by which history is recognised.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

import attrs

from payments.domain.errors import BadInput
from payments.domain.money import whole
from payments.domain.report import ReportedRefund
from payments.domain.values import GatewayId, RefundId, aware, text

EXTERNAL: Final = "external"
"""Who asked for a refund that nobody here asked for."""


class RefundStatus(StrEnum):
    """`open` until the provider's answer is known; then `done` or `refused`."""

    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"


@attrs.frozen(kw_only=True)
class BankAccount:
    """Where the money of a virtual account goes back to: `bank` is the provider's code of the bank."""

    bank: str = attrs.field(validator=text(1, 16))
    number: str = attrs.field(validator=text(1, 32))
    holder: str = attrs.field(validator=text(1, 32))
    phone: str = attrs.field(default="", validator=text(0, 20))


@attrs.frozen(kw_only=True)
class Refund:
    """One intent to give back `amount` (minor units) of one capture; of it `tax_free` and `vat` are parts.

    `remainder` is what the capture still held when this was asked or rebased: the checksum that is sent along.
    `outcome_unknown_since` is the moment of the first send whose outcome is unknown.
    """

    id: RefundId = attrs.field(validator=text(1, 32))
    gateway_id: GatewayId = attrs.field(validator=text(1, 64))
    amount: int
    remainder: int
    reason: str = attrs.field(default="", validator=text(0, 200))
    by: str = attrs.field(validator=text(1, 120))
    requested_at: datetime = attrs.field(validator=aware)
    status: RefundStatus = RefundStatus.OPEN
    tax_free: int = 0
    vat: int | None = None
    account: BankAccount | None = None
    outcome_unknown_since: datetime | None = None
    provider_id: str = attrs.field(default="", validator=text(0, 64))
    failure: str = attrs.field(default="", validator=text(0, 1000))

    def __attrs_post_init__(self) -> None:
        whole(self.amount, least=1, what="A refund")
        whole(self.remainder, what="A remainder")
        whole(self.tax_free, what="The tax-free part")
        if self.vat is not None:
            whole(self.vat, what="The VAT part")
        if self.tax_free + (self.vat or 0) > self.amount:
            raise BadInput("The tax-free and VAT parts are more than the refund.")

    @property
    def is_open(self) -> bool:
        return self.status is RefundStatus.OPEN

    @property
    def label(self) -> str:
        """The reason as the provider is told it; its head makes the refund recognisable in the history."""
        return f"[{self.id}] {self.reason}".rstrip()

    def recognises(self, reported: ReportedRefund) -> bool:
        """Tell whether a refund in the provider's history is this one: by its id, or without ids by our label."""
        if self.provider_id and reported.provider_id:
            return reported.provider_id == self.provider_id
        return reported.reason.startswith(f"[{self.id}]")


def done(refund: Refund, reported: ReportedRefund | None = None) -> Refund:
    """Return *refund* as executed, with the provider's id of it where there is one."""
    provider_id = reported.provider_id if reported else ""
    return attrs.evolve(
        refund, status=RefundStatus.DONE, provider_id=provider_id, failure="", outcome_unknown_since=None
    )


def attribute(
    refunds: Sequence[Refund], gateway_id: GatewayId, history: Sequence[ReportedRefund], grown: int, at: datetime
) -> list[Refund]:
    """Return the refunds that the growth of an attempt's refunded amount (by *grown* minor units) is made of.

    A history entry that carries our id closes that refund. What nobody here asked for is recorded as external; entries
    without ids may tell of those recorded before, which explain nothing of the growth. Where
    the history does not say what the growth was, and it is enough for an open refund of ours, that one is taken to be
    in it: to believe that it happened is safe, to send it again is not.
    """
    ours = [refund for refund in refunds if refund.gateway_id == gateway_id]
    found, foreign = _told_apart(ours, history)
    rest = grown - sum(refund.amount for refund in found)
    told_before = sum(r.amount for r in ours if r.by == EXTERNAL and not r.provider_id)
    unsaid = rest - max(sum(r.amount for r in foreign if r.reason) - told_before, 0)
    known = {refund.id for refund in found}
    silent = next((r for r in ours if r.is_open and r.id not in known and r.amount <= unsaid), None)
    if silent:
        its = next((r for r in foreign if not r.reason and r.amount == silent.amount), None)
        foreign = [r for r in foreign if r is not its]
        found.append(done(silent, its))
        rest -= silent.amount
    if rest <= 0:
        return found
    if sum(r.amount for r in foreign) != rest:
        foreign = [ReportedRefund(amount=rest)]
    return found + [_external(gateway_id, r, number, at) for number, r in enumerate(foreign, len(refunds))]


def _told_apart(ours: Sequence[Refund], history: Sequence[ReportedRefund]) -> tuple[list[Refund], list[ReportedRefund]]:
    """Return those of *ours* that the history tells to be done now, and the entries that are none of ours."""
    found: dict[RefundId, Refund] = {}
    foreign = []
    for entry in history:
        mine = next((r for r in ours if r.id not in found and r.recognises(entry)), None)
        if mine is None:
            foreign.append(entry)
        elif mine.status is not RefundStatus.DONE:
            found[mine.id] = done(mine, entry)
    return list(found.values()), foreign


def _external(gateway_id: GatewayId, reported: ReportedRefund, number: int, at: datetime) -> Refund:
    """A refund made elsewhere: in the provider's console, or by a program that shares the account."""
    return Refund(
        id=RefundId(f"{gateway_id[-24:]}.{number}"),
        gateway_id=gateway_id,
        amount=reported.amount,
        remainder=0,
        reason=reported.reason[:200],
        by=EXTERNAL,
        requested_at=at,
        status=RefundStatus.DONE,
        provider_id=reported.provider_id,
    )
