"""What a comparison found is told in the reader's language, with money as people write it."""

import pytest

from payments.domain.books.comparison import Finding, FindingKind, Seen
from payments.domain.money import Money
from payments.domain.report import Rank
from payments.entrypoints.books.comparisons import detail
from payments.entrypoints.display import Language


def found(rank: Rank, refunded: int = 0) -> Finding:
    return Finding(kind=FindingKind.DIFFERED, seen=Seen(rank=rank, amount=Money(12_000), refunded=refunded))


@pytest.mark.parametrize(
    ("finding", "language", "said"),
    [
        (found(Rank.CAPTURED), "ko", "12,000원 결제됨"),
        (found(Rank.CAPTURED), "en", "₩12,000 captured"),
        (found(Rank.CAPTURED, 4_300), "ko", "12,000원 결제됨, 4,300원 환불됨"),
        (found(Rank.CAPTURED, 4_300), "en", "₩12,000 captured, ₩4,300 refunded"),
        (found(Rank.CANCELLED, 12_000), "ko", "12,000원 결제됨, 모두 환불됨"),
        (found(Rank.CANCELLED, 12_000), "en", "₩12,000 captured, all of it refunded"),
        (found(Rank.DECLINED), "ko", "12,000원, 거절됨"),
        (found(Rank.READY), "en", "₩12,000, not paid yet"),
    ],
)
def test_what_was_seen_is_told_in_words(finding: Finding, language: Language, said: str):
    assert detail(finding, language) == said


def test_why_a_row_was_not_recorded_is_told_as_it_is():
    assert detail(Finding(kind=FindingKind.NOT_RECORDED, what="A row had no amount."), "ko") == "A row had no amount."
