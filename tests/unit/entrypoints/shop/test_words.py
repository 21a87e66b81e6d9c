"""The shop's texts: each thing that can happen has a sentence, in both languages."""

import re
from typing import Any, get_args

import pytest

from payments.domain.attempt import Disposition
from payments.domain.event import EventKind, Reason, Source
from payments.domain.values import Role
from payments.entrypoints.display import Language
from payments.entrypoints.shop.catalogue import PLANS
from payments.entrypoints.shop.outcomes import QUIET, outcome_of, reason_of
from payments.entrypoints.shop.words import SHOWN_BY_SCRIPT, WORDS, words
from payments.entrypoints.stories.timeline import entry_of, reported_by
from payments.entrypoints.stories.words import preferred

HANGUL = re.compile(r"[가-힣]")


def an_event(kind: str, reason: str = "", by: str = "webhook") -> dict[str, Any]:
    return {
        "version": 1,
        "kind": kind,
        "at": "2026-11-23T07:00:12.5Z",
        "by": by,
        "status": "awaiting",
        "amount": 12_000,
        "currency": "KRW",
        "gateway_id": "imp_1",
        "refund_id": None,
        "reason": reason,
    }


@pytest.mark.parametrize("kind", EventKind)
def test_every_event_has_a_sentence(kind: EventKind) -> None:
    korean, english = entry_of(an_event(kind), "ko"), entry_of(an_event(kind), "en")
    assert korean.what.endswith("다.")
    assert HANGUL.search(korean.what)
    assert english.what.endswith(".")
    assert not HANGUL.search(english.what + english.why)
    assert kind not in (korean.what, english.what)
    assert "{" not in korean.what + english.what
    assert korean.at == "2026년 11월 23일 16:00:12"


@pytest.mark.parametrize("disposition", [d for d in Disposition if d is not Disposition.ACCEPTED])
def test_every_kind_of_stray_has_its_reason(disposition: Disposition) -> None:
    reasons = {entry_of(an_event("strayed", disposition), language).why for language in get_args(Language)}
    assert len(reasons) == 2
    assert "" not in reasons


def test_the_providers_own_words_are_shown_as_they_are_and_ours_are_not() -> None:
    assert entry_of(an_event("declined", "카드 한도초과"), "en").words == "카드 한도초과"
    assert entry_of(an_event("strayed", "mismatch"), "en").words == ""


@pytest.mark.parametrize(
    ("by", "who"),
    [
        ("buyer:demo-1", "The buyer"),
        ("shop:server", "The shop"),
        ("webhook", "Asked the provider after a webhook"),
        ("something new", "Payment service"),
    ],
)
def test_a_reporter_is_shown_without_their_name(by: str, who: str) -> None:
    assert reported_by(by, "en") == who


@pytest.mark.parametrize("language", get_args(Language))
@pytest.mark.parametrize("by", [*Source, *(f"{role}:name" for role in Role)])
def test_no_buyer_reads_a_raw_word(by: str, language: Language) -> None:
    shown = entry_of(an_event("closed", by=by), language).who
    assert shown != by
    assert "name" not in shown
    assert bool(HANGUL.search(shown)) == (language == "ko")


@pytest.mark.parametrize("language", get_args(Language))
@pytest.mark.parametrize("reason", Reason)
def test_why_a_payment_failed_is_never_a_raw_word(reason: Reason, language: Language) -> None:
    failed = {"status": "failed", "deposits": []}
    shown = reason_of({**failed, "reason": reason.value}, language)
    assert shown != reason
    assert reason_of({**failed, "reason": "카드 한도초과"}, language) == "카드 한도초과"


def test_every_text_is_there_in_both_languages() -> None:
    for key, text in WORDS.items():
        assert text.ko, key
        assert text.en, key
        assert not HANGUL.search(text.en), key
        assert text.ko.count("{}") == text.en.count("{}"), key
    assert set(SHOWN_BY_SCRIPT) <= words("ko").keys()


def test_every_korean_text_has_one_level_of_politeness() -> None:
    texts = [text.ko for text in WORDS.values()]
    texts += [words.ko for plan in PLANS for words in (plan.tagline, *plan.perks)]
    assert [text for text in texts if re.search(r"(?<![세나까])요([.!]|$)", text)] == []


def test_one_word_is_used_for_each_thing() -> None:
    retired = ("결제사", "들어가기", "나가기", "세 달", "주문하는 분", "서점", "주문 번호", "결제 번호", "돌려")
    assert [(word, text.ko) for word in retired for text in WORDS.values() if word in text.ko] == []


def test_a_window_that_the_buyer_closed_is_no_failure() -> None:
    for reason in QUIET:
        payment = {"status": "failed", "reason": reason, "deposits": [], "strays": [], "refunded": 0, "refunding": 0}
        outcome = outcome_of(payment, "ko")
        assert (outcome.tone, outcome.reason, outcome.may_pay) == ("awaiting", "", True)
        assert outcome.title == "아직 결제하지 않았습니다"


@pytest.mark.parametrize(
    ("cookie", "accept", "language"),
    [
        (None, "en-US,en;q=0.9", "en"),
        (None, "fr-FR,ko;q=0.8,en;q=0.7", "ko"),
        (None, "fr-FR", "ko"),
        ("en", "ko-KR", "en"),
        ("xx", "en", "en"),
    ],
)
def test_the_language_chosen_before_comes_first_then_the_browsers(
    cookie: str | None, accept: str, language: str
) -> None:
    assert preferred(cookie, accept) == language


def test_a_longer_membership_costs_less_a_month() -> None:
    monthly = [plan.monthly for plan in PLANS]
    assert monthly == sorted(monthly, reverse=True)
