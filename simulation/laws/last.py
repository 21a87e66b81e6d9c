"""What must hold once the faults have stopped and the workers have come to rest (15 to 21)."""

from datetime import timedelta
from typing import TYPE_CHECKING

from payments.domain.attempt import Attempt
from payments.domain.books.search import Filter
from payments.domain.machine import Status
from payments.domain.payment import Payment
from payments.domain.report import Rank
from payments.domain.values import GatewayId
from payments.entrypoints.blocking import run
from simulation.rows import PORTONE, Row
from simulation.scheduler import NOON

if TYPE_CHECKING:
    from simulation.world import World


def check_last(world: "World") -> None:
    """Check everything that is stored against everything that the provider has."""
    _check_stored(world)
    for row in world.provider.rows.values():
        if row.rank >= Rank.CAPTURED and row.merchant_id in world.laws.payments:
            _check_capture(world, world.laws.payments[row.merchant_id], row)
        elif row.rank >= Rank.CAPTURED and row.owner == "orphaned":
            _check_orphan(world, row)
    for payment in world.laws.payments.values():
        _check_payment(world, payment)
    if world.is_behind():
        world.laws.broken("15 reconciliation catches up", f"the mark stays at {world.laws.reconciled_until}")
    for message_id in world.laws.messages:
        if message_id not in world.laws.told_ids:
            world.laws.broken("20 every event is told", f"{message_id} was never delivered")


def _check_stored(world: "World") -> None:
    """The database says what was written to it."""
    for merchant_id, known in world.laws.payments.items():
        stored = run(world.store.payments.get(merchant_id))
        if stored != known:
            world.laws.broken("2 one event per change", f"{merchant_id} is stored otherwise than it was written")
        timeline = list(run(world.store.payments.timeline(merchant_id)))
        if timeline != world.laws.timelines[merchant_id]:
            world.laws.broken("2 one event per change", f"{merchant_id} has another timeline than was written")
    listed = run(world.store.payments.page(Filter(), None, 10_000))
    announced = [p.merchant_id for p in world.laws.payments.values() if p.version]
    if sorted(p.merchant_id for p in listed) != sorted(announced):
        world.laws.broken("8 lists show what is announced", f"{len(listed)} listed of {len(announced)}")


def _check_capture(world: "World", payment: Payment, row: Row) -> None:
    known = payment.attempt(row.gateway_id)
    if row.unreadable or world.v2.hides(row):
        return  # told, and left to a person; or nothing that the provider shows tells of it
    if known is None or not known.report.is_capture:
        world.laws.broken("15 every capture is known", f"{row.gateway_id} of {row.merchant_id} is not")
        return
    if known.report.refunded != row.refunded:
        sentence = f"{row.gateway_id}: {known.report.refunded} known of {row.refunded} refunded"
        world.laws.broken("15 every refund is known", sentence)
    if not _is_dealt_with(world, payment, known):
        world.laws.broken(
            "16 every capture is dealt with", f"{row.gateway_id} is {known.disposition}, and just lies here"
        )
    if world.good.get(row.gateway_id) and payment.accepted is None and payment.merchant_id not in world.laws.closable:
        sentence = f"{row.gateway_id} paid {row.merchant_id} in time, and is {known.disposition}"
        world.laws.broken("21 an honest buyer's payment is paid", sentence)


def _is_dealt_with(world: "World", payment: Payment, known: Attempt) -> bool:
    if not known.is_stray or known.left == 0 or known.note:
        return True
    if any(r.was_outside and r.gateway_id == known.gateway_id for r in payment.refunds):
        return True  # an operator sees to it
    if world.plan.hold_strays or known.disposition == "wrong_mode":
        return True
    row = world.provider.rows[known.gateway_id]
    is_beside = row.provider == PORTONE and not world.v2.lists(row)  # a cancel would be of the capture that is shown
    may_be_refused = row.never_refunds or row.method == "virtual_account" or is_beside
    refused = [r for r in payment.refunds if r.gateway_id == known.gateway_id and r.failure]
    return any(may_be_refused or r.by != "policy" for r in refused)  # a person was told


def _check_orphan(world: "World", row: Row) -> None:
    known = world.laws.orphans.get(row.gateway_id)
    if row.unreadable or not world.is_listable(row):
        return
    if known is None or known.report.refunded != row.refunded:
        world.laws.broken("15 every capture is known", f"the orphan {row.gateway_id} is not booked as it is")


def _check_payment(world: "World", payment: Payment) -> None:
    merchant_id = payment.merchant_id
    odd = any(row.unreadable for row in world.provider.by_merchant_id.get(merchant_id, ()))
    now = NOON + timedelta(milliseconds=world.scheduler.now)
    if payment.status is Status.AWAITING and payment.expiry < now and not odd:
        world.laws.broken("18 nothing awaits past its expiry", f"{merchant_id} does")
    for refund in payment.open_refunds:
        if not _is_unreadable(world, refund.gateway_id):
            world.laws.broken("19 no refund stays open", f"{merchant_id}: {refund.id}")
    if payment.status in (Status.PAID, Status.CANCELLED) and world.plan.guesses.revokes_accounts and not odd:
        for row in world.provider.by_merchant_id.get(merchant_id, ()):
            if row.waits and not _was_told_of(payment, row.gateway_id) and not _never_shown(world, payment, row):
                world.laws.broken("16 no account stays open", f"{row.gateway_id} of {merchant_id}")


def _never_shown(world: "World", payment: Payment, row: Row) -> bool:
    """Return whether the shop cannot know of the account: its webhook was lost, and no answer contains its row."""
    known = payment.attempt(row.gateway_id)
    return not (known and known.waits_for_deposit) and world.v2.hides(row)


def _was_told_of(payment: Payment, gateway_id: GatewayId) -> bool:
    known = payment.attempt(gateway_id)
    return known is not None and bool(known.revoke_failure)


def _is_unreadable(world: "World", gateway_id: GatewayId) -> bool:
    return world.provider.rows[gateway_id].unreadable
