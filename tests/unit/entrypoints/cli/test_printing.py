"""How the commands print: columns that stand under each other in both languages."""

import importlib
import logging
import sys

import pytest

from payments.entrypoints.cli.app import COMMANDS
from payments.entrypoints.cli.common import _language, say, table, width
from payments.entrypoints.cli.words import _WORDS, word
from payments.entrypoints.logs import OneLine


def test_korean_letters_are_two_columns_wide(capsys):
    table([["결제", "12,000원"], ["payment", "5원"]], right=frozenset({1}))
    lines = capsys.readouterr().out.splitlines()
    assert {width(line) for line in lines} == {width("payment") + 2 + width("12,000원")}


@pytest.mark.parametrize("order", ["gold#\x1b[2J", "gold\n999,999원", "gold\r", "gold\u202e5,1", "\x9b2J", "a\u2028b"])
def test_a_strangers_words_neither_steer_the_terminal_nor_begin_a_line(capsys, order):
    """A buyer names the order: fails where an operator's list shows what the buyer wants it to."""
    table([["payment", order, "x"], ["payment", "gold", "x"]])
    say(order)
    out = capsys.readouterr().out
    assert out.count("\n") == 3
    assert all(line.isprintable() for line in out.splitlines())
    assert len({width(line) for line in out.splitlines()[:2]}) == 1


def test_a_strangers_words_begin_no_line_of_the_log_and_a_trace_keeps_its_lines():
    record = logging.LogRecord(
        "payments", logging.ERROR, "", 0, "sweep: %s", ("x\n2026 INFO all is well\x1b[2J",), None
    )
    assert OneLine("%(message)s").format(record) == r"sweep: x\n2026 INFO all is well\x1b[2J"
    try:
        {}["a bug"]
    except KeyError:
        record.exc_info = sys.exc_info()
    assert OneLine("%(message)s").format(record).count("\n") > 2


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


@pytest.mark.parametrize("name", [name for name, (path, _) in COMMANDS.items() if ".cli." in path])
def test_the_help_of_a_command_stands_in_the_table_alone(name):
    module, _, function = COMMANDS[name][0].partition(":")
    command = getattr(importlib.import_module(module), function)
    assert command.__doc__.partition("\n")[0] == f"`payments {name}`."
