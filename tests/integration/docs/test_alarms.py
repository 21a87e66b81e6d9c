"""Whoever is woken by an alarm finds its chapter, in both languages."""

import re

import pytest
from support.docs.documents import ROOT

from payments.domain.ports import AlarmKind

PAGES = {"operating.md": "## At 2 a.m.", "operating.ko.md": "## 새벽 2시에"}


@pytest.mark.parametrize("page", PAGES)
def test_every_kind_of_alarm_has_its_chapter_for_the_night(page):
    _, night, chapters = (ROOT / "docs" / page).read_text().partition(PAGES[page])
    assert night
    titles = re.findall(r"^### .+$", chapters, re.MULTILINE)
    assert [kind for kind in AlarmKind if not any(f"`{kind}`" in title for title in titles)] == []


@pytest.mark.parametrize("page", PAGES)
def test_a_chapter_names_no_alarm_that_does_not_exist(page):
    chapters = (ROOT / "docs" / page).read_text().partition(PAGES[page])[2]
    named = {name for title in re.findall(r"^### .+$", chapters, re.MULTILINE) for name in re.findall("`(.+?)`", title)}
    assert named == set(AlarmKind)
