"""Keys that the provider does not accept are our own fault: nobody's payment fails for it, and a person is told.

What would break these: a 401 or a refused token that is taken for a refusal of the price or of the refund.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.system.border import PRICE, Installation, account, installation

from payments.domain.books.search import Filter
from payments.domain.errors import CredentialsRefused, NotSent
from payments.domain.machine import Status
from payments.domain.ports import AlarmKind
from payments.domain.refund import RefundStatus
from payments.entrypoints.blocking import run

FAULTS = {
    "the call, with a fresh token too": "prepare:401, cancel:401",
    "our address": "prepare:403, cancel:403",
    "the token": "get_token:401, prepare:token, cancel:token",
}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Installation]:
    with account() as sandbox, installation(sandbox, tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("faults", FAULTS.values(), ids=FAULTS)
def test_no_payment_fails_because_our_keys_are_refused(shop: Installation, faults: str) -> None:
    shop.paid()  # so that a token is at hand
    shop.sandbox.faults.add(faults)
    with pytest.raises(CredentialsRefused):
        shop.begin()
    assert AlarmKind.CREDENTIALS_REFUSED in [alarm.kind for alarm in shop.alarms.raised]
    listed = run(shop.store.payments.page(Filter(status=Status.FAILED), None, 100))
    assert listed == []
    shop.sandbox.faults.clear()
    merchant_id = shop.begin()
    assert shop.payment(merchant_id).prepared


@pytest.mark.parametrize("faults", FAULTS.values(), ids=FAULTS)
def test_a_refund_waits_until_our_keys_are_right_again(shop: Installation, faults: str) -> None:
    merchant_id, window = shop.paid()
    shop.sandbox.faults.add(faults)
    assert not shop.refund(merchant_id, PRICE).confirmed
    assert AlarmKind.CREDENTIALS_REFUSED in [alarm.kind for alarm in shop.alarms.raised]
    assert [refund.status for refund in shop.payment(merchant_id).refunds] == [RefundStatus.OPEN]
    shop.sandbox.faults.clear()
    shop.after(minutes=2)
    assert (shop.given_back(window), shop.payment(merchant_id).status) == (PRICE, Status.CANCELLED)


def test_a_token_that_a_busy_provider_refuses_refuses_no_refund(shop: Installation) -> None:
    merchant_id, window = shop.paid()
    shop.sandbox.faults.add("get_token:maintenance, cancel:token")
    assert not shop.refund(merchant_id, PRICE).confirmed
    with pytest.raises(NotSent):
        shop.begin()
    shop.sandbox.faults.clear()
    shop.after(minutes=2)
    assert shop.given_back(window) == PRICE
