"""What went wrong where the shop and its provider meet, as a shop would meet it, end to end.

What would break these: an answer taken for more than it says, a row that hides another, hands on what is not ours.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.system.border import LIVE_CHANNEL, PRICE, SHOP, TEST_CHANNEL, Installation, account, installation

from payments.domain.attempt import Disposition
from payments.domain.errors import AttemptUnreadable
from payments.domain.event import EventKind
from payments.domain.machine import Status
from payments.domain.ports import AlarmKind
from payments.domain.values import MerchantId, Mode
from payments.entrypoints.blocking import run


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Installation]:
    with account() as sandbox, installation(sandbox, tmp_path) as opened:
        yield opened


@pytest.fixture
def live_shop(tmp_path: Path) -> Iterator[Installation]:
    with account(live=True) as sandbox, installation(sandbox, tmp_path, Mode.LIVE) as opened:
        yield opened


# Play money in a live shop.


@pytest.mark.parametrize("fault", ["", "cancel:drop x1", "cancel:maintenance x1"])
def test_play_money_is_held_and_blocks_no_real_refund(live_shop: Installation, fault: str) -> None:
    merchant_id = live_shop.begin()
    good, second, play = (
        live_shop.window(merchant_id, channelKey=key) for key in (LIVE_CHANNEL, LIVE_CHANNEL, TEST_CHANNEL)
    )
    for window in (play, good, second):
        live_shop.sandbox.approve(window)
    live_shop.sandbox.faults.add(fault)
    live_shop.complete(merchant_id, good)
    live_shop.after(minutes=15, rounds=6)
    payment = live_shop.payment(merchant_id)
    assert (payment.status, payment.refunded, payment.open_refunds) == (Status.PAID, 0, [])
    assert {attempt.gateway_id: attempt.disposition for attempt in payment.attempts} == {
        good: Disposition.ACCEPTED,
        second: Disposition.DUPLICATE,
        play: Disposition.WRONG_MODE,
    }
    assert [live_shop.given_back(window) for window in (good, second, play)] == [0, PRICE, 0]
    assert live_shop.sends(play) == 0


def test_play_money_alone_pays_for_nothing_in_a_live_shop(live_shop: Installation) -> None:
    merchant_id = live_shop.begin()
    play = live_shop.window(merchant_id, channelKey=TEST_CHANNEL)
    live_shop.sandbox.approve(play)
    live_shop.after(minutes=5, rounds=12)
    payment = live_shop.payment(merchant_id)
    assert (payment.status, payment.accepted) == (Status.CANCELLED, None)
    assert (live_shop.sends(play), payment.refunds) == (0, ())


# One unreadable row.


def test_an_unreadable_attempt_hides_no_paid_one(shop: Installation) -> None:
    merchant_id = shop.begin()
    odd, good = shop.window(merchant_id), shop.window(merchant_id)
    shop.sandbox.approve(good)
    shop.sandbox.faults.add(f"find:new-status={odd}")
    shop.after(minutes=1)
    assert shop.payment(merchant_id).status is Status.PAID
    assert EventKind.ATTEMPT_UNREADABLE in shop.events(merchant_id)


def test_nothing_is_closed_over_an_attempt_that_cannot_be_read(shop: Installation) -> None:
    merchant_id = shop.begin()
    odd = shop.window(merchant_id)
    shop.sandbox.faults.add(f"find:new-status={odd}")
    shop.after(hours=1, rounds=4)
    assert shop.payment(merchant_id).status is Status.AWAITING
    assert AlarmKind.ROW_UNREADABLE in [alarm.kind for alarm in shop.alarms.raised]
    with pytest.raises(AttemptUnreadable):
        run(shop.use_cases.checkout.cancel(SHOP, merchant_id))
    assert run(shop.use_cases.checkout.cancel(SHOP, merchant_id, force=True)).status is Status.CANCELLED


def test_a_payment_whose_attempt_becomes_readable_is_paid(shop: Installation) -> None:
    merchant_id = shop.begin()
    odd = shop.window(merchant_id)
    shop.sandbox.approve(odd)
    shop.sandbox.faults.add(f"find:new-status={odd}")
    shop.after(hours=1, rounds=3)
    shop.sandbox.faults.clear()
    shop.after(days=1)
    payment = shop.payment(merchant_id)
    assert (payment.status, payment.unreadable) == (Status.PAID, "")
    assert shop.given_back(odd) == 0


# Accounts that wait.


def test_an_account_is_closed_once_the_card_has_paid(shop: Installation) -> None:
    merchant_id = shop.begin()
    deposit, card = shop.window(merchant_id, pay_method="vbank"), shop.window(merchant_id)
    shop.sandbox.issue_vbank(deposit)
    shop.sandbox.approve(card)
    shop.complete(merchant_id, card)
    shop.after(minutes=1)
    assert not shop.sandbox.payment(deposit).awaits_deposit
    assert shop.payment(merchant_id).status is Status.PAID


def test_an_account_that_the_provider_does_not_close_is_told(shop: Installation) -> None:
    merchant_id = shop.begin()
    deposit, card = shop.window(merchant_id, pay_method="vbank"), shop.window(merchant_id)
    shop.sandbox.issue_vbank(deposit)
    shop.sandbox.approve(card)
    shop.sandbox.faults.add("revoke_vbank:maintenance")
    shop.complete(merchant_id, card)
    shop.after(minutes=1, rounds=2)
    assert shop.events(merchant_id).count(EventKind.DEPOSIT_LEFT_OPEN) == 1


def foreign(shop: Installation) -> MerchantId:
    return MerchantId("another-system-1")


def forgotten(shop: Installation) -> MerchantId:
    return shop.ids.merchant_id()


@pytest.mark.parametrize("named", [foreign, forgotten])
def test_what_this_shop_did_not_begin_is_left_alone(shop: Installation, named: type) -> None:
    """Two accounts wait under one id, and one is paid: the other may be what its owner waits for."""
    merchant_id = named(shop)
    one, other = (shop.window(merchant_id, pay_method="vbank") for _ in range(2))
    for window in (one, other):
        shop.sandbox.issue_vbank(window)
    shop.sandbox.deposit(one)
    done = run(shop.use_cases.reconciliation.recent())
    shop.after(hours=2, rounds=3)
    assert shop.sandbox.payment(other).awaits_deposit
    assert (shop.given_back(one), shop.sends(one)) == (0, 0)
    orphans = run(shop.use_cases.refunds.orphans_page(SHOP))
    assert [orphan.gateway_id for orphan in orphans] == ([one] if named is forgotten else [])
    assert done.foreign == (0 if named is forgotten else 1)


def test_two_installations_on_one_account_touch_nothing_of_each_other(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    with (
        account() as sandbox,
        installation(sandbox, tmp_path / "a") as production,
        installation(sandbox, tmp_path / "b") as staging,
    ):
        assert production.store.prefix != staging.store.prefix
        windows = [shop.paid()[1] for shop in (production, staging)]
        foreign = [run(shop.use_cases.reconciliation.recent()).foreign for shop in (production, staging)]
        assert foreign == [1, 1]
        for shop in (production, staging):
            shop.after(hours=1, rounds=3)
            assert run(shop.use_cases.refunds.orphans_page(SHOP)) == []
        assert [production.given_back(window) for window in windows] == [0, 0]
