"""Spans of OpenTelemetry: a request, the use case in it, and each call to a provider. Off without the extra `otel`.

A span has attributes of ALLOWED and no events: the text of an exception may name somebody, so only its slug is kept.
"""

import importlib
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from enum import Enum
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

import attrs

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer, TracerProvider

Headers = Iterable[tuple[bytes, bytes]]
ALLOWED: Final = frozenset(
    {
        "http.request.method",
        "http.response.status_code",
        "http.route",
        "error.type",
        "payments.caller",
        "payments.payment",
        "payments.request_id",
    }
)
"""What a span may say. Nothing else is passed on, whoever notes it."""
_PARENT: Final = (b"traceparent", b"tracestate")


class Kind(Enum):
    """What a span stands for, in OpenTelemetry's words."""

    INTERNAL = "INTERNAL"
    SERVER = "SERVER"
    CLIENT = "CLIENT"


@attrs.frozen
class Traced:
    """A span, or nothing where nobody traces."""

    _span: "Span | None" = None

    def note(self, **attributes: str | int) -> None:
        """Set attributes, whose names have `__` for a dot. Those that are not in ALLOWED, or empty, are left out."""
        if self._span is not None:
            named = {name.replace("__", "."): value for name, value in attributes.items()}
            self._span.set_attributes({name: value for name, value in named.items() if name in ALLOWED and value})

    def rename(self, name: str) -> None:
        """Give the span the name that became known only now."""
        if self._span is not None:
            self._span.update_name(name)

    def fail(self) -> None:
        """Mark the span as failed, without a reason in words."""
        if self._span is not None:
            from opentelemetry.trace import StatusCode

            self._span.set_status(StatusCode.ERROR)


_UNTRACED: Final = Traced()


def span(name: str, kind: Kind = Kind.INTERNAL, headers: Headers = ()) -> AbstractContextManager[Traced]:
    """Return a span for a `with` block, below the current one or the one that *headers* name. It fails by an exception.

    *name* must come from our code, never from a caller.
    """
    tracer = _tracer()
    return nullcontext(_UNTRACED) if tracer is None else _started(tracer, name, kind, headers)


def _tracer() -> "Tracer | None":
    """Return what makes spans; None while nobody would get them, because even then each would cost."""
    api = _api()
    provider = api.get_tracer_provider() if api else None
    return None if api is None or isinstance(provider, api.ProxyTracerProvider) else _tracer_of(provider)


@lru_cache(maxsize=1)
def _tracer_of(provider: "TracerProvider") -> "Tracer":
    return provider.get_tracer("payments")


@lru_cache(maxsize=1)
def _api() -> Any:
    """Return OpenTelemetry's API for traces, or None where it is not installed."""
    return importlib.import_module("opentelemetry.trace") if find_spec("opentelemetry") else None


@contextmanager
def _started(tracer: "Tracer", name: str, kind: Kind, headers: Headers) -> Iterator[Traced]:
    from opentelemetry.trace import SpanKind
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier = {key.decode(): value.decode("latin-1") for key, value in headers if key in _PARENT}
    parent = TraceContextTextMapPropagator().extract(carrier) if carrier else None
    with tracer.start_as_current_span(
        name, parent, SpanKind[kind.value], record_exception=False, set_status_on_exception=False
    ) as started:
        traced = Traced(started)
        try:
            yield traced
        except BaseException:
            traced.fail()
            raise
