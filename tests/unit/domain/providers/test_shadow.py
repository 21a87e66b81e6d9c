"""Shadow: every difference between our books and another provider's is a sentence, and nothing is written."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import attrs
import pytest
from builders import NOON, a_payment, a_report, paid

from payments.adapters.memory.store import MemoryStore
from payments.domain.money import Money
from payments.domain.payment import Payment
from payments.domain.ports import ListingPage
from payments.domain.report import Rank, Report
from payments.domain.use_cases import shadow
from payments.domain.use_cases.shadow import Compared, Shadow
from payments.domain.values import Mode
from payments.entrypoints.blocking import run

HOUR = timedelta(hours=1)


@attrs.define
class Lists:
    """A list of one row to a page, whose provider answers for an hour at most."""

    reports: Sequence[Report] = ()
    skipped: tuple[str, ...] = ()
    listing_span: timedelta = HOUR
    asked: list[tuple[datetime, datetime, int]] = attrs.Factory(list)

    async def shadow_listing(self, start: datetime, end: datetime, page: int) -> ListingPage:
        self.asked.append((start, end, page))
        shown = tuple(self.reports[page - 1 : page])
        return ListingPage(reports=shown, pages=len(self.reports), total=len(self.reports), skipped=self.skipped)


def stored(payment: Payment) -> MemoryStore:
    store = MemoryStore.empty()
    run(store.payments.add(payment))
    return store


def compared(store: MemoryStore, *reports: Report) -> Compared:
    return run(Shadow(payments=store.payments, lists=Lists(reports)).between(NOON, NOON + HOUR))


def test_a_period_is_asked_for_in_stretches_that_the_provider_answers_and_page_by_page() -> None:
    payment = paid(a_payment())
    lists = Lists([payment.attempts[0].report] * 3)
    done = run(Shadow(payments=stored(payment).payments, lists=lists).between(NOON, NOON + 1.5 * HOUR))
    first, second = (NOON, NOON + HOUR), (NOON + HOUR, NOON + 1.5 * HOUR)
    assert lists.asked == [(*stretch, page) for stretch in (first, second) for page in (1, 2, 3)]
    assert (done.rows, done.different, done.differences) == (6, 0, [])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"rank": Rank.CANCELLED, "refunded": 12_000}, "the state is captured here and cancelled there"),
        ({"amount": Money(1, "USD")}, "the sum is 12000 KRW here and 1 USD there"),
        ({"refunded": 500}, "the refunded sum is 0 here and 500 there"),
        ({"mode": Mode.LIVE}, "the mode is test here and live there"),
    ],
)
def test_each_difference_is_a_sentence_that_names_the_payment(change: dict[str, object], sentence: str) -> None:
    payment = paid(a_payment(merchant_id="m-1"), gateway_id="imp-1")
    done = compared(stored(payment), attrs.evolve(payment.attempts[0].report, **change))
    assert (done.rows, done.different) == (1, 1)
    assert done.differences[0].startswith("m-1 imp-1: ")
    assert sentence in done.differences[0]


def test_money_that_our_books_do_not_have_is_told_and_what_is_no_money_is_not() -> None:
    payment = a_payment()
    unknown, opened = a_report(payment), a_report(payment, rank=Rank.READY)
    done = compared(stored(payment), unknown, opened)
    assert done.differences == [
        f"{payment.merchant_id} {unknown.gateway_id}: it shows money that our books do not have"
    ]


def test_a_payment_of_another_program_is_no_difference() -> None:
    assert compared(stored(a_payment()), a_report()).different == 0


def test_rows_that_cannot_be_read_are_told() -> None:
    lists = Lists([a_report()], ("a row cannot be read",))
    done = run(Shadow(payments=MemoryStore.empty().payments, lists=lists).between(NOON, NOON + HOUR))
    assert done.skipped == ["a row cannot be read"]


def test_of_more_differences_than_are_kept_the_others_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shadow, "MAX_TOLD", 2)
    payment = a_payment()
    done = compared(stored(payment), *(a_report(payment) for _ in range(5)))
    assert done.different == 5
    assert len(done.differences) == 3  # the latest one is told too
