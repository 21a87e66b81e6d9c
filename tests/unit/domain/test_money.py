"""Money is whole, positive, bounded and of one known currency, or it does not exist."""

import operator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.domain.errors import BadInput
from payments.domain.money import EXPONENTS, MAX_MINOR, Money, minor_units, whole

currencies = st.sampled_from(sorted(EXPONENTS))
amounts = st.integers(1, MAX_MINOR)
NO_AMOUNTS = [
    True,
    False,
    1.0,
    0.1,
    float("nan"),
    float("inf"),
    "1000",
    b"1",
    None,
    0,
    -1,
    MAX_MINOR + 1,
    Decimal(1000),
]
NO_NUMBERS = [Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal("-Infinity"), 1000, 1000.0, "1000", None]


@pytest.mark.parametrize("value", NO_AMOUNTS, ids=repr)
def test_only_a_positive_int_that_a_browser_can_hold_is_an_amount(value: Any) -> None:
    with pytest.raises(BadInput):
        Money(value, "KRW")


@pytest.mark.parametrize("value", ["krw", "KRW ", "", "XXX", "BTC", None, 410, ["KRW"]], ids=repr)
def test_only_an_iso_code_is_a_currency(value: Any) -> None:
    with pytest.raises(BadInput):
        Money(1000, value)


def test_the_least_and_the_greatest_price_exist() -> None:
    assert (Money(1).minor, Money(MAX_MINOR).minor) == (1, 2**53 - 1)


def test_whole_admits_zero_only_where_it_is_asked_for() -> None:
    assert whole(0) == 0
    with pytest.raises(BadInput, match="A refund"):
        whole(0, least=1, what="A refund")


@given(amounts, currencies)
def test_money_survives_the_round_trip_through_decimals_in_every_currency(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert Money.from_major(money.to_major(), currency) == money
    assert Money.from_major(Decimal(str(money.to_major())), currency) == money  # as text on a wire


@pytest.mark.parametrize(
    ("minor", "currency", "major"),
    [
        (12_000, "KRW", "12000"),
        (500, "JPY", "500"),
        (1_999, "USD", "19.99"),
        (1, "USD", "0.01"),
        (1_005, "KWD", "1.005"),
    ],
)
def test_minor_units_mean_what_people_write(minor: int, currency: str, major: str) -> None:
    assert Money(minor, currency).to_major() == Decimal(major)
    assert Money.from_major(Decimal(major), currency) == Money(minor, currency)


@pytest.mark.parametrize("value", NO_NUMBERS, ids=repr)
def test_only_a_finite_decimal_is_read_as_money(value: Any) -> None:
    with pytest.raises(BadInput):
        minor_units(value, "KRW")


@pytest.mark.parametrize(
    ("value", "currency"),
    [
        ("1000.5", "KRW"),
        ("19.999", "USD"),
        ("0.0001", "KWD"),
        ("1e-7", "KRW"),
        ("1000.00000000000000000000000000000000001", "KRW"),  # finer than Decimal's default precision of 28 digits
        ("1e-999999", "KRW"),
        ("1e-999999999", "KRW"),
    ],
)
def test_a_fraction_finer_than_the_currency_is_refused_and_never_rounded(value: str, currency: str) -> None:
    with pytest.raises(BadInput):
        minor_units(Decimal(value), currency)


@pytest.mark.parametrize("value", ["0", "-1000", "9007199254740992", "1e400", "1e999999999"])
def test_zero_less_and_too_much_are_no_price(value: str) -> None:
    with pytest.raises(BadInput):
        Money.from_major(Decimal(value), "KRW")


@given(st.decimals(allow_nan=True, allow_infinity=True), currencies)
def test_reading_a_number_is_exact_or_refused(value: Decimal, currency: str) -> None:
    try:
        minor = minor_units(value, currency)
    except BadInput:
        return
    assert Decimal(minor) == value * 10 ** EXPONENTS[currency]


OPERATORS = [
    operator.add,
    operator.sub,
    operator.mul,
    operator.truediv,
    operator.lt,
    operator.le,
    operator.gt,
    operator.ge,
]


@pytest.mark.parametrize("operate", OPERATORS, ids=lambda o: o.__name__)
@pytest.mark.parametrize("other", [Money(1, "USD"), Money(1, "KRW"), 1], ids=repr)
def test_there_is_no_arithmetic_that_could_mix_currencies(operate: Any, other: Any) -> None:
    with pytest.raises(TypeError):
        operate(Money(1, "KRW"), other)


def test_equal_numbers_of_different_currencies_differ() -> None:
    assert Money(1000, "KRW") != Money(1000, "JPY")


def test_money_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Money(1000).minor = 1  # type: ignore[misc]


@pytest.mark.parametrize("value", [-1, MAX_MINOR + 1, "12000"])
def test_the_refusal_of_a_price_says_that_it_is_about_the_price(value: Any) -> None:
    with pytest.raises(BadInput, match=r"^A price must be a whole number of minor units between 1 and"):
        Money(value)
