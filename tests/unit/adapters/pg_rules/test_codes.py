"""Banks and card companies: one table for both generations, and for the names that people read."""

import pytest

from payments.adapters.pg_rules.codes import codes
from payments.adapters.portone.words import bank_name, bank_of, card_name
from payments.domain.use_cases.banks import BANKS, DAOU_CODES


def test_every_bank_that_a_refund_may_name_has_its_codes_and_no_other():
    assert codes().banks.keys() == BANKS.keys()


def test_no_two_banks_or_cards_have_one_name():
    for names in (
        [bank.v2 for bank in codes().banks.values()],
        [bank.daou for bank in codes().banks.values() if bank.daou],
        [card.v2 for card in codes().cards.values()],
        [card.ko for card in codes().cards.values()],
    ):
        assert len(names) == len(set(names))


@pytest.mark.parametrize("spelled", ["088", "88", "BK88", "bk88"])
def test_v2_knows_a_bank_in_every_spelling(spelled: str):
    assert bank_of(spelled) == "SHINHAN"
    assert bank_name("SHINHAN") == "신한은행"


def test_what_nobody_knows_stays_as_it_is():
    assert bank_of("999") is None
    assert bank_name("MISC_FOREIGN") == "MISC_FOREIGN"
    assert card_name("") == ""


@pytest.mark.parametrize("name", ["SHINHAN_CARD", "CARD_COMPANY_SHINHAN_CARD"])
def test_a_card_company_is_told_by_the_name_on_the_card(name: str):
    assert card_name(name) == "신한카드"


def test_codes_of_daou_alone_are_understood_in_refunds():
    assert {bank.daou for bank in codes().banks.values()} >= DAOU_CODES - {"05"}  # 05 is the former KEB, now Hana
