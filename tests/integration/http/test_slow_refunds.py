"""Refunds whose provider takes its time: answered 202 within the limit, sent once, and recorded all the same."""

import threading
from collections.abc import Iterator

import pytest
from support.api import RunningApi, running_api
from support.patience import EVENTUALLY

from payments.adapters.memory.gateway import MemoryGateway
from payments.domain.refund import Refund
from payments.domain.report import Report
from payments.domain.values import MerchantId
from payments.entrypoints.blocking import run
from payments.entrypoints.sending import ANSWER_WITHIN_SECONDS, Sending


class SlowGateway(MemoryGateway):
    """A provider that answers a refund only when the test lets it."""

    def __init__(self) -> None:
        super().__init__()
        self.entered, self.leave = threading.Semaphore(0), threading.Event()

    async def refund(self, refund: Refund, currency: str, merchant_id: MerchantId) -> Report:
        self.entered.release()
        assert self.leave.wait(EVENTUALLY)
        return await super().refund(refund, currency, merchant_id)


@pytest.fixture
def slow() -> Iterator[RunningApi]:
    """An API whose provider is slow, which waits for no answer, and sends one refund at a time."""
    with running_api(gateway=SlowGateway(), sending=Sending(most=1, seconds=0.0)) as api:
        yield api
        api.gateway.leave.set()


def sends_have_ended(api: RunningApi) -> None:
    """Let the provider answer, and wait until what was on its way is recorded."""
    api.gateway.leave.set()
    for thread in threading.enumerate():
        if thread.name == "refund":
            thread.join(EVENTUALLY)


def refund(api: RunningApi, merchant_id: str, **headers: str):
    return api.post(f"/payments/{merchant_id}/refunds", {"amount": 5_000}, headers=api.shop | headers)


def swept(api: RunningApi, merchant_id: str) -> None:
    run(api.service.refresher.refresh_soon(MerchantId(merchant_id)))
    run(api.service.sweep.sweep())


def refunds(api: RunningApi, merchant_id: str) -> list[tuple[str, int]]:
    return [(one.status, one.sends) for one in api.stored(merchant_id).refunds]


def test_the_shop_is_answered_while_the_provider_is_still_at_work(slow: RunningApi):
    payment, _ = slow.paid()
    answer = refund(slow, payment["merchant_id"])
    assert (answer.status_code, answer.json()["status"]) == (202, "open")
    assert slow.gateway.entered.acquire(timeout=EVENTUALLY)
    assert slow.stored(payment["merchant_id"]).refunded == 0
    sends_have_ended(slow)
    assert refunds(slow, payment["merchant_id"]) == [("done", 1)]
    assert slow.get(f"/payments/{payment['merchant_id']}", headers=slow.shop).json()["refunded"] == 5_000


def test_nothing_is_sent_a_second_time_while_the_first_send_is_at_work(slow: RunningApi):
    """Neither a request that is repeated with its key nor the worker sends it: the provider could pay twice."""
    payment, _ = slow.paid()
    first = refund(slow, payment["merchant_id"], **{"Idempotency-Key": "r-1"})
    assert slow.gateway.entered.acquire(timeout=EVENTUALLY)
    again = refund(slow, payment["merchant_id"], **{"Idempotency-Key": "r-1"})
    assert (again.status_code, again.json()["id"]) == (202, first.json()["id"])
    swept(slow, payment["merchant_id"])
    assert not slow.gateway.entered.acquire(blocking=False)
    sends_have_ended(slow)
    assert refunds(slow, payment["merchant_id"]) == [("done", 1)]


def test_one_more_refund_than_may_be_on_its_way_is_stored_and_left_to_the_worker(slow: RunningApi):
    """A provider that hangs would otherwise take a thread for every refund that the shop asks for."""
    (first, _), (second, _) = slow.paid("gold"), slow.paid("silver")
    refund(slow, first["merchant_id"])
    assert slow.gateway.entered.acquire(timeout=EVENTUALLY)
    answer = refund(slow, second["merchant_id"])
    assert (answer.status_code, answer.json()["status"]) == (202, "open")
    assert refunds(slow, second["merchant_id"]) == [("open", 0)]
    sends_have_ended(slow)
    swept(slow, second["merchant_id"])
    assert refunds(slow, first["merchant_id"]) == refunds(slow, second["merchant_id"]) == [("done", 1)]


def test_the_limit_is_below_the_patience_of_proxies_and_clients():
    assert ANSWER_WITHIN_SECONDS <= 10
