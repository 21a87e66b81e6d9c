"""The page of the architecture names files that exist, all rooms, and the same in both languages."""

import re

import pytest
from support.docs.documents import ROOT, documents

PAGES = [ROOT / "docs" / "architecture.md", ROOT / "docs" / "architecture.ko.md"]
LINK = re.compile(r"\[`(?P<label>[^`]+)`\]\((?P<target>[^)]+)\)")


def rows(page):
    """Return the files that each row of the table 'where to change what' names."""
    table = [line for line in page.read_text().splitlines() if line.startswith("| ") and " → " not in line]
    return [[found["target"] for found in LINK.finditer(row)] for row in table if LINK.search(row.split("|")[2])]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_is_named_exists(page):
    named = [target for row in rows(page) for target in row]
    assert len(named) > 30
    assert [target for target in named if not (page.parent / target).exists()] == []


@pytest.mark.parametrize(
    "page", [page for page in documents() if page.name != "CHANGELOG.md"], ids=lambda page: page.name
)
def test_every_test_file_that_a_page_names_exists(page):
    named = set(re.findall(r"\btests/[\w/]+\.py", page.read_text()))
    assert {name for name in named if not (ROOT / name).exists()} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_label_is_the_path_of_its_file(page):
    for found in LINK.finditer(page.read_text()):
        path = (page.parent / found["target"]).resolve().relative_to(ROOT)
        assert str(path).removeprefix("src/payments/") == found["label"].rstrip("/")


def test_both_languages_name_the_same_files():
    english, korean = ([[target.replace(".ko.md", ".md") for target in row] for row in rows(page)] for page in PAGES)
    assert english == korean


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_room_is_on_the_page(page):
    rooms = {path.name for path in (ROOT / "src/payments").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert {room for room in rooms if f"`{room}/`" not in page.read_text()} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_its_picture_is_there(page):
    pictures = re.findall(r"!\[[^]]+\]\(([^)]+)\)", page.read_text())
    assert pictures
    assert all((page.parent / picture).read_text().startswith("<svg") for picture in pictures)
