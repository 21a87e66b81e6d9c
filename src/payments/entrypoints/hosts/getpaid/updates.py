"""What the provider's reports mean for a payment that another program keeps: what is known of it, and what is new.

Known      what the other program has recorded
Step       the one next step that it has not recorded yet
step_of    from what is known, and all attempts at the provider
refund_of  the refund to send: the same id for the same refund, so that two sends of it are made once
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

import attrs

from payments.domain.errors import ContractViolation
from payments.domain.money import Money
from payments.domain.ports import Attempts
from payments.domain.refund import BankAccount, Refund
from payments.domain.report import Outcome, Rank, Report
from payments.domain.values import GatewayId, MerchantId, Mode, RefundId

BY = "system:getpaid"


@attrs.frozen(kw_only=True)
class Known:
    """What the other program has recorded of a payment; `captured` and `refunded` are in minor units.

    `gateway_id` is the attempt that paid it, `refund_id` the refund that it waits for; "" where there is none.
    `also_captured` are the other captured attempts that it has been told.
    """

    merchant_id: MerchantId
    price: Money
    mode: Mode
    captured: int = 0
    refunded: int = 0
    gateway_id: str = ""
    refund_id: str = ""
    also_captured: frozenset[str] = frozenset()


class StepKind(StrEnum):
    """What happened. NOTED: nothing to the status, but there is a second capture to be told."""

    CAPTURED = "captured"
    REFUNDED = "refunded"
    REFUND_REFUSED = "refund-refused"
    DECLINED = "declined"
    NOTED = "noted"


@attrs.frozen(kw_only=True)
class Step:
    """`amount` is all that was captured or refunded until now, in minor units. `words` are the provider's."""

    kind: StepKind
    gateway_id: GatewayId
    amount: int = 0
    words: str = ""
    also_captured: tuple[GatewayId, ...] = ()


def step_of(known: Known, attempts: Attempts) -> Step | None:
    """Return the next step; None where everything is recorded, or nothing has happened yet.

    A payment that was captured and refunded meanwhile takes two steps. Raises ContractViolation where the provider
    reports another sum, another currency or another mode, or no longer the capture: a person must look at it.
    """
    captures = sorted((one for one in attempts.reports if one.is_capture), key=_age)
    if not captures:
        return _without_capture(known, attempts)
    capture = next((one for one in captures if one.gateway_id == known.gateway_id), captures[0])
    _check(known, capture)
    also = tuple(one.gateway_id for one in captures if one is not capture)
    kind, amount = _what_changed(known, capture)
    if kind is None and not set(also) - known.also_captured:
        return None
    return Step(kind=kind or StepKind.NOTED, gateway_id=capture.gateway_id, amount=amount, also_captured=also)


def _age(report: Report) -> tuple[float, str]:
    return (report.captured_at.timestamp() if report.captured_at else float("inf"), report.gateway_id)


def _what_changed(known: Known, capture: Report) -> tuple[StepKind | None, int]:
    if known.captured < capture.amount.minor:
        return StepKind.CAPTURED, capture.amount.minor
    if known.refunded < capture.refunded:
        return StepKind.REFUNDED, capture.refunded
    if known.refund_id and _is_refused(known.refund_id, capture):
        return StepKind.REFUND_REFUSED, capture.refunded
    return None, 0


def _is_refused(refund_id: str, capture: Report) -> bool:
    outcomes = [one.outcome for one in capture.refunds if one.reason.startswith(f"[{refund_id}]")]
    return bool(outcomes) and all(outcome is Outcome.FAILED for outcome in outcomes)


def _without_capture(known: Known, attempts: Attempts) -> Step | None:
    if known.captured:
        raise ContractViolation(f"The provider no longer reports the capture of {known.merchant_id}.")
    if attempts.unreadable:
        raise ContractViolation(" ".join(attempts.unreadable))
    reports: Sequence[Report] = attempts.reports
    if not reports or any(one.rank is not Rank.DECLINED for one in reports):
        return None
    return Step(kind=StepKind.DECLINED, gateway_id=reports[-1].gateway_id, words=reports[-1].reason)


def _check(known: Known, capture: Report) -> None:
    if (capture.amount, capture.mode) != (known.price, known.mode):
        raise ContractViolation(
            f"{capture.gateway_id} captured {capture.amount.to_major()} {capture.amount.currency} ({capture.mode}) for "
            f"{known.merchant_id}, which costs {known.price.to_major()} {known.price.currency} ({known.mode}). "
            "Nothing was recorded."
        )


def refund_of(
    known: Known, amount: int, at: datetime, *, refusals: int = 0, account: BankAccount | None = None
) -> Refund:
    """Return the refund of *amount* (minor units). The remainder is what the *recorded* amounts say.

    A refund that was executed although its answer was lost is therefore not executed again: its id and its remainder
    are the same until it is recorded. *refusals* counts how often the provider has refused exactly this refund.
    """
    named = f"{known.merchant_id} {known.refunded} {amount}".encode()
    return Refund(
        id=RefundId(hashlib.sha256(named).hexdigest()[:16]),
        gateway_id=GatewayId(known.gateway_id),
        amount=amount,
        remainder=known.captured - known.refunded,
        by=BY,
        requested_at=at,
        refusals=refusals,
        account=account,
    )
