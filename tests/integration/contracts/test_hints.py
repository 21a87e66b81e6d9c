"""What every store of hints keeps: few, for a short time, and handed out at a set rate."""

from datetime import timedelta

import attrs
import pytest
from support.shops import begun

from payments.adapters.memory.hints import MemoryHints
from payments.adapters.sql.side.hints import SqlHints
from payments.domain.access import Hint
from payments.domain.values import GatewayId, MerchantId
from payments.entrypoints.blocking import run
from payments.testing import NOON, shop

SECOND = timedelta(seconds=1)
LEASE = timedelta(minutes=2)


@pytest.fixture
def hints(store):
    return store.hints


def claimed(hints, now, limit=10, pause=SECOND):
    return [hint.gateway_id for hint in run(hints.claim_hints(now, now + LEASE, limit, pause))]


def limited(hints, most):
    """Return the store with room for *most* hints, also where it is on an event loop."""
    if isinstance(hints, MemoryHints | SqlHints):
        return attrs.evolve(hints, most=most)
    return attrs.evolve(hints, port=attrs.evolve(hints._port, most=most))


def add(hints, *names, now=NOON):
    return [run(hints.add_hint(Hint(gateway_id=GatewayId(name)), now)) for name in names]


def test_a_hint_names_the_payment_of_its_id_or_of_its_attempt(store, hints):
    here = shop(store=store)
    payment = begun(here)
    attempt = here.pay(payment)
    run(here.refresher.refresh_attempt(attempt, "webhook"))
    for merchant_id, gateway_id, named in [
        (payment.merchant_id, None, payment.merchant_id),
        (payment.merchant_id, GatewayId("imp_else"), payment.merchant_id),
        (None, attempt, payment.merchant_id),
        (MerchantId("nobody"), attempt, payment.merchant_id),
        (MerchantId("nobody"), GatewayId("imp_else"), None),
        (None, None, None),
    ]:
        assert run(hints.payment_named(Hint(merchant_id, gateway_id))) == named


def test_a_hint_is_kept_once(hints):
    assert add(hints, "a", "a", "b") == [True, False, True]
    assert claimed(hints, NOON) == ["a", "b"]


def test_a_full_list_takes_no_more_and_loses_nothing(hints):
    few = limited(hints, 2)
    assert add(few, "a", "b", "c") == [True, True, False]
    assert claimed(few, NOON) == ["a", "b"]


def test_no_more_than_asked_for_are_handed_out_per_pause_the_oldest_first(hints):
    add(hints, "new", now=NOON + SECOND)
    add(hints, "b", "a", now=NOON)
    later = NOON + 2 * SECOND
    assert claimed(hints, later, limit=2) == ["a", "b"]
    assert claimed(hints, later + SECOND / 2) == []
    assert claimed(hints, later + SECOND) == ["new"]
    assert claimed(hints, later + 2 * SECOND) == []  # all are with a worker


def test_a_hint_whose_worker_died_is_handed_out_again(hints):
    add(hints, "a")
    assert claimed(hints, NOON) == ["a"]
    assert claimed(hints, NOON + LEASE) == ["a"]
    run(hints.remove_hint(Hint(gateway_id=GatewayId("a"))))
    assert claimed(hints, NOON + 2 * LEASE) == []


def test_a_worker_whose_clock_is_ahead_holds_up_nobody(hints):
    add(hints, "a", "b")
    assert claimed(hints, NOON + timedelta(hours=1), limit=1) == ["a"]
    assert claimed(hints, NOON) == ["b"]


def test_old_hints_are_dropped(hints):
    add(hints, "old")
    add(hints, "young", now=NOON + SECOND)
    assert run(hints.forget_hints(NOON + SECOND)) == 1
    assert claimed(hints, NOON + SECOND) == ["young"]
