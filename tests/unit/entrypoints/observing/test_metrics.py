"""Metrics: what they show, how often they read, and that a database that is away hides no other number."""

from datetime import UTC, datetime, timedelta

import attrs
import pytest

from payments.domain.errors import StorageUnavailable
from payments.domain.ports import Backlog
from payments.entrypoints.blocking import run
from payments.entrypoints.observing.metrics import OVERDUE_AFTER, REREAD_SECONDS, Metrics

NOW = datetime(2026, 11, 2, 3, tzinfo=UTC)
BACKLOG = Backlog(
    due=7,
    overdue=2,
    open_refunds=3,
    unfinished_refunds=6,
    open_strays=1,
    messages_waiting=5,
    messages_dead=4,
    oldest_message=NOW - timedelta(minutes=2),
    reconciled_until=NOW - timedelta(hours=1),
)


class Process:
    """Metrics with a clock that the test moves, over a database that answers `backlog`, or raises it."""

    def __init__(self) -> None:
        self.seconds, self.asked, self.backlog = 0.0, [], BACKLOG
        self.metrics = Metrics(lambda: self.seconds)

    async def read(self, now, overdue_before):
        self.asked.append((now, overdue_before))
        if isinstance(self.backlog, Exception):
            raise self.backlog
        return self.backlog

    def shown(self, state="closed") -> dict[str, float]:
        lines = run(self.metrics.text(NOW, self.read, {"iamport": state, "portone": "closed"})).splitlines()
        samples = (line.rpartition(" ") for line in lines if not line.startswith("#"))
        return {name: float(value) for name, _, value in samples}


@pytest.fixture
def process():
    return Process()


def test_what_waits_in_the_database_is_shown(process):
    shown = process.shown()
    assert shown["payments_due"] == 7
    assert shown["payments_overdue"] == 2
    assert shown["payments_refunds_open"] == 3
    assert shown["payments_refunds_unfinished"] == 6
    assert shown["payments_strays_open"] == 1
    assert shown['payments_outbox_messages{state="waiting"}'] == 5
    assert shown['payments_outbox_messages{state="dead"}'] == 4
    assert shown["payments_outbox_oldest_age_seconds"] == 120
    assert shown["payments_reconciliation_lag_seconds"] == 3600
    assert process.asked == [(NOW, NOW - OVERDUE_AFTER)]


def test_before_the_first_reconciliation_there_is_no_lag_and_without_messages_their_age_is_0(process):
    process.backlog = attrs.evolve(BACKLOG, oldest_message=None, reconciled_until=None)
    shown = process.shown()
    assert "payments_reconciliation_lag_seconds" not in shown
    assert shown["payments_outbox_oldest_age_seconds"] == 0


def test_the_database_is_read_at_most_once_in_ten_seconds(process):
    for process.seconds in (0.0, 5.0, REREAD_SECONDS - 0.1):
        process.shown()
    assert len(process.asked) == 1
    process.seconds = REREAD_SECONDS
    process.shown()
    assert len(process.asked) == 2


def test_a_database_that_is_away_is_shown_and_hides_no_other_number(process):
    process.metrics.request("GET", "/healthz", 200)
    process.shown()
    process.seconds, process.backlog = REREAD_SECONDS, StorageUnavailable("away")
    shown = process.shown()
    assert shown["payments_backlog_read"] == 0
    assert "payments_due" not in shown, "an old number would look like a good one"
    assert shown['payments_http_requests_total{method="GET",route="/healthz",status="200"}'] == 1


def test_one_state_of_the_breaker_before_each_provider_is_1(process):
    shown = process.shown("half-open")
    states = {
        provider: [
            state
            for state in ("closed", "open", "half-open")
            if shown[f'payments_provider_breaker{{provider="{provider}",state="{state}"}}']
        ]
        for provider in ("iamport", "portone")
    }
    assert states == {"iamport": ["half-open"], "portone": ["closed"]}


def test_calls_are_counted_by_their_provider(process):
    process.metrics.provider_call("portone", "refund", "answered")
    process.metrics.provider_call("iamport", "refund", "answered")
    process.metrics.provider_call("iamport", "refund", "answered")
    name, rest = "payments_provider_calls_total", 'operation="refund",outcome="answered"'
    counted = [process.shown()[f'{name}{{{rest},provider="{provider}"}}'] for provider in ("iamport", "portone")]
    assert counted == [2, 1]


def test_groups_are_counted_by_their_size(process):
    for size in (1, 3, 32):
        process.metrics.group(size)
    shown = process.shown()
    assert shown['payments_group_commit_size_bucket{le="2.0"}'] == 1
    assert shown["payments_group_commit_size_sum"] == 36
