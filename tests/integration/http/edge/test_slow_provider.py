"""The provider does not answer: whoever does not need it is served, and one buyer holds up no other."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import attrs
import requests
from support.api import RunningApi, api_settings, running_api, slug
from support.patience import EVENTUALLY

from payments.adapters.memory.gateway import MemoryGateway
from payments.domain.report import Report
from payments.domain.values import GatewayId, MerchantId
from payments.entrypoints.service import Web


class Silent(MemoryGateway):
    """It is asked about an attempt, and answers when the test lets it."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.answers, self.is_slow = threading.Semaphore(0), threading.Event(), False

    async def find(self, gateway_id: GatewayId, merchant_id: MerchantId | None = None) -> Report | None:
        if self.is_slow:
            self.asked.release()
            assert self.answers.wait(EVENTUALLY)
        return await super().find(gateway_id, merchant_id)


@attrs.frozen
class Waiting:
    """An API whose provider is silent, and how to have somebody wait for it."""

    api: RunningApi
    gateway: Silent
    pool: ThreadPoolExecutor

    def complete(self, payment: dict[str, Any], headers: dict[str, str]) -> "Future[requests.Response]":
        path = f"/payments/{payment['merchant_id']}/complete"
        return self.pool.submit(self.api.post, path, {"gateway_id": "imp_1"}, headers=headers)

    def is_asked(self) -> bool:
        return self.gateway.asked.acquire(timeout=EVENTUALLY)


@contextmanager
def waiting(share: int, web: Web) -> Iterator[Waiting]:
    gateway, settings = Silent(), api_settings()
    settings = attrs.evolve(settings, http=attrs.evolve(settings.http, share=share))
    with running_api(settings=settings, gateway=gateway, web=web) as api, ThreadPoolExecutor(4) as pool:
        try:
            yield Waiting(api, gateway, pool)
        finally:
            gateway.answers.set()


def test_while_callers_wait_for_the_provider_reads_webhooks_and_probes_are_answered() -> None:
    """They once shared four threads with everything else, and 24 webhooks were enough to make `/readyz` fail."""
    with waiting(share=0, web=Web(threads=1, queue=1)) as scene:
        api, payment = scene.api, scene.api.begun()
        scene.gateway.is_slow = True
        at_work = scene.complete(payment, api.alice)
        assert scene.is_asked()
        queued = scene.complete(payment, api.alice)  # there is no place after this one
        for _ in range(8):
            assert api.post("/webhooks/iamport", {"merchant_uid": payment["merchant_id"]}).status_code == 200
            assert api.get(f"/payments/{payment['merchant_id']}", headers=api.alice).status_code == 200
            assert api.get("/payments", headers=api.bob).status_code == 200
            assert api.get("/readyz").status_code == 200
        assert not at_work.done()
        scene.gateway.answers.set()
        assert {each.result(EVENTUALLY).status_code for each in (at_work, queued)} == {422}  # it knows no such attempt


def test_a_buyer_with_a_share_at_work_is_told_so_and_another_buyer_is_served() -> None:
    with waiting(share=1, web=Web(threads=4)) as scene:
        first, other = scene.api.begun("gold"), scene.api.begun("silver")
        bobs = scene.api.post("/payments", {"order": "gold"}, headers=scene.api.bob).json()
        scene.gateway.is_slow = True
        at_work = scene.complete(first, scene.api.alice)
        assert scene.is_asked()
        refused = scene.complete(other, scene.api.alice).result(EVENTUALLY)
        assert (refused.status_code, slug(refused)) == (429, "too-many-requests")
        bobs_call = scene.complete(bobs, scene.api.bob)
        assert scene.is_asked()
        assert not at_work.done()
        assert not bobs_call.done()
