"""GET /metrics over HTTP: who may read it, and that strangers cannot fill it."""

import asyncio
from pathlib import Path

import attrs
import httpx2
import pytest
from support.api import RunningApi, api_settings, bearer, running_api, slug
from typed_settings import Secret

from payments.domain.access import Scope
from payments.entrypoints.blocking import run
from payments.entrypoints.bootstrap import opened_on_loop
from payments.entrypoints.http.app import http_app
from payments.entrypoints.observing.metrics import Metrics
from payments.entrypoints.tokens import key_digest, new_key


@pytest.fixture
def api():
    with running_api(metrics=Metrics()) as running:
        yield running


def shown(api: RunningApi) -> str:
    answer = api.get("/metrics", headers=api.shop)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    return answer.text


def test_only_a_key_of_the_shop_reads_metrics(api: RunningApi):
    assert api.get("/metrics").status_code == 401
    assert api.get("/metrics", headers=api.alice).status_code == 403
    assert "payments_due" in shown(api)


def test_requests_are_counted_by_route_and_not_by_path(api: RunningApi):
    payment = api.begun()
    api.get(f"/payments/{payment['merchant_id']}", headers=api.alice)
    api.get("/payments/another-one", headers=api.alice)
    found = shown(api)
    assert 'payments_http_requests_total{method="GET",route="/payments/{merchant_id}",status="200"} 1.0' in found
    assert 'payments_http_requests_total{method="GET",route="/payments/{merchant_id}",status="404"} 1.0' in found
    assert payment["merchant_id"] not in found
    assert "alice" not in found


def test_strangers_add_no_metric_of_their_own(api: RunningApi):
    for number in range(5):
        api.get(f"/nowhere-{number}")
        api.session.request(f"METHOD{number}", f"{api.url}/payments")
    found = shown(api)
    assert 'payments_http_requests_total{method="other",route="other",status="404"} 5.0' in found
    assert "nowhere" not in found
    assert "METHOD" not in found


def test_without_the_library_the_address_does_not_exist():
    with running_api() as api:
        answer = api.get("/metrics", headers=api.shop)
        assert (answer.status_code, slug(answer)) == (404, "no-such-page")


def test_the_server_counts_its_calls_of_the_provider_and_its_commits(tmp_path: Path):
    """The whole wiring, with a provider that refuses every connection."""
    settings = api_settings(f"sqlite:///{tmp_path / 'payments.db'}")
    iamport = attrs.evolve(settings.iamport, key=Secret("k"), secret=Secret("s"), api_url="http://127.0.0.1:9")
    settings = attrs.evolve(settings, iamport=iamport)
    order = {"order": "o", "name": "n", "amount": 1000, "buyer": "alice"}

    async def asked() -> str:
        with opened_on_loop(settings) as fronts:
            key, secret = new_key("server", fronts.loop.clock.now(), frozenset({Scope.ADMIN}))
            run(fronts.blocking.api_keys.add_key(key, key_digest(secret)))
            transport = httpx2.ASGITransport(http_app(fronts.loop))
            async with httpx2.AsyncClient(transport=transport, base_url="http://api", headers=bearer(secret)) as client:
                assert (await client.post("/payments", json=order)).status_code == 503
                answer = await client.get("/metrics")
            await fronts.leave_loop(0)
            return answer.text

    found = asyncio.run(asked())
    assert '_calls_total{operation="prepare",outcome="gateway-not-reached",provider="iamport"} 1.0' in found
    assert 'payments_provider_breaker{provider="iamport",state="closed"} 1.0' in found
    assert 'payments_use_cases_running{lane="probes"} 1.0' in found
    assert 'payments_use_cases_waiting{lane="provider"} 0.0' in found
    assert "payments_group_commit_size_count 0.0" not in found
