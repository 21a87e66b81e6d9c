"""The texts of the console: each in both languages, and under a key that a template can read."""

import re

import pytest

from payments.domain.people.audit import AuditAction
from payments.entrypoints.console.texts import (
    TEXTS,
    books,
    deeds,
    frame,
    payments,
    people,
    settings,
    settlements,
    today,
)

HANGUL = re.compile("[가-힣]")


@pytest.mark.parametrize("key", TEXTS)
def test_each_text_is_in_both_languages(key: str) -> None:
    assert HANGUL.search(TEXTS[key].ko) or TEXTS[key].ko == "PG"
    assert not HANGUL.search(TEXTS[key].en)
    assert TEXTS[key].en


def test_no_key_is_hidden_by_a_method_of_dict() -> None:
    assert [key for key in TEXTS if hasattr(dict, key)] == []


def test_no_two_rooms_have_a_text_of_the_same_key() -> None:
    parts = [room.TEXTS for room in (books, deeds, frame, payments, people, settings, settlements, today)]
    assert sum(map(len, parts)) == len(TEXTS)


@pytest.mark.parametrize("action", AuditAction)
def test_each_action_of_the_audit_list_has_its_words(action: AuditAction) -> None:
    assert f"did_{action}" in TEXTS
