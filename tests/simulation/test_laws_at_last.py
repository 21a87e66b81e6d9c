"""Each law that holds once the faults have stopped notices what was left undone."""

import attrs
import pytest
from builders import a_deposit, with_refund

from payments.domain.attempt import Attempt, Disposition
from payments.domain.machine import Status
from payments.domain.payment import Payment
from payments.domain.report import Deposit, Rank
from simulation.laws.last import check_last
from simulation.rows import Row
from simulation.v2.book import Book
from simulation.world import World


def broken(world: World) -> set[str]:
    """Check again, and return the numbers of the laws that are broken now; 2 is what a test must break on its way."""
    check_last(world)
    return {violation.law.split()[0] for violation in world.laws.violations} - {"2"}


def a_paid(world: World) -> tuple[Payment, Row]:
    payment = next(p for p in world.laws.payments.values() if p.status is Status.PAID)
    assert payment.accepted
    return payment, world.provider.rows[payment.accepted.gateway_id]


def put(world: World, payment: Payment, **changes: object) -> None:
    world.laws.payments[payment.merchant_id] = attrs.evolve(payment, **changes)


def test_nothing_is_broken_in_a_calm_world(calm_world: World) -> None:
    assert not broken(calm_world)


def test_what_is_stored_otherwise_than_it_was_written(calm_world: World) -> None:
    payment, _ = a_paid(calm_world)
    put(calm_world, payment, name="another name")
    check_last(calm_world)
    assert {violation.law.split()[0] for violation in calm_world.laws.violations} == {"2"}


def test_a_capture_that_is_not_known(calm_world: World) -> None:
    payment, row = a_paid(calm_world)
    calm_world.good.clear()
    put(calm_world, payment, attempts=(), status=Status.CANCELLED)
    assert broken(calm_world) == {"15"}
    assert row.rank is Rank.CAPTURED


def test_a_refund_that_is_not_known(calm_world: World) -> None:
    _, row = a_paid(calm_world)
    calm_world.provider.refund_in_console(row, 1)
    assert broken(calm_world) == {"15"}


def test_an_orphan_that_is_not_booked(calm_world: World) -> None:
    calm_world.laws.orphans.clear()
    assert broken(calm_world) == {"15"}


def test_a_reconciliation_that_stands_still(calm_world: World) -> None:
    calm_world.laws.reconciled_until.clear()
    assert broken(calm_world) == {"15"}


def test_a_stray_that_just_lies_here(calm_world: World) -> None:
    payment, _ = a_paid(calm_world)
    calm_world.good.clear()
    stray = attrs.evolve(payment.attempts[0], disposition=Disposition.LATE)
    put(calm_world, payment, attempts=(stray,), refunds=(), status=Status.CANCELLED)
    assert broken(calm_world) == {"16"}


def with_an_open_account_beside_the_card(world: World, *known: Attempt) -> None:
    payment, row = a_paid(world)
    beside = attrs.evolve(row, rank=Rank.READY, deposit=a_deposit(), versions=[])
    world.plan = attrs.evolve(world.plan, guesses=attrs.evolve(world.plan.guesses, revokes_accounts=True))
    world.provider.by_merchant_id[payment.merchant_id].append(beside)
    put(world, payment, attempts=known)
    world.good.clear()


def a_known(world: World, deposit: Deposit | None) -> Attempt:
    """Return what the shop knew of the attempt while it was a window, or an account."""
    payment, _ = a_paid(world)
    [attempt] = payment.attempts
    report = attrs.evolve(attempt.report, rank=Rank.READY, deposit=deposit, captured_at=None, refunded=0, refunds=())
    return Attempt(report=report)


def test_an_account_that_stays_open_beside_the_card(calm_world: World) -> None:
    with_an_open_account_beside_the_card(calm_world)
    assert "16" in broken(calm_world)


@pytest.mark.parametrize(("known", "is_broken"), [("nothing", False), ("a window", False), ("an account", True)])
def test_an_account_that_the_provider_hides_is_closed_where_the_shop_knew_it(
    calm_world: World, monkeypatch: pytest.MonkeyPatch, known: str, is_broken: bool
) -> None:
    monkeypatch.setattr(Book, "hides", lambda *_: True)
    attempts = {
        "nothing": (),
        "a window": (a_known(calm_world, None),),
        "an account": (a_known(calm_world, a_deposit()),),
    }
    with_an_open_account_beside_the_card(calm_world, *attempts[known])
    assert ("16" in broken(calm_world)) is is_broken


def test_a_payment_that_awaits_for_ever(calm_world: World) -> None:
    payment, _ = a_paid(calm_world)
    put(calm_world, payment, status=Status.AWAITING)
    assert broken(calm_world) == {"18"}


def test_a_refund_that_stays_open(calm_world: World) -> None:
    payment, _ = a_paid(calm_world)
    calm_world.laws.payments[payment.merchant_id] = with_refund(payment, amount=1)
    assert broken(calm_world) == {"19"}


def test_an_event_that_is_never_told(calm_world: World) -> None:
    calm_world.laws.told_ids.popitem()
    assert broken(calm_world) == {"20"}


def test_an_honest_buyers_money_that_does_not_pay(calm_world: World) -> None:
    payment, row = a_paid(calm_world)
    calm_world.good[row.gateway_id] = True
    held = attrs.evolve(payment.attempts[0], disposition=Disposition.LATE, note="held")
    put(calm_world, payment, attempts=(held,), status=Status.CANCELLED)
    assert broken(calm_world) == {"21"}
