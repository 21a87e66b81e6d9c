"""What holds of every PaymentRepository that is searched: it finds what a Filter means, in pages, each payment once."""

import functools
from datetime import datetime, timedelta

import attrs
import pytest
from builders import NOON, a_payment, fresh, paid, payments, told, with_refund
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.rounds import rounds

from payments.domain.books.matching import matches, names_of, sort_key
from payments.domain.books.search import Filter, Period, PeriodOf
from payments.domain.errors import PaymentNotFound
from payments.domain.machine import Status
from payments.domain.money import Money
from payments.domain.payment import Payment
from payments.domain.ports import Store
from payments.domain.report import Approval, Rank
from payments.domain.values import Method
from payments.entrypoints.blocking import run

HOUR = timedelta(hours=1)


def add(store: Store, payment: Payment) -> Payment:
    return run(store.payments.add(payment))


def walk(store: Store, which: Filter, limit: int = 2) -> list[Payment]:
    """Return all pages together."""
    seen: list[Payment] = []
    while page := run(store.payments.page(which, seen[-1].merchant_id if seen else None, limit)):
        assert len(page) <= limit
        seen += page
    return seen


def refunded(payment: Payment, at: datetime, amount: int, so_far: int = 0) -> Payment:
    """Return *payment* after one more refund at the provider, known at *at*."""
    report = payment.attempts[0].report
    rank = Rank.CANCELLED if so_far + amount == report.amount.minor else Rank.CAPTURED
    return told(payment, attrs.evolve(report, refunded=so_far + amount, rank=rank), at=at)


def captured(**of: datetime | None) -> Filter:
    return Filter(period=Period(of=PeriodOf.CAPTURED, **of))


@pytest.mark.parametrize("name", ["the order", "m-1", "imp-1", "30017788", "tid-1"])
def test_a_payment_is_found_by_whatever_a_person_calls_it(store: Store, name: str) -> None:
    approval = Approval(number="30017788", transaction_id="tid-1")
    mine = add(store, paid(a_payment(merchant_id="m-1", order="the order"), gateway_id="imp-1", approval=approval))
    add(store, paid(a_payment()))
    assert walk(store, Filter(called=name)) == [mine]
    assert walk(store, Filter(called=f"{name}0")) == []


def test_each_condition_narrows_the_list(store: Store) -> None:
    card = add(store, a_payment(at=NOON, order="a", amount=500))
    won = add(store, a_payment(at=NOON + HOUR, order="b", amount=700, method=Method.KAKAOPAY))
    dollars = add(store, a_payment(at=NOON + 2 * HOUR, order="c", amount=700, currency="USD"))
    assert walk(store, Filter(order="a")) == [card]
    assert walk(store, Filter(amount=700)) == [dollars, won]
    assert walk(store, Filter(amount=700, currency="KRW")) == [won]
    assert walk(store, Filter(method=Method.CARD)) == [dollars, card]
    assert walk(store, Filter(method=Method.CARD, amount=700, status=Status.AWAITING)) == [dollars]
    assert walk(store, Filter(method=Method.CARD, status=Status.PAID)) == []


def test_a_period_has_its_start_and_not_its_end(store: Store) -> None:
    first, _, third = (add(store, a_payment(at=NOON + hour * HOUR)) for hour in range(3))
    assert walk(store, Filter(period=Period(since=NOON + HOUR, until=NOON + 2 * HOUR)))[0] not in (first, third)
    assert walk(store, Filter(period=Period(since=NOON + 2 * HOUR))) == [third]
    assert walk(store, Filter(period=Period(until=NOON + HOUR))) == [first]


def test_a_list_of_captures_is_sorted_by_when_money_came(store: Store) -> None:
    late = add(store, paid(a_payment(at=NOON), captured_at=NOON + 5 * HOUR))
    soon = add(store, paid(a_payment(at=NOON + HOUR), captured_at=NOON + 2 * HOUR))
    add(store, a_payment(at=NOON))
    assert walk(store, captured(), 1) == [late, soon]
    assert walk(store, captured(since=NOON + 3 * HOUR)) == [late]
    assert walk(store, attrs.evolve(captured(until=NOON + 3 * HOUR), amount=12_000)) == [soon]


def test_a_capture_without_a_time_is_found_at_the_begin(store: Store) -> None:
    mine = add(store, paid(a_payment(at=NOON), captured_at=None))
    assert walk(store, captured(since=NOON, until=NOON + HOUR)) == [mine]


