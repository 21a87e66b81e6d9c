"""The cost of a long report: microseconds for each row that it adds up, and the most memory of its process.

The time is that of the use case, up to the last day that has payments. The memory is that of `payments report --csv`, a
process of its own, as the accountant runs it.
"""

import os
import subprocess
import sys
import time
from datetime import UTC, date, timedelta
from typing import Final

import attrs

from benchmarks.books.filling import START
from payments.adapters.sql.store import SqlStore
from payments.domain.books.sums import Grouping
from payments.domain.use_cases.reporting import Report, Reporting
from payments.entrypoints.blocking import run

PERIODS: Final = {
    "month": (date(2026, 1, 1), date(2026, 1, 31)),
    "year": (date(2026, 1, 1), date(2026, 12, 31)),
}
RUNS: Final = 5
COMMAND: Final = [sys.executable, "-c", "from payments.entrypoints.cli.app import main; main()", "report", "--csv"]


@attrs.frozen(kw_only=True)
class Cost:
    """What one report took: seconds, captures and refunds that it added up, microseconds for each of them."""

    seconds: float
    rows: int
    each: float


def report_cost(store: SqlStore, size: int, period: str) -> Cost:
    """Return the cost of the fastest of some runs over a book of *size* payments."""
    first, last = PERIODS[period]
    seconds, made = _fastest(store, first, min(last, (START + timedelta(seconds=size)).date()))
    rows = sum(total.captures + total.refunds for total in made.totals)
    return Cost(seconds=seconds, rows=rows, each=seconds / rows * 1e6)


def most_mib(url: str, period: str) -> float:
    """Return the most memory that the command took."""
    first, last = PERIODS[period]
    asked = [*COMMAND, "--from", str(first), "--to", str(last), "--zone", "UTC"]
    with subprocess.Popen(asked, env=os.environ | {"PAYMENTS_DATABASE_URL": url}, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, "the report failed; its own words are above"
    return usage.ru_maxrss / 1024


def _fastest(store: SqlStore, first: date, last: date) -> tuple[float, Report]:
    taken = []
    for _ in range(RUNS):
        began = time.perf_counter()
        made = run(Reporting(store.ledger).report(first, last, UTC, frozenset({Grouping.DAY})))
        taken.append(time.perf_counter() - began)
    return min(taken), made
