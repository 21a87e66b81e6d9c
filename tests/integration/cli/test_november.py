"""Closing November: report and reconciliation equal the sandbox's own book to the won, on both sides of midnight."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from integration.cli.operators import Operator

from payments.entrypoints.sandbox import Sandbox
from payments.entrypoints.sandbox.clock import KOREA, Clock
from payments.entrypoints.sandbox.serve import running_sandbox

FIRST, END = datetime(2025, 10, 31, 15, tzinfo=UTC), datetime(2025, 11, 30, 15, tzinfo=UTC)
"""November in Seoul."""
NIGHT = datetime(2025, 11, 14, 15, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAYS = ("--from", "2025-11-01", "--to", "2025-11-30")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox(clock=Clock.stopped((FIRST - 60 * SECOND).timestamp())) as running:
        yield running


def at(operator: Operator, moment: datetime) -> None:
    """Move the provider to a moment."""
    operator.sandbox.clock.move_to(moment.timestamp())


def november(operator: Operator) -> list[str]:
    """Live through a month whose captures and refunds lie at its borders; return the attempts."""
    attempts: list[str] = []
    paid: list[str] = []

    def pays(moment: datetime) -> None:
        at(operator, moment)
        merchant_id, attempt = operator.paid(f"order-{len(paid)}")
        paid.append(merchant_id)
        attempts.append(attempt)

    def refunds(moment: datetime, which: int, amount: str) -> None:
        at(operator, moment)
        assert operator.command("refund", paid[which], "--amount", amount, "--yes")[0] == 0

    pays(FIRST - 2 * SECOND)
    refunds(FIRST - SECOND, 0, "1")
    pays(FIRST)
    refunds(FIRST, 0, "20")
    pays(NIGHT - SECOND)
    refunds(NIGHT - SECOND, 1, "300")
    pays(NIGHT)
    operator.sandbox.console_cancel(attempts[1], 4_000)  # nobody here is told
    pays(END - SECOND)
    refunds(END - SECOND, 2, "12,000")
    unseen = operator.attempt(operator.begun("unseen"))  # nobody here is told of this one either
    pays(END)
    refunds(END, 3, "50")
    return [*attempts, unseen]


def by_day(sandbox: Sandbox, attempts: list[str]) -> dict[str, Counter[date]]:
    """Add up the sandbox's own book, by the days of Seoul that are in November."""
    sums: dict[str, Counter[date]] = {"captured": Counter(), "refunded": Counter()}
    for attempt in attempts:
        row = sandbox.payment(attempt)
        moved = [("captured", row.paid_at, row.amount)]
        moved += [("refunded", one.cancelled_at, one.amount) for one in row.cancel_history]
        for what, when, amount in moved:
            if FIRST.timestamp() <= when < END.timestamp():
                sums[what][datetime.fromtimestamp(when, KOREA).date()] += int(amount)
    return sums


def test_a_month_equals_the_providers_own_book_to_the_won(operator: Operator) -> None:
    attempts = november(operator)
    code, _, _ = operator.command("reconcile", *DAYS)
    assert code == 1, "a refund in the console and a capture were not known"
    agreed = operator.json("reconcile", *DAYS)
    assert (agreed["agrees"], agreed["findings"]) == (True, [])
    report = operator.json("report", "--month", "2025-11")
    for what, days in by_day(operator.sandbox, attempts).items():
        assert {line["day"]: line[what] for line in report["lines"] if line[what]} == {
            f"{day}": amount for day, amount in days.items()
        }
        assert report["totals"][0][what] == days.total()
    assert (report["totals"][0]["captured"], report["totals"][0]["refunded"]) == (60_000, 16_320)
    listed = operator.json("reconciliations")["reconciliations"]
    assert [one["agrees"] for one in listed] == [True, False]
    assert {one["kind"] for one in listed[1]["findings"]} == {"differed"}