def test_a_stray_is_found_by_its_own_time_and_sum(store: Store) -> None:
    strayed = paid(a_payment(at=NOON), captured_at=NOON + HOUR)
    strayed = add(store, paid(strayed, gateway_id=fresh("imp"), amount=Money(7, "KRW"), captured_at=NOON + 9 * HOUR))
    assert walk(store, captured(since=NOON + 8 * HOUR)) == [strayed]
    assert walk(store, attrs.evolve(captured(), amount=7)) == [strayed]
    assert walk(store, captured(), 1) == [strayed], "once, although two captures are in the period"


def test_a_refund_is_found_by_when_it_was_done_and_by_its_sum(store: Store) -> None:
    mine = refunded(refunded(paid(a_payment()), NOON + HOUR, 3_000), NOON + 5 * HOUR, 4_000, 3_000)
    mine, other = add(store, mine), add(store, refunded(paid(a_payment()), NOON + 3 * HOUR, 1_000))
    add(store, with_refund(paid(a_payment())))  # asked for, and not done
    by_refund = functools.partial(Period, of=PeriodOf.REFUNDED)
    assert walk(store, Filter(period=by_refund()), 1) == [mine, other]
    assert walk(store, Filter(period=by_refund(until=NOON + 4 * HOUR)), 1) == [other, mine]
    assert walk(store, Filter(period=by_refund(), amount=3_000)) == [mine]
    assert walk(store, Filter(period=by_refund(since=NOON + 4 * HOUR), amount=3_000)) == []


def test_the_beginning_of_a_name_sorts_by_name_and_a_period_by_time(store: Store) -> None:
    old = add(store, a_payment(name="책 나", at=NOON))
    new = add(store, a_payment(name="책 가", at=NOON + HOUR))
    add(store, a_payment(name="음반", at=NOON))
    assert walk(store, Filter(name="책"), 1) == [old, new], "by name, from the last on"
    assert walk(store, Filter(name="책", period=Period(since=NOON)), 1) == [new, old]
    assert walk(store, Filter(name="책 나\U0010ffff")) == []


def test_a_payment_that_is_not_in_the_list_continues_no_page(store: Store) -> None:
    never_paid = add(store, a_payment())
    with pytest.raises(PaymentNotFound):
        run(store.payments.page(captured(), never_paid.merchant_id, 10))


def filters(known: list[Payment]) -> st.SearchStrategy[Filter]:
    """Filters by what the *known* payments are, so that some of them are found."""
    one, moments = st.sampled_from(known), sorted({payment.created_at for payment in known})
    amounts = sorted({amount for p in known for amount in (p.price.minor, *(r.amount for r in p.refunds))})
    at = st.none() | st.sampled_from(moments)
    return st.builds(
        Filter,
        buyer=st.none() | one.map(lambda p: p.buyer),
        status=st.none() | st.sampled_from(Status),
        order=st.none() | one.map(lambda p: p.order),
        called=st.none() | one.flatmap(lambda p: st.sampled_from(sorted(names_of(p)))),
        method=st.none() | st.sampled_from(Method),
        amount=st.none() | st.sampled_from(amounts),
        currency=st.none() | one.map(lambda p: p.price.currency),
        name=st.none() | one.flatmap(lambda p: st.integers(1, 200).map(lambda n: p.name[:n] or None)),
        open_strays=st.booleans(),
        open_refunds=st.booleans(),
        period=st.tuples(st.sampled_from(PeriodOf), at, at).map(
            lambda t: Period(of=t[0], since=t[1], until=t[2] if not (t[1] and t[2]) or t[1] < t[2] else None)
        ),
    )


def sparse(which: Filter, kept: set[str]) -> Filter:
    """Return *which* with only a few of its conditions, so that it finds something."""
    names = {field.name for field in attrs.fields(Filter)} - kept
    return attrs.evolve(which, **{name: getattr(Filter(), name) for name in names})


CONDITIONS = st.sets(st.sampled_from([field.name for field in attrs.fields(Filter)]), max_size=3)


@pytest.mark.slow
@settings(
    max_examples=rounds(25, 400), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=st.data(), new=st.lists(payments(), min_size=1, max_size=4))
def test_any_search_finds_what_it_means_in_its_order(store: Store, data: st.DataObject, new: list[Payment]) -> None:
    known = _known.setdefault(id(store), [])
    known += [add(store, payment) for payment in new]
    which = sparse(data.draw(filters(new)), data.draw(CONDITIONS))
    meant = {sort_key(p, which): p for p in known if matches(p, which)}
    assert walk(store, which, 3) == [meant[key] for key in sorted(meant, reverse=True)]  # type: ignore[type-var]


_known: dict[int, list[Payment]] = {}
"""The payments of each store, which all examples of its test share."""
