"""Refund: the operation that gives money back, from its request to its known outcome.

Most providers have no idempotency key for refunds, so two things make a repeat harmless: the checksum (the remainder as
we knew it), which the provider compares, and our refund id at the head of the reason, which identifies it in the
history.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

import attrs

from payments.domain.event import Source
from payments.domain.money import TaxParts, whole
from payments.domain.report import ReportedRefund
from payments.domain.schedule import LONGEST_ACCEPTED
from payments.domain.values import GatewayId, RefundId, aware, text


class RefundStatus(StrEnum):
    """`open` until the provider's answer is known; then `done` or `refused`.

    The others are those of money that was given back elsewhere, which an operator recorded: it counts while it is
    `outside`. It is `questioned` where the provider later reports a refund that may be the same money, and does not
    count until an operator decides; `merged` is the decision that it is the same.
    """

    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"
    OUTSIDE = "outside"
    QUESTIONED = "questioned"
    MERGED = "merged"


@attrs.frozen(kw_only=True)
class BankAccount:
    """Where a deposit into a virtual account is refunded to. `bank` is the provider's bank code."""

    bank: str = attrs.field(validator=text(1, 16))
    number: str = attrs.field(validator=text(1, 32), repr=False)
    holder: str = attrs.field(validator=text(1, 32), repr=False)
    phone: str = attrs.field(default="", validator=text(0, 20), repr=False)


@attrs.frozen
class SealedAccount:
    """A bank account that only a Vault can read: `token` is opaque text."""

    token: str = attrs.field(validator=text(1, 2000), repr=False)


AWAITS_APPROVAL: Final = datetime(9000, 1, 1, tzinfo=UTC)
"""As `not_before` of a refund: never by itself, because a second person must approve it first."""

_optional_time = attrs.validators.optional(aware)


@attrs.frozen(kw_only=True)
class Refund:
    """The intent to refund `amount` (minor units) of one capture; `tax_free` and `vat` are parts of the amount.

    `remainder` is what the capture still held when this was requested or rebased: the checksum that is sent along.
    `sends` counts how often it was handed to the provider and `sent_at` is the latest. Until `sending_until` that send
    may still be executed, so nothing else is sent and no refusal is believed. `refusals` counts the refusals of an
    automatic refund, which is tried again from `not_before` on. `failure` is the latest refusal in the provider's
    words. From `accepted_at` on, while it is open, the provider works on it by itself: nothing is sent again.
    `account` is kept only while the refund is open. `done_at` is when the provider executed it; where it does not say
    when, that is when we knew. Of money given back elsewhere, `requested_at` is when it was given back and `reason` the
    operator's note; `done_at` is the same time while it counts, and None while it does not.
    """

    id: RefundId = attrs.field(validator=text(1, 32))
    gateway_id: GatewayId = attrs.field(validator=text(1, 64))
    amount: int
    remainder: int
    reason: str = attrs.field(default="", validator=text(0, 200))
    by: str = attrs.field(validator=text(1, 120))
    requested_at: datetime = attrs.field(validator=aware)
    status: RefundStatus = RefundStatus.OPEN
    tax_free: int | None = None
    vat: int | None = None
    account: BankAccount | SealedAccount | None = None
    sends: int = 0
    sent_at: datetime | None = attrs.field(default=None, validator=_optional_time)
    sending_until: datetime | None = attrs.field(default=None, validator=_optional_time)
    refusals: int = 0
    not_before: datetime | None = attrs.field(default=None, validator=_optional_time)
    accepted_at: datetime | None = attrs.field(default=None, validator=_optional_time)
    provider_id: str = attrs.field(default="", validator=text(0, 64))
    failure: str = attrs.field(default="", validator=text(0, 1000))
    done_at: datetime | None = attrs.field(default=None, validator=_optional_time)

    def __attrs_post_init__(self) -> None:
        whole(self.amount, least=1, what="A refund")
        whole(self.remainder, what="A remainder")
        _ = self.parts.within(self.amount, "refund")

    @property
    def parts(self) -> TaxParts:
        return TaxParts(tax_free=self.tax_free, vat=self.vat)

    @property
    def is_open(self) -> bool:
        return self.status is RefundStatus.OPEN

    @property
    def was_outside(self) -> bool:
        """Whether an operator recorded it as given back elsewhere, whatever was decided since."""
        return self.status in (RefundStatus.OUTSIDE, RefundStatus.QUESTIONED, RefundStatus.MERGED)

    @property
    def is_automatic(self) -> bool:
        """Whether a rule of the shop requested it, and no person."""
        return self.by == Source.POLICY

    @property
    def awaits_approval(self) -> bool:
        """Whether a second person must approve it before it is sent."""
        return self.is_open and self.not_before == AWAITS_APPROVAL

    def is_unfinished(self, now: datetime) -> bool:
        """Whether the provider has accepted it, and has taken longer than it may before a person is told."""
        return self.is_open and self.accepted_at is not None and now - self.accepted_at > LONGEST_ACCEPTED

    def may_be_at_work(self, now: datetime) -> bool:
        """Whether the provider may still execute the latest send."""
        return self.sending_until is not None and now < self.sending_until

    def may_be_sent(self, now: datetime) -> bool:
        """Whether it may be handed to the provider now."""
        is_ours = self.is_open and self.accepted_at is None
        return is_ours and not self.may_be_at_work(now) and (self.not_before is None or now >= self.not_before)

    @property
    def label(self) -> str:
        """The reason as it is sent to the provider; its head identifies the refund in the history."""
        return f"[{self.id}] {self.reason}".rstrip()

    def recognises(self, reported: ReportedRefund) -> bool:
        """Return whether a refund in the provider's history is this one: by its id, or without ids by our label."""
        if self.provider_id and reported.provider_id:
            return reported.provider_id == self.provider_id
        return reported.reason.startswith(f"[{self.id}]")


