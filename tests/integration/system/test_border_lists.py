"""Reconciliation over a list that moves while its pages are read: every capture is learnt of all the same.

What would break these: pages read once, or a mark that passes a stretch which still changes.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.system.border import PRICE, Installation, account, installation

from payments.domain.machine import Status
from payments.domain.values import MerchantId
from payments.entrypoints.blocking import run

PAYMENTS = 8  # pages have three rows


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Installation]:
    with account() as sandbox, installation(sandbox, tmp_path) as opened:
        run(opened.use_cases.reconciliation.catch_up())  # sets the mark
        yield opened


def paid_unheard(shop: Installation) -> list[MerchantId]:
    """Have buyers pay one after the other, of which neither a browser nor a webhook tells."""
    begun = [shop.begin() for _ in range(PAYMENTS)]
    for merchant_id in begun:
        shop.sandbox.move_clock(1)
        shop.sandbox.approve(shop.window(merchant_id))
    return begun


def accepted(shop: Installation, merchant_ids: list[MerchantId]) -> int:
    return sum(shop.payment(merchant_id).accepted is not None for merchant_id in merchant_ids)


@pytest.mark.parametrize("fault", ["row-leaves@2", "row-leaves@3", "row-leaves-done@1", "row-leaves@50%"])
def test_a_row_that_leaves_the_list_hides_no_other(shop: Installation, fault: str) -> None:
    """Those behind it move to a page that was read already."""
    begun = paid_unheard(shop)
    shop.sandbox.move_clock(3600)
    (active,) = shop.sandbox.faults.add(f"list_payments:{fault} x3")
    run(shop.use_cases.reconciliation.catch_up())
    assert active.applied >= 1
    run(shop.use_cases.reconciliation.recent())  # what left the old stretch is in the newest one
    assert accepted(shop, begun) == PAYMENTS


@pytest.mark.parametrize("fault", ["row-enters@1", "row-enters@2", "row-enters-done@2", "row-enters@3"])
def test_a_row_that_enters_the_list_hides_no_other(shop: Installation, fault: str) -> None:
    older = [shop.begin() for _ in range(3)]
    for merchant_id in older:
        shop.window(merchant_id)
    shop.sandbox.move_clock(20 * 60)
    begun = paid_unheard(shop)
    (active,) = shop.sandbox.faults.add(f"list_payments:{fault} x3")
    run(shop.use_cases.reconciliation.recent())
    assert active.applied == 1
    assert accepted(shop, begun) == PAYMENTS
    run(shop.use_cases.reconciliation.recent())
    assert accepted(shop, older) == 1


def test_a_row_that_is_left_out_once_is_found_by_the_next_walk(shop: Installation) -> None:
    begun = paid_unheard(shop)
    shop.sandbox.faults.add("list_payments:filtered@2")
    run(shop.use_cases.reconciliation.recent())
    run(shop.use_cases.reconciliation.recent())
    assert accepted(shop, begun) == PAYMENTS


def test_an_unreadable_row_of_the_list_is_told_and_hides_no_other(shop: Installation) -> None:
    begun = paid_unheard(shop)
    odd = shop.sandbox.payments(begun[0])[0].imp_uid
    shop.sandbox.faults.add(f"list_payments:new-status={odd}")
    done = run(shop.use_cases.reconciliation.recent())
    assert [odd in sentence for sentence in done.skipped] == [True]
    assert accepted(shop, begun) == PAYMENTS - 1


def test_days_without_us_are_caught_up_with(shop: Installation) -> None:
    begun = paid_unheard(shop)
    shop.sandbox.move_clock(5 * 86_400)
    run(shop.use_cases.reconciliation.catch_up())
    assert accepted(shop, begun) == PAYMENTS
    assert [shop.payment(merchant_id).status for merchant_id in begun] == [Status.PAID] * PAYMENTS
    assert sum(row.cancel_amount for row in shop.sandbox.book.all()) < PRICE, "nothing of it was given back"
