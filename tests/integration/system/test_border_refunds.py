"""Refunds at a provider that is honest and slow, or closed for a while: given back once, and told as it is.

What would break these: a refusal believed while a send is at work, a send while another is at work, a stray given up.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.system.border import PRICE, Installation, account, installation

from payments.domain.errors import RefundInProgress
from payments.domain.event import EventKind
from payments.domain.machine import Status
from payments.domain.ports import AlarmKind
from payments.domain.refund import RefundStatus
from payments.domain.schedule import LONGEST_AT_WORK
from payments.entrypoints.blocking import run

HALF = PRICE // 2
AT_WORK = int(LONGEST_AT_WORK.total_seconds())


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Installation]:
    with account() as sandbox, installation(sandbox, tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("meanwhile", ["refused", "executed"])
def test_a_refund_at_work_is_not_sent_again_whoever_asks(shop: Installation, meanwhile: str) -> None:
    """The provider compares the checksum before it books: a second send would pay twice."""
    shop.sandbox.settings.guesses.cancel_at_work = meanwhile
    merchant_id, window = shop.paid()
    shop.sandbox.faults.add(f"cancel:slow={AT_WORK - 60}")
    assert not shop.refund(merchant_id, HALF).confirmed
    for _ in range(8):
        with pytest.raises(RefundInProgress):
            shop.refund(merchant_id, HALF)
        run(shop.use_cases.refresher.refresh_soon(merchant_id))  # a stranger's webhook
        shop.after(minutes=1)
    assert (shop.sends(window), shop.given_back(window)) == (1, 0)
    shop.after(minutes=30, rounds=2)
    assert (shop.sends(window), shop.given_back(window)) == (1, HALF)
    assert [refund.status for refund in shop.payment(merchant_id).refunds] == [RefundStatus.DONE]


@pytest.mark.parametrize(("late", "sends"), [(AT_WORK + 60, 1), (3 * AT_WORK, 2)])
def test_a_refund_slower_than_we_think_is_not_told_refused(shop: Installation, late: int, sends: int) -> None:
    """Sent again, it is told that the first is in progress, which is not a refusal."""
    merchant_id, window = shop.paid()
    shop.sandbox.faults.add(f"cancel:slow={late} x1")
    assert not shop.refund(merchant_id, HALF).confirmed
    for _ in range(late // 60):
        shop.after(minutes=1)
        assert EventKind.REFUND_REFUSED not in shop.events(merchant_id)
    shop.after(minutes=30, rounds=3)
    assert shop.given_back(window) == HALF
    assert [refund.status for refund in shop.payment(merchant_id).refunds] == [RefundStatus.DONE]
    assert shop.payment(merchant_id).refunded == HALF
    told = [alarm.kind for alarm in shop.alarms.raised if alarm.merchant_id == merchant_id]
    assert shop.sends(window) >= sends
    assert told == [AlarmKind.REFUND_SLOWER_THAN_EXPECTED] * (sends - 1), "once, and loudly: our guess is wrong"


def test_a_refund_whose_answer_is_lost_is_made_once(shop: Installation) -> None:
    merchant_id, window = shop.paid()
    shop.sandbox.faults.add("cancel:drop x1")
    assert not shop.refund(merchant_id, HALF).confirmed
    shop.after(minutes=1)
    assert (shop.sends(window), shop.given_back(window)) == (1, HALF)
    assert [refund.status for refund in shop.payment(merchant_id).refunds] == [RefundStatus.DONE]


def test_an_operators_refund_that_a_closed_pg_refuses_is_told_refused(shop: Installation) -> None:
    merchant_id, window = shop.paid()
    shop.sandbox.faults.add("cancel:maintenance x1")
    outcome = shop.refund(merchant_id, HALF)
    assert outcome.confirmed
    assert outcome.payment.refunds[0].status is RefundStatus.REFUSED
    assert shop.refund(merchant_id, HALF).payment.refunded == HALF
    shop.after(hours=1, rounds=3)
    assert shop.given_back(window) == HALF


def test_a_stray_is_given_back_once_the_pg_is_open_again(shop: Installation) -> None:
    merchant_id = shop.begin()
    good, second = shop.window(merchant_id), shop.window(merchant_id)
    for window in (good, second):
        shop.sandbox.approve(window)
    shop.sandbox.faults.add("cancel:maintenance x4")
    shop.complete(merchant_id, good)
    shop.after(minutes=5, rounds=2)  # the first finds it
    assert (shop.given_back(second), shop.sends(second)) == (0, 1)
    shop.after(hours=6, rounds=6)
    assert (shop.given_back(second), shop.given_back(good), shop.sends(second)) == (PRICE, 0, 5)
    assert EventKind.REFUND_REFUSED not in shop.events(merchant_id)


def test_a_refund_in_the_console_of_which_nobody_hears_is_found(shop: Installation) -> None:
    """The status stays `paid` and no webhook comes: weeks later, the shop must know it all the same."""
    shop.sandbox.settings.guesses.partial_cancel_status = "paid"
    merchant_id, window = shop.paid()
    shop.after(hours=1, rounds=3)
    shop.sandbox.faults.add("webhook:drop")
    assert shop.sandbox.console_cancel(window, HALF).status == "paid"
    shop.after(days=8)
    payment = shop.payment(merchant_id)
    assert (payment.status, payment.refunded) == (Status.PAID, HALF)
