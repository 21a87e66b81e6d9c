"""Planted bugs of the second provider: in its adapter, in what is only accepted, and in a shop with both."""

from collections.abc import Iterator
from typing import Any

from payments.adapters.memory.payments import MemoryPayments
from payments.adapters.portone import client, wire
from payments.adapters.portone.cancelling import idempotency_key
from payments.domain.payment import Change
from payments.domain.ports import Gateway, Gateways
from payments.domain.recording import _Decision
from payments.domain.refund import Refund, done
from payments.domain.report import Outcome, Rank
from payments.domain.values import DEFAULT_PROVIDER
from simulation.bugs.planting import MEMORY, bug, replaced

_standing = wire._standing
_transactions = client.Client._transactions
_waiting = _Decision._waiting
_reconciled_until = MemoryPayments.reconciled_until


@replaced("one idempotency key for ever", 100_000, client, "idempotency_key", provider="v2")
def _one_for_ever(merchant_id: Any, body: Any, _: int) -> str:
    return idempotency_key(merchant_id, body, 0)


@replaced("one idempotency key for each payment", 100_000, client, "idempotency_key", provider="v2")
def _one_for_each(merchant_id: Any, *_: Any) -> str:
    return idempotency_key(merchant_id, {}, 0)


bug("rows of V1 are recorded", 100_000, (wire, "is_of_v1", lambda _: False), provider="both")
bug("what the PG has failed is done", 100_004, (wire, "outcome_of", lambda _: Outcome.DONE), provider="v2")
bug("a cancel of whichever capture", 100_000, (client.Client, "_check_capture", lambda *_: _nothing()), provider="v2")
bug("the mode that is usual", 100_000, (wire, "_mode", lambda _, __, usual: usual), provider="v2")
bug("a second send of what is accepted", 100_004, (Refund, "may_be_sent", lambda self, now: (
    self.is_open and not self.may_be_at_work(now) and (self.not_before is None or now >= self.not_before)
)), provider="v2")  # fmt: skip


async def _nothing() -> None:
    return


@replaced("an unknown status is a refusal", 100_006, wire, "_standing", provider="v2")
def _refused(fields: Any, amount: Any) -> tuple[int, Rank, int]:
    known = fields.values.get("status") != "IN_DISPUTE"
    return _standing(fields, amount) if known else (amount.whole("total"), Rank.DECLINED, 0)


@replaced("a part that went back is not read", 100_001, wire, "_standing", provider="v2")
def _whole(fields: Any, amount: Any) -> tuple[int, Rank, int]:
    total, rank, refunded = _standing(fields, amount)
    return (total, rank, 0) if rank is Rank.CAPTURED else (total, rank, refunded)


@replaced("no list of attempts is an empty one", 100_003, client.Client, "_transactions", provider="v2")
async def _none(self: Any, merchant_id: Any, ends: Any) -> list[object]:
    return await _transactions(self, merchant_id, ends) or []


@replaced("the attempt that is shown is all there is", 100_000, client.Client, "_transactions", provider="v2")
async def _shown_alone(self: Any, merchant_id: Any, ends: Any) -> list[object]:
    shown = await self._payment(merchant_id, ends)
    return [] if shown is None else [shown]


@replaced("accepted is as good as done", 100_004, _Decision, "_waiting", provider="v2")
def _as_good_as_done(self: Any) -> Iterator[Change]:
    for change in _waiting(self):
        if change.refund and change.refund.accepted_at:
            yield Change(event=change.event, refund=done(change.refund, None, self.reading.at))
        else:
            yield change


@replaced("what failed later stays open", 100_004, _Decision, "_waiting", provider="v2")
def _for_ever(self: Any) -> Iterator[Change]:
    return (change for change in _waiting(self) if change.refund and change.refund.accepted_at)


@replaced("the new provider is asked about old payments", 100_000, Gateways, "of", provider="both")
def _newest(self: Gateways, _: str) -> Gateway:
    return list(self.by_name.values())[-1]


@replaced("one mark for both lists", 100_000, MemoryPayments, "reconciled_until", store=MEMORY, provider="both")
async def _one_mark(self: Any, _: str = DEFAULT_PROVIDER) -> Any:
    return await _reconciled_until(self, DEFAULT_PROVIDER)
