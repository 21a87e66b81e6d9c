"""Spans of OpenTelemetry: who called what, how it ended, and nothing of what was said."""

from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode
from support.api import RunningApi, running_api
from support.patience import until

from payments.adapters.memory.gateway import MemoryGateway
from payments.domain.errors import Unknown
from payments.entrypoints.guarding.breaker import Breaker, Guarded
from payments.entrypoints.observing import tracing

CONTACT = {"name": "김카나리아", "phone": "010-7777-4321", "email": "canary@buyer.test"}
TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}


@pytest.fixture
def exporter(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    kept, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    monkeypatch.setattr("opentelemetry.trace.get_tracer_provider", lambda: provider)
    return kept


@pytest.fixture
def gateway() -> MemoryGateway:
    return MemoryGateway()


@pytest.fixture
def api(gateway: MemoryGateway) -> Iterator[RunningApi]:
    guarded: Any = Guarded(gateway, Breaker())
    with running_api(gateway=guarded) as running:
        yield running


def begin(api: RunningApi, **headers: str) -> Any:
    return api.post("/payments", {"order": "gold", "contact": CONTACT}, headers=api.alice | headers)


def spans_of(exporter: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    """Return the spans of the request, which ends after its answer was sent."""
    until(lambda: any(span.name == "POST /payments" for span in exporter.get_finished_spans()))
    return {span.name: span for span in exporter.get_finished_spans()}


def test_a_call_to_the_provider_is_below_the_use_case_below_the_request_below_the_callers_span(
    api: RunningApi, exporter: InMemorySpanExporter
) -> None:
    answer = begin(api, **PARENT)
    spans = spans_of(exporter)
    request, use_case, call = (spans[name] for name in ("POST /payments", "use case begin", "provider prepare"))
    assert {format(span.context.trace_id, "032x") for span in spans.values()} == {TRACE}
    assert use_case.parent is not None
    assert call.parent is not None
    assert (use_case.parent.span_id, call.parent.span_id) == (request.context.span_id, use_case.context.span_id)
    assert request.attributes == {
        "http.request.method": "POST",
        "http.route": "/payments",
        "http.response.status_code": 201,
        "payments.request_id": answer.headers["X-Request-Id"],
        "payments.caller": "buyerToken",
    }


def test_a_failed_call_has_the_slug_of_its_error_and_none_of_its_words(
    api: RunningApi, gateway: MemoryGateway, exporter: InMemorySpanExporter
) -> None:
    gateway.trouble("prepare", Unknown(f"It broke at {CONTACT['name']}."))
    assert begin(api).status_code == 504
    spans = spans_of(exporter)
    assert spans["provider prepare"].attributes == {"error.type": "gateway-unknown"}
    assert spans["POST /payments"].status.status_code is StatusCode.ERROR
    for span in spans.values():
        assert not span.events
        assert span.status.description is None
        assert set(span.attributes or {}) <= tracing.ALLOWED
        assert not [value for value in CONTACT.values() if value in span.to_json()]


def test_what_is_not_allowed_is_left_out_of_a_span(exporter: InMemorySpanExporter) -> None:
    with tracing.span("a test") as traced:
        traced.note(error__type="slug", buyer="kim", http__request__body="x")
    assert dict(exporter.get_finished_spans()[0].attributes or {}) == {"error.type": "slug"}


def test_without_the_extra_everything_works_untraced(api: RunningApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracing, "find_spec", {}.get)
    tracing._api.cache_clear()
    assert begin(api, **PARENT).status_code == 201
    assert tracing._api() is None
    tracing._api.cache_clear()


def test_nothing_is_traced_while_nobody_would_get_it() -> None:
    assert tracing._api() is not None
    assert tracing.span("a test").__enter__() == tracing.Traced()
