"""`python -m support.docs.facts`: the tables of what the sandbox does as the original does, and of the tests of it.

A test says what it proves: `@pytest.mark.fact("§4.2", "documented", "A cancel without an amount cancels all.")`; of a
parametrized one, a single case may. The marks are read from the sources, so the table is made without running a test.

facts_of    the facts of one file of tests
table       a document; there is one for each generation
"""

import ast
import itertools
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import attrs
from support.docs.documents import ROOT

WHERE: Final = (ROOT / "tests" / "unit" / "entrypoints" / "sandbox", ROOT / "tests" / "integration" / "sandbox")
SOURCES: Final = {
    "documented": "the provider's public documentation says so",
    "observed": "seen in answers that public code and tests of others quote",
    "guessed": "nobody says; a setting named in the sentence, where there is one, changes it",
}
V1_SECTIONS: Final = {
    "§1.1": "Getting a token",
    "§1.2": "Life of a token",
    "§1.3": "Sending a token",
    "§2": "Envelope and errors",
    "§3": "Registering an amount",
    "§4.1": "Looking payments up",
    "§4.2": "Cancelling",
    "§4.3": "Virtual accounts by API",
    "§4.4": "Billing keys and schedules",
    "§5": "The payment object",
    "§5.1": "Statuses",
    "§6": "Webhooks",
    "§7.1": "The browser's script",
    "§7.2": "What a window is asked for",
    "§7.3": "What a page hears",
    "§7.4": "Going back by redirect",
    "§7.5": "Asking the shop before the approval",
}
V2_SECTIONS: Final = {
    "V2 §1.1": "Transport",
    "V2 §1.2": "Credentials",
    "V2 §1.3": "Stores and channels",
    "V2 §1.4": "GET with a body",
    "V2 §1.5": "Idempotency keys",
    "V2 §2": "Errors",
    "V2 §2.2": "Errors of a cancel",
    "V2 §3": "Registering an amount",
    "V2 §4.1": "Looking payments up",
    "V2 §4.2": "Lists",
    "V2 §4.3": "Payment events",
    "V2 §4.4": "Virtual accounts",
    "V2 §5.1": "The payment object",
    "V2 §5.2": "Amounts",
    "V2 §5.3": "Methods",
    "V2 §5.5": "Attempts",
    "V2 §6.1": "What a cancel is asked with",
    "V2 §6.3": "What a cancel is answered with",
    "V2 §6.4": "Cancels and PGs",
    "V2 §7.2": "Asking the shop before the approval",
    "V2 §7.3": "Manual approval",
    "V2 §8": "Billing keys, schedules, receipts",
    "V2 §9.1": "The browser's script",
    "V2 §9.2": "What a window is asked for",
    "V2 §9.3": "What a page hears",
    "V2 §9.4": "Going back by redirect",
    "V2 §10.1": "What webhooks say",
    "V2 §10.2": "How they are signed",
    "V2 §10.3": "How often they come",
    "V2 §10.4": "Sending one again",
    "V2 §12": "Traps",
    "V2 §13.2": "V1 payments in V2",
}


@attrs.frozen
class Table:
    """A document, and its sections."""

    path: Path
    title: str
    subtitle: str
    sections: Mapping[str, str]


V1: Final = Table(
    ROOT / "docs" / "sandbox-facts.md",
    "What the sandbox does as Iamport does",
    "샌드박스가 지키는 아임포트의 동작과, 그것을 증명하는 테스트",
    V1_SECTIONS,
)
V2: Final = Table(
    ROOT / "docs" / "sandbox-facts-v2.md",
    "What the sandbox does as PortOne V2 does",
    "샌드박스가 지키는 포트원 V2의 동작과, 그것을 증명하는 테스트",
    V2_SECTIONS,
)
TABLES: Final = (V1, V2)
SECTIONS: Final = {**V1_SECTIONS, **V2_SECTIONS}
HEAD: Final = """# {title}
**{subtitle}**

Made from the tests by `PYTHONPATH=tests python -m support.docs.facts`; do not edit. [The sandbox](sandbox.md)
"""


class FactError(ValueError):
    """A mark that is no fact; says where it stands."""


@attrs.frozen(order=True)
class Fact:
    """One sentence about the provider, where it comes from, and the test that holds the sandbox to it."""

    section: str
    source: str
    sentence: str
    file: Path
    test: str

    def line(self) -> str:
        """Return it as a row of the table."""
        at = self.file.relative_to(ROOT).as_posix()
        return f"| {self.source} | {self.sentence.replace('|', chr(92) + '|')} | [{self.test}](../{at}) |"


def facts_of(file: Path) -> Iterator[Fact]:
    """Yield the facts that the tests in *file* are marked with. Raises FactError."""
    for test in ast.walk(ast.parse(file.read_text())):
        if isinstance(test, ast.FunctionDef) and test.name.startswith("test_"):
            for mark in itertools.chain.from_iterable(map(ast.walk, test.decorator_list)):
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.fact":
                    yield _fact(mark, file, test.name)


def _fact(mark: ast.Call, file: Path, test: str) -> Fact:
    said = [part.value for part in mark.args if isinstance(part, ast.Constant)]
    if len(said) != 3 or said[0] not in SECTIONS or said[1] not in SOURCES or not str(said[2]).endswith("."):
        raise FactError(f"{file}:{mark.lineno}: a fact is a known section, a source of {list(SOURCES)}, a sentence.")
    return Fact(str(said[0]), str(said[1]), str(said[2]), file, test)


def all_facts() -> list[Fact]:
    """Return every fact of the sandbox's tests, by section, the documented ones first."""
    found = {fact for folder in WHERE for file in sorted(folder.rglob("test_*.py")) for fact in facts_of(file)}
    places = {name: place for order in (SECTIONS, SOURCES) for place, name in enumerate(order)}
    return sorted(found, key=lambda fact: (places[fact.section], places[fact.source], attrs.astuple(fact)))


def table(of: Table, facts: list[Fact]) -> str:
    """Return the document, of those of *facts* that are its own."""
    facts = [fact for fact in facts if fact.section in of.sections]
    counts = Counter(fact.source for fact in facts)
    lines = [
        HEAD.format(title=of.title, subtitle=of.subtitle),
        *(f"- **{source}** ({counts[source]}): {meaning}." for source, meaning in SOURCES.items()),
    ]
    for section, group in itertools.groupby(facts, key=lambda fact: fact.section):
        lines += ["", f"## {SECTIONS[section]}", "", "| | fact | test |", "|---|---|---|"]
        lines += [fact.line() for fact in group]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    for each in TABLES:
        each.path.write_text(table(each, all_facts()))
        sys.stdout.write(f"{each.path.relative_to(ROOT)} is made\n")
