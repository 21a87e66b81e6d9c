"""What the rules of a channel's PG cost a begin: the median of its CPU with them and without, one after the other.

Measured is a begin with its window on SQLite, without HTTP, so the share of a whole request is smaller. A begin
waits for the disk: with `TMPDIR` in memory (`/dev/shm`) a run takes a minute.
"""

import argparse
import itertools
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import attrs

from payments.adapters.memory.gateway import MemoryGateway
from payments.domain.money import Money
from payments.domain.ports import Contact
from payments.domain.use_cases.channel_rules import NoRules
from payments.domain.use_cases.checkout import Checkout
from payments.domain.values import Caller, Method, Offer
from payments.entrypoints.blocking import run
from payments.entrypoints.bootstrap import opened
from payments.entrypoints.guarding.channels import checked_window
from payments.entrypoints.providers import window_of
from payments.entrypoints.settings import DatabaseSettings, IamportOptions, Settings

PGS = ("", "html5_inicis", "nice_v2", "kcp")
OFFER = Offer("골드 멤버십", Money(12_000))
KIM = Contact(name="김구매", phone="01012345678", email="kim@shop.test")
SHOP = Caller.shop("bench")

_orders = itertools.count()


def main(options: list[str]) -> None:
    """Print the CPU of a begin for some PGs."""
    parser = argparse.ArgumentParser(prog="./run bench rules", description=__doc__)
    parser.add_argument("--begins", type=int, default=2_000, help="begins of each kind (default 2000)")
    begins: int = parser.parse_args(options).begins
    for pg in PGS:
        with tempfile.TemporaryDirectory() as folder:
            _measure(pg, begins, Path(folder) / "bench.db")


def _measure(pg: str, begins: int, file: Path) -> None:
    database = DatabaseSettings(url=f"sqlite:///{file}", create=True)
    settings = Settings(database=database, iamport=IamportOptions(user_code="imp00000000", pg=pg))
    with opened(settings, gateway=MemoryGateway()) as service:
        bare = attrs.evolve(service.checkout, channel_rules=NoRules())
        kinds = {"without": _begin(settings, bare), "with": _begin(settings, service.checkout)}
        taken: dict[str, list[float]] = {name: [] for name in kinds}
        for _ in range(begins):
            for name, begin in kinds.items():
                taken[name].append(_cpu(begin))
    without, with_rules = (statistics.median(taken[name]) for name in ("without", "with"))
    share = (with_rules - without) / without
    print(f"{pg or 'not known':14} {without:7.0f} µs without rules, {with_rules:7.0f} µs with them ({share:+.1%})")


def _begin(settings: Settings, checkout: Checkout) -> Callable[[], object]:
    window = checked_window(window_of(settings), checkout)

    def begin() -> object:
        order = f"o-{next(_orders)}"
        return window(run(checkout.begin("kim", order, OFFER, Method.CARD, SHOP, KIM)), KIM)

    return begin


def _cpu(begin: Callable[[], object]) -> float:
    """Return the CPU of one begin in microseconds."""
    start = time.process_time_ns()
    begin()
    return (time.process_time_ns() - start) / 1_000
