"""The documents name the metrics that exist."""

import re

import pytest
from support.docs.documents import ROOT
from support.metrics import names

PAGES = {"operating.md": "### Metrics", "operating.ko.md": "### 지표"}


@pytest.mark.parametrize("page", PAGES)
def test_the_table_has_every_metric_and_no_other(page):
    _, found, rest = (ROOT / "docs" / page).read_text().partition(PAGES[page])
    assert found
    rows = re.findall(r"^\| (`payments_.+?) \|", rest.partition("\n## ")[0], re.MULTILINE)
    assert {name for row in rows for name in re.findall("`(.+?)`", row)} == names()