def done(refund: Refund, reported: ReportedRefund | None, at: datetime) -> Refund:
    """Return *refund* as executed, known at *at*, with the provider's id and time of it if there are some."""
    provider_id, executed_at = (reported.provider_id, reported.at) if reported else ("", None)
    return attrs.evolve(closed(refund, RefundStatus.DONE, provider_id=provider_id), done_at=executed_at or at)


def closed(refund: Refund, status: RefundStatus, *, provider_id: str = "", failure: str = "") -> Refund:
    """Return *refund* with a final status. Its account is forgotten: nothing will be sent to it any more."""
    return attrs.evolve(
        refund,
        status=status,
        provider_id=provider_id,
        failure=failure,
        account=None,
        accepted_at=None,
        sending_until=None,
        not_before=None,
    )


def attribute(
    refunds: Sequence[Refund], gateway_id: GatewayId, history: Sequence[ReportedRefund], grown: int, at: datetime
) -> list[Refund]:
    """Return the refunds that explain the growth of an attempt's refunded amount (by *grown* minor units).

    A history entry with our id closes that refund. What was requested elsewhere is recorded as external; entries
    without ids may repeat external refunds recorded before, which explain none of the growth. Where the history does
    not explain the growth, and it is enough for an open refund of ours that was sent, that one is taken to be in it:
    believing that it happened is safe, sending it again is not.
    """
    ours = [refund for refund in refunds if refund.gateway_id == gateway_id and not refund.was_outside]
    named, foreign = _split_history(ours, history, at)
    found, rest = _fitting(named, grown)
    known_before = sum(r.amount for r in ours if r.by == Source.EXTERNAL and not r.provider_id)
    unsaid = rest - max(sum(r.amount for r in foreign if r.reason) - known_before, 0)
    known = {refund.id for refund in found}
    asked = [r for r in ours if r.is_open and r.sends and r.accepted_at is None]  # an accepted one is named when done
    silent = next((r for r in asked if r.id not in known and r.amount <= unsaid), None)
    if silent:
        its = next((r for r in foreign if not r.reason and r.amount == silent.amount), None)
        foreign = [r for r in foreign if r is not its]
        found.append(done(silent, its, at))
        rest -= silent.amount
    if rest <= 0:
        return found
    if sum(r.amount for r in foreign) != rest:
        foreign = [ReportedRefund(amount=rest)]
    return found + [_external(gateway_id, r, number, at) for number, r in enumerate(foreign, len(refunds))]


def _fitting(named: Sequence[Refund], grown: int) -> tuple[list[Refund], int]:
    """Return as many of the refunds as the growth can hold, and what is left of it: books never exceed the provider."""
    found = []
    for refund in named:
        if refund.amount <= grown:
            found.append(refund)
            grown -= refund.amount
    return found, grown


def _split_history(
    ours: Sequence[Refund], history: Sequence[ReportedRefund], at: datetime
) -> tuple[list[Refund], list[ReportedRefund]]:
    """Return the refunds of *ours* that the history now shows as done, and the entries that are not ours."""
    found: dict[RefundId, Refund] = {}
    foreign = []
    for entry in history:
        mine = next((r for r in ours if r.id not in found and r.recognises(entry)), None)
        if mine is None:
            foreign.append(entry)
        elif mine.status is not RefundStatus.DONE:
            found[mine.id] = done(mine, entry, at)
    return list(found.values()), foreign


def _external(gateway_id: GatewayId, reported: ReportedRefund, number: int, at: datetime) -> Refund:
    """Return a refund that was made elsewhere: in the provider's console, or by another program on the account."""
    return Refund(
        id=RefundId(f"{gateway_id[-24:]}.{number}"),
        gateway_id=gateway_id,
        amount=reported.amount,
        remainder=0,
        reason=reported.reason[:200],
        by=Source.EXTERNAL,
        requested_at=at,
        status=RefundStatus.DONE,
        provider_id=reported.provider_id,
        done_at=reported.at or at,
    )
