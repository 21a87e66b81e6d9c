"""Money and time as people write them, in both languages, and every word of the closed vocabularies."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.domain.attempt import Disposition
from payments.domain.errors import BadInput
from payments.domain.event import EventKind
from payments.domain.machine import Status
from payments.domain.money import EXPONENTS, MAX_MINOR
from payments.domain.values import Method
from payments.entrypoints import display


@pytest.mark.parametrize(
    ("minor", "currency", "korean", "english"),
    [
        (12_000, "KRW", "12,000원", "₩12,000"),
        (0, "KRW", "0원", "₩0"),
        (-500, "KRW", "-500원", "-₩500"),
        (1_999, "USD", "US$19.99", "$19.99"),
        (5, "USD", "US$0.05", "$0.05"),
        (3_000, "JPY", "3,000엔", "¥3,000"),
        (1_234_567, "KWD", "KWD 1,234.567", "KWD 1,234.567"),
        (MAX_MINOR, "KRW", "9,007,199,254,740,991원", "₩9,007,199,254,740,991"),
    ],
)
def test_money_is_written_as_people_write_it(minor: int, currency: str, korean: str, english: str) -> None:
    assert (display.money(minor, currency, "ko"), display.money(minor, currency, "en")) == (korean, english)


@given(st.integers(1, MAX_MINOR), st.sampled_from(sorted(EXPONENTS)), st.sampled_from(["ko", "en"]))
def test_what_is_written_is_read_back_to_the_last_minor_unit(
    minor: int, currency: str, language: display.Language
) -> None:
    assert display.read_money(display.money(minor, currency, language), currency) == minor


@pytest.mark.parametrize("text", ["", "abc", "-5", "0", "1.5", "NaN", "Infinity", "1e999999", "12,000won", "won"])
def test_what_is_no_sum_of_won_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(BadInput):
        display.read_money(text, "KRW")


@pytest.mark.parametrize("text", ["12.000", "12000.", "1e4", "1_000", "1,00", "1,2345", ",100", "1,000,00", "1, 000"])
def test_what_might_be_meant_otherwise_is_no_sum_of_won(text: str) -> None:
    """Elsewhere a full stop groups thousands: who types 12.000 does not mean to give back twelve won."""
    with pytest.raises(BadInput):
        display.read_money(text, "KRW")


@pytest.mark.parametrize("text", ["1,99", "19,99", "1.234,50", "19.999", ".5", "19."])
def test_a_comma_is_never_taken_for_nothing(text: str) -> None:
    """Fails where 1,99 gives back 199 dollars."""
    with pytest.raises(BadInput):
        display.read_money(text, "USD")


def test_a_time_is_shown_as_a_clock_in_seoul_shows_it() -> None:
    at = datetime(2026, 11, 23, 16, 5, 9, tzinfo=UTC)  # already tomorrow in Seoul
    assert display.moment(at, "ko") == "2026년 11월 24일 01:05"
    assert display.moment(at, "en", seconds=True) == "24 Nov 2026, 01:05:09"
    assert display.moment(at, "en", "Europe/Berlin") == "23 Nov 2026, 17:05"


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_word_of_the_vocabularies_is_translated(language: display.Language) -> None:
    words = [
        *(display.status(value, language) for value in Status),
        *(display.method(value, language) for value in Method),
        *(display.event(value, language) for value in EventKind),
        *(display.disposition(value, language) for value in Disposition),
    ]
    assert all(words)
    assert display.method("a brand of tomorrow", language) == "a brand of tomorrow"
