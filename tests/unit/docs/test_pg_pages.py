"""The pages of what each PG allows are made from the data, and current."""

import pytest
from support.docs.pg_pages import PAGES, Language, page

from payments.adapters.pg_rules.loading import tables


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_page_is_current(language: Language):
    written = PAGES[language].read_text(encoding="utf-8")
    assert written == page(language), "run `python -m support.docs.pg_pages` in tests/"


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_page_has_every_rule_and_every_pg(language: Language):
    text = page(language)
    assert [rule.id for rule in tables().rules if f"`{rule.id}`" not in text] == []
    assert [pg.key for pg in tables().pgs.values() if f"## {getattr(pg, language)}\n" not in text] == []
