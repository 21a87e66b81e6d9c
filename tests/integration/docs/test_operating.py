"""The operator's documents list every setting there is, as the code has it, and the connections of a process."""

import re

import attrs
import pytest
from support.api import api_settings
from support.docs.documents import ROOT
from support.docs.settings_table import rows
from typed_settings import Secret

from payments.entrypoints.bootstrap import opened_on_loop
from payments.entrypoints.http.edge.descriptors import most_connections
from payments.entrypoints.settings import IamportOptions
from payments.entrypoints.settings.derived import max_concurrent_calls

ROW = re.compile(r"^\| `([a-z_.]+)` \| (.*?) \| (.+) \|$", re.MULTILINE)


def listed(document: str) -> list[tuple[str, str, str]]:
    return ROW.findall((ROOT / "docs" / document).read_text())


def test_the_settings_are_listed_as_the_code_has_them():
    """A setting that is added, renamed, dropped or given another default or meaning is noticed here."""
    assert listed("operating.md") == list(rows())


@pytest.mark.parametrize("document", ["operating.ko.md"])
def test_a_translation_lists_the_same_settings_with_the_same_defaults(document):
    assert [row[:2] for row in listed(document)] == [row[:2] for row in rows()]


@pytest.mark.parametrize("document", ["operating.md", "operating.ko.md"])
def test_the_connections_of_a_process_are_as_many_as_the_documents_say(document):
    account = IamportOptions(key=Secret("k"), secret=Secret("s"), user_code="imp12345678")
    settings = attrs.evolve(api_settings(), iamport=account)
    with opened_on_loop(settings) as fronts:
        calls = max_concurrent_calls(settings) + fronts.calls
    text = (ROOT / "docs" / document).read_text()
    assert most_connections(65_536, calls) == 4_000
    assert re.search(rf"1,024.*\b{most_connections(1_024, calls)}|\b{most_connections(1_024, calls)} .*1,024", text)
