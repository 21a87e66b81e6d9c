"""Money and time as people write them, in both languages, and every label of the closed vocabularies."""

import importlib
import pkgutil
import re
from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments import domain
from payments.domain.attempt import Disposition
from payments.domain.errors import BadInput
from payments.domain.event import EventKind, Reason, Source
from payments.domain.machine import Status
from payments.domain.money import EXPONENTS, MAX_MINOR
from payments.domain.refund import RefundStatus
from payments.domain.report import Rank
from payments.domain.values import Method, Role
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
def test_a_written_sum_is_read_back_to_the_last_minor_unit(
    minor: int, currency: str, language: display.Language
) -> None:
    assert display.read_money(display.money(minor, currency, language), currency) == minor


@pytest.mark.parametrize("text", ["", "abc", "-5", "0", "1.5", "NaN", "Infinity", "1e999999", "12,000won", "won"])
def test_text_that_is_not_a_sum_of_won_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        display.read_money(text, "KRW")


@pytest.mark.parametrize("text", ["12.000", "12000.", "1e4", "1_000", "1,00", "1,2345", ",100", "1,000,00", "1, 000"])
def test_ambiguous_sums_of_won_are_refused(text: str) -> None:
    """Elsewhere a full stop groups thousands: somebody who types 12.000 does not mean twelve won."""
    with pytest.raises(BadInput):
        display.read_money(text, "KRW")


@pytest.mark.parametrize("text", ["1,99", "19,99", "1.234,50", "19.999", ".5", "19."])
def test_a_comma_is_never_ignored(text: str) -> None:
    """Fails where 1,99 refunds 199 dollars."""
    with pytest.raises(BadInput):
        display.read_money(text, "USD")


def test_a_time_is_shown_as_a_clock_in_seoul_shows_it() -> None:
    at = datetime(2026, 11, 23, 16, 5, 9, tzinfo=UTC)  # already tomorrow in Seoul
    assert display.moment(at, "ko") == "2026년 11월 24일 01:05"
    assert display.moment(at, "en", seconds=True) == "24 Nov 2026, 01:05:09"
    assert display.moment(at, "en", "Europe/Berlin") == "23 Nov 2026, 17:05"


LABELS: dict[type[Enum], Callable[[Any, display.Language], str]] = {
    Status: display.status,
    Method: display.method,
    EventKind: display.event_kind,
    Disposition: display.disposition,
    Rank: display.attempt_state,
    RefundStatus: display.refund_status,
    Role: display.role,
    Reason: display.reason,
    Source: display.source,
}


@pytest.mark.parametrize("vocabulary", LABELS, ids=lambda vocabulary: vocabulary.__name__)
def test_every_member_of_a_vocabulary_has_a_label_in_both_languages(vocabulary: type[Enum]) -> None:
    for member in vocabulary:
        korean, english = LABELS[vocabulary](member, "ko"), LABELS[vocabulary](member, "en")
        assert re.search("[가-힣]", korean) or korean == english, member  # some brands are written the same
        assert english[0].isupper() or member is Method.LPAY or member is Method.SKPAY, member
        assert not re.search("[가-힣]", english), member
        assert member.value not in (korean, english), member


def test_every_vocabulary_of_the_domain_has_labels_or_is_for_programs() -> None:
    """Fails where a new enum comes along, until somebody decides whether people read it."""
    for_programs = set("AlarmKind Level Listing Mode Outcome PeriodOf Regression Scope SettledBy Trigger".split())
    with_words_beside_their_pages = set("AuditAction FindingKind Grouping MovementKind SettlementFindingKind".split())
    modules = [
        importlib.import_module(found.name) for found in pkgutil.walk_packages(domain.__path__, "payments.domain.")
    ]
    found = {
        enum.__name__
        for module in modules
        for enum in vars(module).values()
        if isinstance(enum, type) and issubclass(enum, Enum) and enum.__module__.startswith("payments.domain.")
    }
    assert found == {enum.__name__ for enum in LABELS} | for_programs | with_words_beside_their_pages


def test_text_that_is_no_member_is_shown_as_it_is() -> None:
    assert display.method("a brand of tomorrow", "en") == "a brand of tomorrow"
    assert display.reason("카드 한도초과", "en") == "카드 한도초과"


@pytest.mark.parametrize(
    ("by", "to_the_shop", "to_a_buyer"),
    [
        ("buyer:demo-1", "Buyer (demo-1)", "Buyer"),
        ("shop:cli:kim", "Shop (cli:kim)", "Shop"),
        ("system:cron", "Payment service (cron)", "Payment service"),
        ("clock", "A deadline passed", "A deadline passed"),
        ("something new", "something new", "Payment service"),
    ],
)
def test_only_the_shop_reads_who_it_was_by_name(by: str, to_the_shop: str, to_a_buyer: str) -> None:
    assert display.source(by, "en") == to_the_shop
    assert display.source(by, "en", names=False) == to_a_buyer
