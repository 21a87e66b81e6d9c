"""The FastAPI and Flask guide shows lines of its examples, which the tests run. The one for Django is run itself."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
BLOCK = re.compile(r"<!-- no-run: (?:a part of )?(examples/\S+) -->\n```\w+\n(.*?)```", re.S)
SHOWN_SHORTER = ("...", "sqlite:///payments.db", "def offer_for", "class Order")


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip() and not line.strip().startswith(("#", '"""'))]


@pytest.mark.parametrize("page", ["fastapi.md", "fastapi.ko.md", "flask.md", "flask.ko.md"])
def test_each_line_of_a_guide_is_in_its_example(page: str) -> None:
    blocks = BLOCK.findall((ROOT / "docs" / page).read_text())
    assert blocks
    for example, text in blocks:
        known = "\n".join(lines((ROOT / example).read_text()))
        missing = [line for line in lines(text) if line not in known and not any(one in line for one in SHOWN_SHORTER)]
        assert missing == [], f"{page} shows what {example} does not contain"
