"""Lists show every row once, in order, and only those of the time window."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.entrypoints.sandbox.errors import CallRefused
from payments.entrypoints.sandbox.guesses import Guesses
from payments.entrypoints.sandbox.payments.paging import SORTINGS, TimeWindow, ordered, page_of
from payments.entrypoints.sandbox.payments.row import Hidden, PaymentRow

DAY = 24 * 3600


def a_row(number: int, started: int = 0, paid: int = 0, updated: int = 0) -> PaymentRow:
    hidden = Hidden(order=number, updated_at=updated)
    uid = f"imp_{number}"
    return PaymentRow(imp_uid=uid, merchant_uid="a", amount=Decimal(1), started_at=started, paid_at=paid, hidden=hidden)


MOMENTS = st.integers(0, 5)
ROWS = st.lists(st.tuples(MOMENTS, MOMENTS, MOMENTS), max_size=40).map(
    lambda times: [a_row(number, *each) for number, each in enumerate(times)]
)


@pytest.mark.fact("§4.1", "documented", "`previous` and `next` are page numbers, 0 where there is none.")
@given(ROWS.filter(bool), st.integers(1, 12), st.sampled_from(SORTINGS))
def test_paging_visits_every_row_once_and_in_order(rows: list[PaymentRow], limit: int, sorting: str) -> None:
    guesses = Guesses()
    in_order = ordered(rows, sorting, guesses)
    seen: list[str] = []
    page, previous = 1, 0
    while page:
        answer = page_of(in_order, page, limit, guesses)
        assert (answer["total"], answer["previous"]) == (len(rows), previous)
        assert 1 <= len(answer["list"]) <= limit
        seen += [row["imp_uid"] for row in answer["list"]]
        previous, page = page, answer["next"]
    assert seen == [row.imp_uid for row in in_order]
    assert sorted(seen) == sorted(row.imp_uid for row in rows)
    with pytest.raises(CallRefused) as beyond:
        page_of(in_order, previous + 1, limit, guesses)
    assert beyond.value.refusal.http == 400


@pytest.mark.fact("§4.1", "documented", "Lists are sorted by opening, payment or last change, rising or falling.")
@given(ROWS, st.sampled_from(SORTINGS))
def test_a_sorting_sorts_by_its_moment(rows: list[PaymentRow], sorting: str) -> None:
    moments = {
        "started": lambda row: row.started_at,
        "paid": lambda row: row.paid_at,
        "updated": lambda row: row.hidden.updated_at,
    }
    values = [moments[sorting.strip("-")](row) for row in ordered(rows, sorting, Guesses())]
    assert values == sorted(values, reverse=sorting.startswith("-"))


@pytest.mark.fact("§4.1", "documented", "The newest opened comes first unless said otherwise.")
@pytest.mark.fact("§4.1", "guessed", "A sorting that is none is ignored, or refused: `unknown_sorting`.")
def test_newest_started_comes_first_when_nothing_is_said() -> None:
    rows = [a_row(0, started=1), a_row(1, started=3), a_row(2, started=3)]
    assert [row.imp_uid for row in ordered(rows, "", Guesses())] == ["imp_2", "imp_1", "imp_0"]
    with pytest.raises(CallRefused):
        ordered(rows, "sideways", Guesses(unknown_sorting="refused"))
    assert ordered(rows, "sideways", Guesses()) == ordered(rows, "-started", Guesses())


@pytest.mark.fact("§4.1", "documented", "The moment compared is that of the row's own status.")
def test_a_time_window_is_inclusive_and_looks_at_the_rows_own_status() -> None:
    window = TimeWindow.of(10, 20, 99, Guesses())
    cases = {"ready": "started_at", "paid": "paid_at", "cancelled": "cancelled_at", "failed": "failed_at"}
    for status, field in cases.items():
        for moment, inside in ((9, False), (10, True), (20, True), (21, False)):
            row = PaymentRow(imp_uid="i", merchant_uid="a", amount=Decimal(1), status=status, **{field: moment})
            assert window.holds(row) is inside, (status, moment)


@pytest.mark.fact("§4.1", "guessed", "A span above 90 days is refused, or shortened: `span_over_90_days`.")
def test_a_time_window_is_ninety_days_at_most_and_ends_now() -> None:
    now = 1000 * DAY
    assert TimeWindow.of(None, None, now, Guesses()) == TimeWindow(now - 90 * DAY, now)
    assert TimeWindow.of(None, 500 * DAY, now, Guesses()) == TimeWindow(410 * DAY, 500 * DAY)
    assert TimeWindow.of(now - 90 * DAY, None, now, Guesses()).since == now - 90 * DAY
    with pytest.raises(CallRefused):
        TimeWindow.of(now - 90 * DAY - 1, None, now, Guesses())
    shortened = Guesses(span_over_90_days="shortened")
    assert TimeWindow.of(0, now, now, shortened) == TimeWindow(now - 90 * DAY, now)


@pytest.mark.fact("§4.1", "documented", "A page has 1,000 rows at most.")
@pytest.mark.fact("§4.1", "guessed", "A higher limit is capped, or refused: `limit_over_max`.")
def test_a_limit_is_a_thousand_at_most() -> None:
    rows = [a_row(number) for number in range(1001)]
    assert len(page_of(rows, 1, 5000, Guesses())["list"]) == 1000
    with pytest.raises(CallRefused):
        page_of(rows, 1, 1001, Guesses(limit_over_max="refused"))
    for page, limit in ((0, 20), (-1, 20), (1, 0)):
        with pytest.raises(CallRefused):
            page_of(rows, page, limit, Guesses())


@pytest.mark.fact("§4.1", "guessed", "The first page of nothing is empty, or refused: `page_of_nothing`.")
def test_nothing_at_all_is_an_empty_page_unless_the_guess_refuses_it() -> None:
    assert page_of([], 1, 20, Guesses()) == {"total": 0, "previous": 0, "next": 0, "list": []}
    with pytest.raises(CallRefused):
        page_of([], 1, 20, Guesses(page_of_nothing="refused"))
    assert page_of([], 2, 20, Guesses(), beyond_refused=False)["list"] == []
