"""The glossary has every word that the code makes public, and the same words in both languages."""

import re
from enum import Enum

import pytest
from support.docs.documents import ROOT

from payments.domain.attempt import Disposition
from payments.domain.machine import Status, Trigger
from payments.domain.report import Rank
from payments.domain.use_cases.checkout import Checkout
from payments.domain.use_cases.refreshing import Refresher
from payments.domain.use_cases.refunds import Refunds
from payments.domain.use_cases.sweep import Sweep

ENGLISH, KOREAN = ROOT / "docs" / "glossary.md", ROOT / "docs" / "glossary.ko.md"
USE_CASES = [
    *(Checkout.begin, Checkout.complete, Checkout.abandon, Checkout.cancel, Refresher.record, Refresher.refresh),
    *(Refunds.refund, Refunds.send, Sweep.sweep),
]


def words(text: str) -> list[str]:
    """Return the English word of each row: the first cell, or what stands in brackets in it."""
    cells = [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| ")]
    return [found[1] if (found := re.search(r"\(([^)]+)\)$", cell)) else cell.strip("`") for cell in cells]


def test_both_languages_have_the_same_words():
    korean = [word.removeprefix("對査, ") for word in words(KOREAN.read_text()) if word != "용어"]
    assert korean == [word for word in words(ENGLISH.read_text()) if word != "word"]


@pytest.mark.parametrize("use_case", USE_CASES, ids=lambda use_case: use_case.__name__)
def test_every_use_case_is_explained(use_case):
    assert use_case.__name__ in words(ENGLISH.read_text())


@pytest.mark.parametrize("vocabulary", [Status, Trigger, Rank, Disposition], ids=lambda one: one.__name__)
def test_every_member_of_a_closed_vocabulary_is_named(vocabulary: type[Enum]):
    page = ENGLISH.read_text()
    assert [member.name for member in vocabulary if not re.search(rf"\b{member.name.lower()}\b", page)] == []
