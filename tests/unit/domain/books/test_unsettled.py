"""Which rows of a payout file, and which movements of a capture, do not agree with each other."""

from datetime import timedelta

import attrs
import pytest
from builders import NOON, a_payment, fresh, paid, told
from hypothesis import given
from hypothesis import strategies as st

from payments.domain.books.search import Period
from payments.domain.books.settlement import Moved, SettlementRow, moved_of, unsettled
from payments.domain.outside.deciding import GivenBack, record
from payments.domain.values import RefundId

DAY = timedelta(days=1)


def rows(*amounts: int) -> list[SettlementRow]:
    return [SettlementRow(line=line, name="tid", amount=amount) for line, amount in enumerate(amounts, 1)]


def moved(*amounts: int, later: tuple[int, ...] = ()) -> list[Moved]:
    return [*(Moved(NOON, one, True) for one in amounts), *(Moved(NOON + DAY, one, False) for one in later)]


@pytest.mark.parametrize(
    ("file", "books", "later", "wrong_rows", "missing"),
    [
        ((12_000,), (12_000,), (), [], []),
        ((12_000, -3_000), (12_000, -3_000), (), [], []),
        ((9_000,), (12_000, -3_000), (), [], []),  # settled in one row
        ((), (12_000, -12_000), (), [], []),  # all went back before the payout
        ((12_000,), (12_000,), (-3_000,), [], []),  # refunded after the period
        ((12_000, -3_000), (12_000,), (-3_000,), [], []),  # and the file has it already
        ((11_000,), (12_000,), (), [11_000], [12_000]),
        ((12_000, 12_000), (12_000,), (), [12_000], []),  # settled twice
        ((), (12_000,), (), [], [12_000]),
        ((12_000,), (12_000, -3_000, -3_000), (), [], [-3_000, -3_000]),
    ],
)
def test_each_row_is_a_movement_of_its_sum_or_all_of_them_together(
    file: tuple[int, ...], books: tuple[int, ...], later: tuple[int, ...], wrong_rows: list[int], missing: list[int]
) -> None:
    left, open_ones = unsettled(rows(*file), moved(*books, later=later))
    assert ([row.amount for row in left], [one.amount for one in open_ones]) == (wrong_rows, missing)


@given(st.lists(st.integers(-5, 5).filter(bool), max_size=6), st.randoms())
def test_the_same_movements_agree_in_any_order(amounts: list[int], chance: st.DataObject) -> None:
    shuffled = list(amounts)
    chance.shuffle(shuffled)
    assert unsettled(rows(*shuffled), moved(*amounts)) == ([], [])


@given(st.lists(st.integers(1, 9), max_size=5), st.lists(st.integers(1, 9), max_size=5))
def test_what_is_left_is_the_difference_of_the_sums(file: list[int], books: list[int]) -> None:
    left, missing = unsettled(rows(*file), moved(*books))
    difference = sum(row.amount for row in left) - sum(one.amount for one in missing)
    assert difference == sum(file) - sum(books)


def test_what_was_given_back_elsewhere_may_be_in_a_file_and_is_never_missing() -> None:
    payment = paid(a_payment(amount=1_000), captured_at=NOON)
    payment = told(payment, attrs.evolve(payment.attempts[0].report, refunded=200), at=NOON + DAY)
    given_back = GivenBack(amount=300, note="PG 관리자 화면")
    payment = record(payment, given_back, RefundId(fresh("r")), NOON + 2 * DAY, "operator:kim")
    found = moved_of(payment, payment.attempts[0], Period(since=NOON, until=NOON + 5 * DAY))
    assert [(one.amount, one.expected) for one in found] == [(1_000, True), (-200, True), (-300, False)]
    assert unsettled(rows(1_000, -200), found) == unsettled(rows(1_000, -200, -300), found) == ([], [])
