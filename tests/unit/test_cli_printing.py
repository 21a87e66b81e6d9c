"""How the commands print: columns that stand under each other in both languages."""

import pytest

from payments.entrypoints.cli_common import _language, table, width
from payments.entrypoints.cli_words import _WORDS, word


def test_korean_letters_are_two_columns_wide(capsys):
    table([["결제", "12,000원"], ["payment", "5원"]], right=frozenset({1}))
    lines = capsys.readouterr().out.splitlines()
    assert {width(line) for line in lines} == {width("payment") + 2 + width("12,000원")}


@pytest.mark.parametrize("key", _WORDS)
def test_every_label_is_in_both_languages_with_the_same_gaps(key):
    korean, english = _WORDS[key]
    gaps = [{part.split("}")[0] for part in text.split("{")[1:]} for text in (korean, english)]
    assert gaps[0] == gaps[1]
    assert korean
    assert english


def test_a_label_is_filled(capsys):
    told = word("refund is done", "ko", amount="5,000원", failure="")
    assert told == "5,000원 환불했습니다."


@pytest.mark.parametrize(("lang", "language"), [("ko_KR.UTF-8", "ko"), ("en_US.UTF-8", "en"), ("C", "en"), ("", "en")])
def test_the_language_is_that_of_the_terminal(monkeypatch, lang, language):
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", lang)
    assert _language() == language
