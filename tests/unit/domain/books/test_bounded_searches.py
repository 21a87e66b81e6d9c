"""A search that compares each payment with others has a period, so that it never walks all books."""

from datetime import UTC, datetime, timedelta

import attrs
import pytest
from builders import NOON
from hypothesis import given
from hypothesis import strategies as st

from payments import testing
from payments.domain.books.search import LONGEST_PAID_TWICE, PAID_TWICE_WITHIN, Filter, Period, PeriodOf
from payments.domain.errors import BadInput
from payments.domain.machine import Status
from payments.domain.money import Money
from payments.domain.values import Caller, Method, Offer

TWICE = Filter(paid_twice=True)
DAY = timedelta(days=1)
SHOP = Caller.shop("desk")


@given(st.timedeltas(-700_000 * DAY, 700_000 * DAY), st.sampled_from(PeriodOf))
def test_without_a_start_it_is_the_last_90_days(since_noon: timedelta, of: PeriodOf) -> None:
    until = NOON + since_noon
    now = attrs.evolve(TWICE, period=Period(of=of)).bounded(until).period
    ended = attrs.evolve(TWICE, period=Period(of=of, until=until)).bounded(NOON).period
    assert (now.of, now.since, now.until) == (of, until - PAID_TWICE_WITHIN, None)
    assert ended == Period(of=of, since=until - PAID_TWICE_WITHIN, until=until)


def test_a_period_that_is_given_is_kept_and_at_most_a_year() -> None:
    year = attrs.evolve(TWICE, period=Period(since=NOON - LONGEST_PAID_TWICE, until=NOON))
    assert year.bounded(NOON) == year
    for longer in (Period(since=NOON - LONGEST_PAID_TWICE - DAY), Period(since=NOON - DAY, until=NOON + 366 * DAY)):
        with pytest.raises(BadInput, match="at most 366 days"):
            attrs.evolve(TWICE, period=longer).bounded(NOON)


def test_other_searches_need_no_period() -> None:
    for which in (Filter(), Filter(status=Status.PAID), Filter(period=Period(since=datetime(2000, 1, 1, tzinfo=UTC)))):
        assert which.bounded(NOON) is which


def test_an_order_that_was_paid_twice_long_ago_is_found_where_its_period_is_given() -> None:
    shop = testing.shop()
    began = shop.clock.now()
    for buyer in ("guest", "kim"):
        offer = Offer("책", Money(9_000))
        payment = shop.run(shop.checkout.begin(buyer, "o-1", offer, Method.CARD, SHOP))
        shop.pay(payment)
        shop.run(shop.refresher.refresh(payment, "test"))
    assert len(shop.run(shop.checkout.page(SHOP, TWICE))) == 2
    shop.clock.advance(days=91)
    assert shop.run(shop.checkout.page(SHOP, TWICE)) == []
    then = attrs.evolve(TWICE, period=Period(since=began - DAY, until=began + DAY))
    assert len(shop.run(shop.checkout.page(SHOP, then))) == 2
