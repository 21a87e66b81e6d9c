"""How often cards were declined, and why: what an operator is asked when buyers cannot pay."""

from builders import a_payment, a_report, paid, told

from payments.domain.books.declines import MOST_REASONS, Declines
from payments.domain.payment import Payment
from payments.domain.report import Rank


def declined(*reasons: str) -> Payment:
    payment = a_payment()
    for number, reason in enumerate(reasons):
        payment = told(payment, a_report(payment, gateway_id=f"imp-{number}", rank=Rank.DECLINED, reason=reason))
    return payment


def test_tries_that_ended_are_counted_with_their_reasons_the_most_common_first() -> None:
    waits = a_payment()
    waits = told(waits, a_report(waits, rank=Rank.READY))
    counted = Declines.of([declined("한도 초과", "잔액 부족"), declined(" 잔액 부족 "), paid(a_payment()), waits])
    assert counted == Declines(
        payments=4, tries=4, declined=3, by_reason=(("잔액 부족", 2), ("한도 초과", 1)), others=0
    )


def test_reasons_beyond_those_that_are_listed_are_counted_together() -> None:
    counted = Declines.of([declined(f"reason {n}") for n in range(MOST_REASONS + 3)])
    assert (len(counted.by_reason), counted.others, counted.declined) == (MOST_REASONS, 3, MOST_REASONS + 3)


def test_without_payments_nothing_was_declined() -> None:
    assert Declines.of([]) == Declines(payments=0, tries=0, declined=0)
