"""A buyer who opens windows without end: each look is one transaction, and what is kept is bounded."""

import random
from datetime import timedelta
from typing import Any

import pytest
from builders import a_deposit, a_report
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.domain.worlds.simulator import World
from unit.domain.worlds.stories import begun, only

from payments.adapters.memory.payments import MemoryPayments
from payments.domain.attempt import Disposition
from payments.domain.machine import AWAITING, FAILED, PAID
from payments.domain.payment import Payment
from payments.domain.ports import Attempts
from payments.domain.recording import MAX_MONEYLESS_ATTEMPTS
from payments.domain.report import Rank, Report

MANY = 400


def windows(payment: Payment, count: int = MANY, **changes: Any) -> list[Report]:
    return [a_report(payment, gateway_id=f"imp_{n:04}", **{"rank": Rank.READY} | changes) for n in range(count)]


def shown(world: World, reports: list[Report]) -> Payment:
    world.wire.replaced["attempts"] = lambda *_: Attempts(tuple(reports))
    payment: Payment = world.does(world.refresher.refresh(only(world), "test")).payment
    return payment


def test_a_look_is_one_transaction_however_much_it_shows(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """One for each attempt, 1,000 windows held the write lock for 14 seconds, for anybody who came back by a link."""
    payment, updates, update = begun(world), [], MemoryPayments.update

    async def counted(self: MemoryPayments, *args: Any) -> Payment:
        updates.append(args)
        return await update(self, *args)

    monkeypatch.setattr(MemoryPayments, "update", counted)
    shown(world, windows(payment))
    assert len(updates) == 1


def test_what_is_kept_of_windows_without_money_is_bounded(world: World) -> None:
    payment = begun(world)
    after = shown(world, windows(payment))
    assert len(after.attempts) == MAX_MONEYLESS_ATTEMPTS
    assert after.version == payment.version + MAX_MONEYLESS_ATTEMPTS
    declined = shown(world, windows(payment, rank=Rank.DECLINED))
    assert len(declined.attempts) == MAX_MONEYLESS_ATTEMPTS
    assert shown(world, windows(payment, rank=Rank.DECLINED)) is declined


@pytest.mark.parametrize("place", [0, 200, MANY - 1])
def test_the_money_among_them_is_found(world: World, place: int) -> None:
    rows = windows(begun(world))
    rows[place] = a_report(only(world), gateway_id=rows[place].gateway_id)
    assert shown(world, rows).status is PAID


def test_money_in_a_window_that_was_not_kept_is_found_later(world: World) -> None:
    rows = windows(begun(world))
    shown(world, rows)
    rows[MANY - 1] = a_report(only(world), gateway_id=rows[MANY - 1].gateway_id)
    assert shown(world, rows).status is PAID


def test_an_account_that_waits_for_money_is_always_kept(world: World) -> None:
    rows = windows(begun(world))
    rows[MANY - 1] = a_report(only(world), gateway_id="imp_9999", rank=Rank.READY, deposit=a_deposit())
    assert [d.account for d in shown(world, rows).deposits] == [a_deposit().account]


def test_a_window_that_was_not_kept_is_still_open(world: World) -> None:
    """Fails where only the kept ones are asked whether the payment has failed."""
    rows = [*windows(begun(world), MAX_MONEYLESS_ATTEMPTS, rank=Rank.DECLINED)]
    open_window = a_report(only(world), gateway_id="imp_9999", rank=Rank.READY)
    assert shown(world, [*rows, open_window]).status is AWAITING


def test_a_payment_whose_windows_are_all_declined_has_failed(world: World) -> None:
    assert shown(world, windows(begun(world), rank=Rank.DECLINED)).status is FAILED


@settings(max_examples=25, derandomize=True, deadline=None)
@given(seed=st.integers(0, 2**32), captures=st.integers(0, 3), looks=st.integers(1, 4))
def test_the_order_in_which_many_are_seen_decides_nothing_about_money(seed: int, captures: int, looks: int) -> None:
    """A look may show rows in any order, and only some of them: which are kept differs, what is paid does not."""
    world, chance = World(), random.Random(seed)
    rows = windows(begun(world), 120)
    for row in chance.sample(range(120), captures):
        rows[row] = a_report(only(world), gateway_id=rows[row].gateway_id)
    chance.shuffle(rows)
    for look in range(looks):
        shown(world, rows[look::looks])
    after = shown(world, rows)
    dispositions = [a.disposition for a in after.attempts if a.disposition]
    assert sorted(dispositions) == [Disposition.ACCEPTED][:captures] + [Disposition.DUPLICATE] * max(captures - 1, 0)
    assert after.status is (PAID if captures else AWAITING)
    assert len(after.attempts) <= MAX_MONEYLESS_ATTEMPTS + captures


def test_a_closed_payment_with_many_accounts_closes_each_once(world: World) -> None:
    payment = begun(world)
    for _ in range(30):
        world.provider.issue_deposit(world.opens(payment))
    world.pays(payment)
    world.recovers()
    assert world.provider.calls.count("revoke") == 30
    assert only(world).status is PAID
    assert not only(world).deposits_to_revoke
    assert world.now() - payment.created_at < timedelta(hours=2)
