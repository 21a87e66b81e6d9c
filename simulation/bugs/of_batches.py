"""Planted bugs of group commit: what a batch stores, and whom it answers. Only the batched store has batches."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import attrs

from payments.adapters.sql.engine.batches import Batches
from payments.adapters.sql.engine.jobs import Outcome
from payments.adapters.sql.payments import together, writing
from payments.adapters.sql.payments.repository import SqlPayments
from payments.adapters.sql.payments.works import Update
from payments.adapters.sql.payments.writing import Revision
from payments.domain import refunding
from payments.domain.payment import Payment
from payments.domain.refund import Refund
from payments.domain.use_cases.refunds import SEND_WITHIN, Refunds
from simulation.bugs.planting import BATCHED, bug, replaced

_claim = SqlPayments.claim
_write = Batches.write
_update_payments = writing.update_payments
_locked = together._locked
_updated = together._updated


def _last_change_wins(connection: Any, updates: list[tuple[int, Update]]) -> dict[int, Outcome]:
    stored = _locked(connection, {update.merchant_id for _, update in updates})
    outcomes, last = {}, {}
    for number, update in updates:
        before = stored[update.merchant_id]
        outcomes[number] = together._outcome_of(partial(update.successor, before))
        if outcomes[number].error is None and outcomes[number].value is not before:
            last[update.merchant_id] = outcomes[number].value
            outcomes[number] = Outcome(attrs.evolve(outcomes[number].value, new_events=()))
    if last:
        _update_payments(connection, [Revision(stored[name], (after,)) for name, after in last.items()])
    return outcomes


bug("the last change of a batch wins", 1, (together, "_updated", _last_change_wins), store=BATCHED)


def _last_events_alone(connection: Any, revisions: Sequence[Revision]) -> None:
    _update_payments(connection, [attrs.evolve(one, steps=one.steps[-1:]) for one in revisions])


bug("a batch stores the last event alone", 1, (writing, "update_payments", _last_events_alone), store=BATCHED)


@replaced("a batch answers the wrong callers", 1, Batches, "write", store=BATCHED)
def _mixed_up(self: Any, works: Sequence[Any]) -> list[Outcome]:
    outcomes = _write(self, works)
    return outcomes[1:] + outcomes[:1]


@replaced("a lease ends at once", 1, SqlPayments, "claim", store=BATCHED)
async def _unleased(self: Any, now: Any, _: Any, limit: int) -> Any:
    return await _claim(self, now, now, limit)


@replaced("a claim that was undone is kept", 34, Refunds, "_send", store=BATCHED)
async def _claim_kept(self: Any, payment: Payment, refund: Refund) -> Payment:
    sent_at = self.clock.now()
    claimed: list[Refund] = []

    def claim(current: Payment) -> Payment:
        now = current.refund(refund.id)
        if now.sends != refund.sends or not now.may_be_sent(sent_at):
            return current
        after = refunding.begin_send(current, now, sent_at)
        claimed.append(after.refund(refund.id))
        return after

    payment = await self.payments.update(payment.merchant_id, claim)
    if not claimed:
        return payment
    if self.clock.now() - sent_at > SEND_WITHIN:
        return await self._step(payment, claimed[0], refunding.note_not_sent)  # type: ignore[no-any-return]
    return await self._answered(payment, claimed[0])  # type: ignore[no-any-return]
