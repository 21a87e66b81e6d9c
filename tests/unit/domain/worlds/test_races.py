"""Two at once: every way in which one may overtake the other, with up to two changes of turn.

One goes some steps, the other goes some steps, then the first goes on to its end and the second to its own. All lengths
of both are tried, from both sides; the laws are asked after each turn.
"""

import itertools
from collections.abc import Callable

import attrs
import pytest
from unit.domain.worlds.laws import always, at_last
from unit.domain.worlds.meetings import (
    another_price_and_payment,
    begin_again_and_expiry,
    cancel_and_deposit,
    cancel_and_payment,
    cancel_and_webhook,
    complete_and_webhook,
    refund_and_a_greedy_console,
    refund_and_console,
    refund_and_sweep,
    sweep_and_approval_in_the_last_moment,
    sweep_and_late_approval,
    the_same_refund_twice,
    two_beginnings,
    two_beginnings_at_two_prices,
    two_captures,
    two_refunds_of_all,
    two_refunds_of_parts,
    two_sweeps,
    walk_and_webhook_of_an_orphan,
)
from unit.domain.worlds.processes import Process
from unit.domain.worlds.simulator import World
from unit.domain.worlds.stories import (
    UseCase,
    everything_is_back,
    kept,
    only,
    paid,
    the_good_one_is_kept,
    the_orphan_is_held,
)

from payments.domain.errors import AlreadyPaid, ConcurrentUpdate, PaymentNotFound, RefundInProgress, RefundRefused
from payments.domain.machine import CANCELLED, PAID
from payments.domain.refund import RefundStatus

LONGEST = 60


@attrs.frozen
class Race:
    meet: Callable[[World], tuple[UseCase, UseCase]]
    ends: Callable[[World], None]
    losers: tuple[type[Exception], ...] = ()


def turns(race: Race, first: int, second: int, *, swapped: bool) -> tuple[Process, Process]:
    world = World()
    a, b = (world.start(use_case) for use_case in race.meet(world))
    if swapped:
        a, b = b, a
    for process, steps in [(a, first), (b, second), (a, None), (b, None)]:
        process.run(steps)
        always(world)
    for error in filter(None, (a.error, b.error)):
        assert isinstance(error, race.losers), error
    world.recovers()
    at_last(world)
    race.ends(world)
    return a, b


def paid_or_back(world: World) -> None:
    """The buyer has the goods, or the money: or a person has to ask where to a deposit can go back."""
    no_account = any("account" in refund.failure for refund in only(world).refunds)
    assert kept(world) == (12_000 if only(world).status is PAID or no_account else 0)


def paid_if_it_paid(world: World) -> None:
    assert (only(world).status is PAID) is bool(kept(world)) is any(report.is_capture for report in world.truth())


def one_order_one_price(world: World) -> None:
    prices = {p.price.minor for p in world.payments() if p.status is PAID}
    assert sum(prices) == kept(world)
    assert len(prices) <= 1


def nothing_lives(world: World) -> None:
    assert {p.status for p in world.payments()} == {CANCELLED}
    assert not world.truth()


def refunds_as_asked(*amounts: int) -> Callable[[World], None]:
    def ends(world: World) -> None:
        done = [r.amount for r in only(world).refunds if r.status is RefundStatus.DONE]
        assert sum(done) == 12_000 - kept(world) == only(world).refunded
        assert sorted(done) in [
            sorted(some) for n in range(len(amounts)) for some in itertools.combinations(amounts, n + 1)
        ]

    return ends


def refunded_once(world: World) -> None:
    assert [(r.amount, r.status) for r in only(world).refunds] == [(5_000, RefundStatus.DONE)]


def console_and_ours(world: World) -> None:
    assert kept(world) == 2_000
    done = [(r.by == "external", r.amount) for r in only(world).refunds if r.status is RefundStatus.DONE]
    assert sorted(done) == [(False, 5_000), (True, 5_000)]


def all_back_and_ours_at_most_once(world: World) -> None:
    everything_is_back(world)
    assert sum(r.amount for r in only(world).refunds if r.status is RefundStatus.DONE) == 12_000
    assert len([r for r in only(world).refunds if r.by != "external"]) <= 1


RACES = {
    "complete × webhook": Race(complete_and_webhook, paid),
    "two captures": Race(two_captures, the_good_one_is_kept),
    "cancel × payment": Race(cancel_and_payment, paid_or_back, (AlreadyPaid,)),
    "cancel × webhook": Race(cancel_and_webhook, paid, (AlreadyPaid,)),
    "cancel × deposit": Race(cancel_and_deposit, paid_or_back, (AlreadyPaid,)),
    "begin × begin": Race(two_beginnings, nothing_lives),
    "begin × begin at another price": Race(two_beginnings_at_two_prices, nothing_lives, (ConcurrentUpdate,)),
    "begin at another price × payment": Race(another_price_and_payment, one_order_one_price, (AlreadyPaid,)),
    "refund × refund": Race(two_refunds_of_all, refunds_as_asked(12_000), (RefundInProgress, RefundRefused)),
    "part × part": Race(two_refunds_of_parts, refunds_as_asked(5_000, 5_000), (RefundInProgress,)),
    "the same refund twice": Race(the_same_refund_twice, refunded_once),
    "refund × console": Race(refund_and_console, console_and_ours),
    "refund × greedy console": Race(refund_and_a_greedy_console, all_back_and_ours_at_most_once, (RefundRefused,)),
    "refund × sweep": Race(refund_and_sweep, refunded_once),
    "sweep × sweep": Race(two_sweeps, paid),
    "expiry × late approval": Race(sweep_and_late_approval, paid_or_back),
    "expiry × approval in time": Race(sweep_and_approval_in_the_last_moment, paid_if_it_paid),
    "walk × webhook of an orphan": Race(walk_and_webhook_of_an_orphan, the_orphan_is_held, (PaymentNotFound,)),
    "begin again × expiry": Race(begin_again_and_expiry, nothing_lives),
}


@pytest.mark.parametrize("swapped", [False, True], ids=["", "swapped"])
@pytest.mark.parametrize("race", RACES.values(), ids=RACES)
def test_whoever_is_overtaken_the_books_agree(race: Race, swapped: bool) -> None:
    lengths = steps_of(race, swapped=swapped)
    for first, second in itertools.product(*(range(length + 1) for length in lengths)):
        turns(race, first, second, swapped=swapped)


def steps_of(race: Race, *, swapped: bool) -> tuple[int, int]:
    """Return how many steps each of the two takes when nobody disturbs it."""
    world = World()
    a, b = race.meet(world)
    counts = []
    for use_case in (b, a) if swapped else (a, b):
        process = world.start(use_case)
        counts.append(next(n for n in range(1, LONGEST) if not process.run(1).alive))
    return counts[0], counts[1]
