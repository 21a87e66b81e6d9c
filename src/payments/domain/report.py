"""Report: what the provider says of one attempt at one moment, and how two reports of one attempt are joined.

Reports of one attempt form a total order, and joining takes the higher one, so order, repetition and stale answers
cannot matter.
"""

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Self

import attrs

from payments.domain.errors import ContractViolation
from payments.domain.money import Money, whole
from payments.domain.values import DEFAULT_PROVIDER, GatewayId, MerchantId, Mode, aware, text


class Rank(IntEnum):
    """The furthest state an attempt has ever reached; it never goes back."""

    READY = 1
    DECLINED = 2
    CAPTURED = 3  # money was taken, and some of it is still there
    CANCELLED = 4  # money was taken, and all of it was refunded


@attrs.frozen(kw_only=True)
class Deposit:
    """A virtual account that waits for the buyer's money until `due`."""

    bank: str = attrs.field(default="", validator=text(0, 64))
    account: str = attrs.field(validator=text(1, 64))
    holder: str = attrs.field(default="", validator=text(0, 64))
    due: datetime = attrs.field(validator=aware)


@attrs.frozen(kw_only=True)
class Approval:
    """What the payment company and the card company call an attempt: what a buyer reads out on the phone.

    `number` is the approval number (승인번호), `transaction_id` the PG's own id, `pg` the provider's word for that
    PG, `card` the card company's name. `months` of instalments; 0: at once.
    """

    number: str = attrs.field(default="", validator=text(0, 64))
    transaction_id: str = attrs.field(default="", validator=text(0, 64))
    pg: str = attrs.field(default="", validator=text(0, 40))
    card: str = attrs.field(default="", validator=text(0, 64))
    months: int = 0


class Outcome(StrEnum):
    """What became of a refund at the provider. REQUESTED: accepted, and neither done nor refused yet."""

    DONE = "done"
    REQUESTED = "requested"
    FAILED = "failed"


@attrs.frozen(kw_only=True)
class ReportedRefund:
    """One refund in the provider's history of an attempt. `amount` is in minor units, `reason` as it was sent.

    `at` is when the provider executed it; None where it does not say so.
    """

    provider_id: str = attrs.field(default="", validator=text(0, 64))
    amount: int
    reason: str = attrs.field(default="", validator=text(0, 1000))
    outcome: Outcome = Outcome.DONE
    at: datetime | None = attrs.field(default=None, validator=attrs.validators.optional(aware))


class Regression(StrEnum):
    """What the provider says less about than it did before: a replica is behind, or somebody reset the payment."""

    RANK = "rank went backwards"
    REFUNDED = "refunded amount went backwards"


@attrs.frozen(kw_only=True)
class Report:
    """A snapshot of one attempt.

    `amount` is what was requested or captured, never reduced by refunds; `refunded` is in minor units of its currency.
    Raises ContractViolation where rank, refunded amount and history contradict each other.
    """

    gateway_id: GatewayId = attrs.field(validator=text(1, 64))
    merchant_id: MerchantId = attrs.field(validator=text(1, 40))
    rank: Rank
    amount: Money
    refunded: int = 0
    mode: Mode
    method: str = attrs.field(default="", validator=text(0, 40))
    reason: str = attrs.field(default="", validator=text(0, 1000))  # the provider's words on a failure
    captured_at: datetime | None = attrs.field(default=None, validator=attrs.validators.optional(aware))
    deposit: Deposit | None = None
    receipt_url: str = attrs.field(default="", validator=text(0, 1000))
    refunds: tuple[ReportedRefund, ...] = ()
    approval: Approval = attrs.field(factory=Approval)
    provider: str = attrs.field(default=DEFAULT_PROVIDER, validator=text(1, 20))

    def __attrs_post_init__(self) -> None:
        whole(self.refunded, what="A refunded amount")
        possible = {
            Rank.READY: self.refunded == 0,
            Rank.DECLINED: self.refunded == 0,
            Rank.CAPTURED: self.refunded < self.amount.minor,
            Rank.CANCELLED: self.refunded == self.amount.minor,
        }
        if not possible[self.rank]:
            raise ContractViolation(
                f"The provider reports {self.refunded} of {self.amount.minor} refunded on a {self.rank.name} attempt."
            )
        if any(refund.amount < 1 for refund in self.refunds) or sum(r.amount for r in self.done) > self.refunded:
            raise ContractViolation("The provider's refund history is larger than its refunded amount, or has no sums.")

    @property
    def done(self) -> tuple[ReportedRefund, ...]:
        """The refunds in the history that were executed."""
        return tuple(refund for refund in self.refunds if refund.outcome is Outcome.DONE)

    @property
    def is_capture(self) -> bool:
        """Whether money was ever taken, even if it was refunded since."""
        return self.rank >= Rank.CAPTURED

    @property
    def _name(self) -> tuple[str, GatewayId, MerchantId]:
        return (self.provider, self.gateway_id, self.merchant_id)

    @property
    def names(self) -> frozenset[str]:
        """Everything by which a person may look for it."""
        return frozenset({self.gateway_id, self.approval.number, self.approval.transaction_id}) - {""}

    @property
    def remaining(self) -> int:
        """What the shop still holds, in minor units: 0 unless this is a capture."""
        return self.amount.minor - self.refunded if self.is_capture else 0

    def joined(self, other: Self) -> Self:
        """Return the higher of two reports of one attempt.

        Raises ContractViolation where both cannot be true: of two payments, or of two captured amounts.
        """
        if self._name != other._name:
            raise ContractViolation(f"Attempt {other.gateway_id} is reported under two merchant ids.")
        if self.is_capture and other.is_capture and (self.amount, self.mode) != (other.amount, other.mode):
            raise ContractViolation(f"Attempt {other.gateway_id} is reported with two captured amounts.")
        return max(self, other, key=Report._height)

    def tells_more_than(self, known: Self) -> bool:
        """Whether this report changes what matters: rank, refunds or the deposit. Other fields are kept quietly."""
        return self._news() != known._news()

    def is_behind(self, known: Self) -> bool:
        """Whether the provider now says less about money than it did before."""
        return self.regression(known) is not None

    def regression(self, known: Self) -> Regression | None:
        """Return what the provider now says less about than it did before."""
        if self.rank < known.rank:
            return Regression.RANK
        return Regression.REFUNDED if self.rank == known.rank and self.refunded < known.refunded else None

    def _news(self) -> tuple[object, ...]:
        return (self.rank, self.refunded, len(self.refunds), self._settled, self.deposit)

    @property
    def _settled(self) -> int:
        return sum(refund.outcome is not Outcome.REQUESTED for refund in self.refunds)

    def _height(self) -> tuple[int, int, int, int, float, str]:
        due = self.deposit.due.timestamp() if self.deposit else 0.0
        # the last only makes the order total
        return (self.rank, self.refunded, len(self.refunds), self._settled, due, repr(self))
