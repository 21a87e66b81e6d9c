"""Iamport's words in ours: above all, that the buyer closed the window is no decline."""

import pytest

from payments.adapters.korean_pgs.words import reason_of
from payments.domain.event import Reason


@pytest.mark.parametrize(
    "words",
    [
        "사용자가 결제를 취소하셨습니다",
        "[결제포기] 사용자가 결제를 취소하셨습니다",
        "사용자 취소",
        "결제 포기",
        "[PAY_PROCESS_CANCELED] 사용자에 의해 결제가 취소되었습니다.",
    ],
)
def test_a_window_that_the_buyer_closed_is_left(words: str) -> None:
    assert reason_of(words) is Reason.LEFT


@pytest.mark.parametrize("words", ["카드 한도초과", "", "가맹점 요청에 의한 취소", "사용자 인증 실패", "취소된 카드"])
def test_any_other_reason_stays_in_the_pgs_words(words: str) -> None:
    assert reason_of(words) == words
