"""Metrics: what `GET /metrics` shows, in the text format of Prometheus. No label holds an id or anything personal.

The counters are those of this process. What waits in the database is read when somebody asks, at most once in
REREAD_SECONDS, so it is the same whichever process answers.
"""

import time
from collections.abc import Callable, Coroutine, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client import generate_latest as as_text
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from payments.domain.errors import PaymentsError
from payments.domain.ports import Backlog

REREAD_SECONDS: Final = 10.0
OVERDUE_AFTER: Final = timedelta(minutes=10)
"""How late an urgent check of a payment must be to be overdue: a worker visits due payments every few seconds."""
_STATES: Final = ("closed", "open", "half-open")

ReadBacklog = Callable[[datetime, datetime], Coroutine[Any, Any, Backlog]]


class Room(Protocol):
    """A lane: how many use cases run in it, and how many wait."""

    @property
    def running(self) -> int: ...
    @property
    def waiting(self) -> int: ...


class Metrics:
    """The numbers of one process. Any thread may count; the text is made for one caller at a time."""

    media_type: Final = CONTENT_TYPE_LATEST

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._requests = Counter(
            "payments_http_requests", "Answered requests.", ["method", "route", "status"], registry=self._registry
        )
        self._calls = Counter(
            "payments_provider_calls",
            "Calls to a provider by outcome: answered, or the slug of an error.",
            ["provider", "operation", "outcome"],
            registry=self._registry,
        )
        self._groups = Histogram(
            "payments_group_commit_size",
            "Changes that were committed together.",
            buckets=(1, 2, 4, 8, 16, 32),
            registry=self._registry,
        )
        self._now = _Now()
        self._registry.register(self._now)
        self._seconds, self._read_at = seconds, float("-inf")

    def request(self, method: str, route: str, status: int) -> None:
        """Count an answered request. *route* is a path with placeholders, never the path that was asked for."""
        self._requests.labels(method, route, str(status)).inc()

    def provider_call(self, provider: str, operation: str, outcome: str) -> None:
        """Count a call to a provider."""
        self._calls.labels(provider, operation, outcome).inc()

    def group(self, size: int) -> None:
        """Count a commit of *size* changes."""
        self._groups.observe(size)

    def settings_read(self, usable: bool) -> None:
        """Note whether the settings that were read last could be used."""
        self._now.settings_usable = usable

    def watch_rooms(self, rooms: Mapping[str, Room]) -> None:
        """Show how full these lanes are."""
        self._now.rooms = rooms

    async def text(self, now: datetime, read: ReadBacklog, provider_states: Mapping[str, str]) -> str:
        """Return all metrics, with the state of the breaker before each provider.

        A database that does not answer leaves only `payments_backlog_read` at 0.
        """
        self._now.provider_states = provider_states
        if self._seconds() - self._read_at >= REREAD_SECONDS:
            self._read_at = self._seconds()
            try:
                backlog: Backlog | None = await read(now, now - OVERDUE_AFTER)
            except PaymentsError:  # shown as `payments_backlog_read`
                backlog = None
            self._now.backlog, self._now.at = backlog, now
        return as_text(self._registry).decode()


class _Now(Collector):
    """What is measured when somebody asks."""

    def __init__(self) -> None:
        self.rooms: Mapping[str, Room] = {}
        self.provider_states: Mapping[str, str] = {}
        self.settings_usable = True
        self.backlog: Backlog | None = None
        self.at: datetime | None = None

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Return the gauges."""
        yield _by("payments_use_cases_running", "Use cases that run, by lane.", "lane", self._rooms("running"))
        yield _by("payments_use_cases_waiting", "Use cases that wait, by lane.", "lane", self._rooms("waiting"))
        yield self._breakers()
        failed = "1 while the settings that were read last cannot be used, and the old secrets stay in use."
        yield GaugeMetricFamily("payments_settings_reload_failed", failed, value=float(not self.settings_usable))
        read = float(self.backlog is not None)
        yield GaugeMetricFamily("payments_backlog_read", "Whether the database told what waits.", value=read)
        if self.backlog is not None and self.at is not None:
            yield from _gauges(self.backlog, self.at)

    def _breakers(self) -> GaugeMetricFamily:
        meaning = "1 for the state of the breaker before a provider."
        family = GaugeMetricFamily("payments_provider_breaker", meaning, labels=["provider", "state"])
        for provider, current in self.provider_states.items():
            for state in _STATES:
                family.add_metric([provider, state], float(state == current))
        return family

    def _rooms(self, what: str) -> dict[str, float]:
        return {lane: getattr(room, what) for lane, room in self.rooms.items()}


def _gauges(backlog: Backlog, now: datetime) -> Iterable[GaugeMetricFamily]:
    plain: dict[str, tuple[str, float | None]] = {
        "payments_due": ("Payments whose check is due.", backlog.due),
        "payments_overdue": ("Payments whose urgent check is 10 minutes late.", backlog.overdue),
        "payments_refunds_open": ("Refunds that are neither done nor refused.", backlog.open_refunds),
        "payments_refunds_unfinished": (
            "Refunds that the provider accepted more than 7 days ago, and has neither executed nor refused.",
            backlog.unfinished_refunds,
        ),
        "payments_strays_open": ("Strays whose money nobody decided about.", backlog.open_strays),
        "payments_outbox_oldest_age_seconds": (
            "Age of the oldest message that waits.",
            _since(backlog.oldest_message, now) if backlog.oldest_message else 0.0,
        ),
        "payments_reconciliation_lag_seconds": (
            "How far the comparison with the provider's list is behind; absent before the first.",
            _since(backlog.reconciled_until, now),
        ),
    }
    for name, (meaning, value) in plain.items():
        if value is not None:
            yield GaugeMetricFamily(name, meaning, value=value)
    messages = {"waiting": float(backlog.messages_waiting), "dead": float(backlog.messages_dead)}
    yield _by("payments_outbox_messages", "Messages that wait for the shop, or are dead.", "state", messages)


def _since(then: datetime | None, now: datetime) -> float | None:
    return max((now - then).total_seconds(), 0.0) if then else None


def _by(name: str, meaning: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, meaning, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family
