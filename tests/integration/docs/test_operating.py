"""The operator's documents list every setting there is, as the code has it."""

import re

import pytest
from support.docs.documents import ROOT
from support.docs.settings_table import rows

ROW = re.compile(r"^\| `([a-z_.]+)` \| (.*?) \| (.+) \|$", re.MULTILINE)


def listed(document: str) -> list[tuple[str, str, str]]:
    return ROW.findall((ROOT / "docs" / document).read_text())


def test_the_settings_are_listed_as_the_code_has_them():
    """A setting that is added, renamed, dropped or given another default or meaning is noticed here."""
    assert listed("operating.md") == list(rows())


@pytest.mark.parametrize("document", ["operating.ko.md"])
def test_a_translation_lists_the_same_settings_with_the_same_defaults(document):
    assert [row[:2] for row in listed(document)] == [row[:2] for row in rows()]
