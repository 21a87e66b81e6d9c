"""Typed cards: what is a card, what is shown of it, and how long it can pay."""

import pytest
from support.sandbox import CARD

from payments.entrypoints.sandbox.billing.cards import Card, has_expired


@pytest.mark.fact("§5", "documented", "A card's number is shown with its middle hidden.")
@pytest.mark.parametrize("number", ["4092-0230-1234-1234", "4092023012341234", "3782-822463-10005"])
def test_a_card_is_shown_with_its_middle_hidden(number: str) -> None:
    shown = Card.of(number, "2030-12").shown("nice")["card_number"]
    digits = number.replace("-", "")
    assert (shown[:8], shown[-4:], set(shown[8:-4])) == (digits[:8], digits[-4:], {"*"})
    assert digits not in repr(Card.of(number, "2030-12"))


@pytest.mark.parametrize(
    ("number", "expiry"),
    [("", "2030-12"), ("card", "2030-12"), ("4092" * 5, "2030-12"), ("4092" * 4, "2030-13"), ("4092" * 4, "12/30")],
)
def test_what_is_no_card_is_refused(number: str, expiry: str) -> None:
    with pytest.raises(ValueError):
        Card.of(number, expiry)


def test_a_card_lives_through_its_last_month_in_korea() -> None:
    new_year_in_korea = 1_704_034_800  # 2023-12-31T15:00:00Z
    assert not has_expired("2023-12", new_year_in_korea - 1)
    assert has_expired("2023-12", new_year_in_korea)
    assert not has_expired("", new_year_in_korea)


@pytest.mark.fact("§5", "documented", "Only newer PGs tell a card's issuer and publisher.")
def test_the_same_card_is_of_the_same_company_everywhere() -> None:
    nice, toss = CARD.shown("nice"), CARD.shown("tosspayments")
    assert nice["card_code"] == toss["card_code"] == toss["card_issuer_code"]
    assert "card_issuer_code" not in nice
    assert CARD.shown("html5_inicis")["card_type"] is None
