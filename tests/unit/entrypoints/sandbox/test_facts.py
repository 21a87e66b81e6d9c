"""The table of facts is what the tests say, and names every guess."""

import re
from pathlib import Path

import attrs
import pytest
from support.docs.facts import SECTIONS, SOURCES, TABLES, V1, FactError, Table, all_facts, facts_of, table

from payments.entrypoints.sandbox import Guesses
from payments.entrypoints.sandbox.portone_guesses import PortOneGuesses


@pytest.mark.parametrize("of", TABLES, ids=lambda of: of.path.stem)
def test_the_committed_table_is_what_the_tests_say_now(of: Table) -> None:
    assert of.path.read_text() == table(of, all_facts()), "run: PYTHONPATH=tests python -m support.docs.facts"


@pytest.mark.parametrize("guesses", [Guesses, PortOneGuesses])
def test_every_guess_is_a_guessed_fact(guesses: type) -> None:
    named = {
        name for fact in all_facts() if fact.source == "guessed" for name in re.findall("`([^`]+)`", fact.sentence)
    }
    assert {field.name for field in attrs.fields(guesses)} - named == set()


def test_every_section_and_every_source_has_facts() -> None:
    assert {fact.section for fact in all_facts()} == set(SECTIONS)
    assert {fact.source for fact in all_facts()} == set(SOURCES)


def test_no_fact_is_told_twice_with_two_sources() -> None:
    sources: dict[str, set[str]] = {}
    for fact in all_facts():
        sources.setdefault(fact.sentence, set()).add(fact.source)
    assert [sentence for sentence, of in sources.items() if len(of) > 1] == []


def test_a_fact_of_one_case_and_a_fact_with_a_bar_are_in_the_table(tmp_path: Path) -> None:
    file = V1.path.parents[1] / "tests" / "unit" / "entrypoints" / "sandbox" / "test_example.py"
    source = """
@pytest.mark.fact("§6", "observed", "One | other.")
@pytest.mark.parametrize("a", [1, pytest.param(2, marks=pytest.mark.fact("§6", "documented", "Two."))])
def test_it(a): ...
"""
    (tmp_path / "test_it.py").write_text(source)
    found = [attrs.evolve(fact, file=file) for fact in facts_of(tmp_path / "test_it.py")]
    text = table(V1, found)
    assert "| observed | One \\| other. | [test_it](../tests/unit/entrypoints/sandbox/test_example.py) |" in text
    assert "| documented | Two. | [test_it](../tests/unit/entrypoints/sandbox/test_example.py) |" in text


@pytest.mark.parametrize("mark", ['"§9", "observed", "A."', '"§6", "known", "A."', '"§6", "observed", "A"', "1"])
def test_a_mark_that_is_no_fact_is_refused_with_its_place(tmp_path: Path, mark: str) -> None:
    (tmp_path / "test_it.py").write_text(f"@pytest.mark.fact({mark})\ndef test_it(): ...\n")
    with pytest.raises(FactError, match=r"test_it.py:1: "):
        list(facts_of(tmp_path / "test_it.py"))
