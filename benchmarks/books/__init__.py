"""The cost of everyday questions as the books grow: it must stay flat, and that of a report follows its rows.

Each database gets a small and a large book, which are asked in turn. A ratio is the large book's time against the small
one's; over 1.5 fails, and then the database's plan is printed.
"""

import argparse
import contextlib
import sys
from typing import Any, Final

import attrs

from benchmarks.books.filling import fill, settle
from benchmarks.books.plans import print_plans
from benchmarks.books.questions import questions, times_ms
from benchmarks.books.reports import PERIODS, most_mib, report_cost
from benchmarks.books.specials import add_specials
from benchmarks.databases import KINDS, database_url
from benchmarks.kept import Limit, keep
from payments.adapters.sql.store import SqlStore, open_store
from payments.domain.values import Mode

MOST: Final = 1.5
MOST_MORE_MIB: Final = 16
Figures = dict[str, Any]


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks books", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs=2, default=[10_000, 5_000_000])
    parser.add_argument("--databases", nargs="+", default=KINDS, choices=KINDS)
    chosen = parser.parse_args(arguments)
    kept = [_measured(kind, chosen.sizes) for kind in chosen.databases]
    sys.exit(0 if all(kept) else 1)


def _measured(kind: str, sizes: list[int]) -> bool:
    """Measure both books on one database, tell and keep what came of it; return whether every limit held."""
    with contextlib.ExitStack() as stack:
        urls = [stack.enter_context(database_url(kind)) for _ in sizes]
        for url, size in zip(urls, sizes, strict=True):
            make(url, size)
        return compare(kind, urls, sizes)


def make(url: str, size: int) -> None:
    """Make a book of *size* payments, and the few that need a person, in an empty database."""
    print(f"making {size:,} payments ...", flush=True)
    open_store(url, Mode.TEST, create=True).close()
    fill(url, size)
    add_specials(url)
    settle(url)


def compare(kind: str, urls: list[str], sizes: list[int]) -> bool:
    """Ask both books everything; return whether every limit held."""
    with contextlib.ExitStack() as stack:
        stores = [stack.enter_context(contextlib.closing(open_store(url, Mode.TEST))) for url in urls]
        asked = _ask(kind, stores, sizes)
        reported = {f"a row of a {period}'s report": _report(kind, period, stores, sizes, urls) for period in PERIODS}
    limits = [Limit(f"{kind}: {name}", each["ratio"], most=MOST) for name, each in (asked | reported).items()]
    limits += [
        Limit(f"{kind}: MiB more of {name}", each["mib"][1] - each["mib"][0], most=MOST_MORE_MIB)
        for name, each in reported.items()
    ]
    keep(f"books-{kind}", {"sizes": sizes, "asked": asked, "reported": reported}, limits)
    return all(limit.is_kept for limit in limits)


def _ask(kind: str, stores: list[SqlStore], sizes: list[int]) -> dict[str, Figures]:
    small, large = (questions(store, size) for store, size in zip(stores, sizes, strict=True))
    found = {}
    for name in small:
        costs = times_ms([small[name], large[name]])
        ratio = costs[1] / costs[0]
        found[name] = {"ms": costs, "ratio": ratio}
        print(f"  {kind:10} {name:24} {costs[0]:8.3f} ms {costs[1]:8.3f} ms {ratio:6.2f}x", flush=True)
        if ratio > MOST:
            print_plans(stores[1], large[name])
    return found


def _report(kind: str, period: str, stores: list[SqlStore], sizes: list[int], urls: list[str]) -> Figures:
    costs = [report_cost(store, size, period) for store, size in zip(stores, sizes, strict=True)]
    mib = [most_mib(url, period) for url in urls]
    for cost, most in zip(costs, mib, strict=True):
        told = f"{cost.rows:,} rows in {cost.seconds:.2f} s, {cost.each:.2f} us a row, {most:.0f} MiB"
        print(f"  {kind:10} {period}'s report: {told}", flush=True)
    return {"costs": [attrs.asdict(cost) for cost in costs], "mib": mib, "ratio": costs[1].each / costs[0].each}
