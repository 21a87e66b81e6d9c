"""The distribution is `payments-kr`, imported as `payments`: whoever installs `payments` gets a stranger's package."""

import importlib.metadata
import re
import tomllib

import pytest
from support.docs.documents import ROOT, documents

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = "|".join(PROJECT["optional-dependencies"])
STRANGER = re.compile(
    rf"(?<![\w.])payments\[({EXTRAS}|\{{)"  # payments[sql], ./payments[server], payments[{extra}]
    r"|\b(pip install|uv add|uvx|pipx install) [-\w ]*['\"]?(\./)?payments(?!-kr)\b"
)


def named_files():
    """Return every file that may tell somebody what to install."""
    sources = [path for path in ROOT.glob("src/**/*") if path.suffix in {".py", ".html", ".js", ".toml"}]
    return [*documents(), *sources, ROOT / "pyproject.toml", ROOT / "run"]


def test_no_document_and_no_message_names_the_strangers_package():
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in named_files()
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if STRANGER.search(line)
    ]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "pip install 'payments[sandbox]'",
        "$ pip install './payments[server,postgres]'",
        "pip install --upgrade payments",
        "uv add payments",
        "where `payments[sql]` is installed",
        "f\"pip install 'payments[{extra}]'\"",
    ],
)
def test_a_line_that_names_the_strangers_package_is_noticed(line):
    assert STRANGER.search(line)


@pytest.mark.parametrize("line", ["pip install 'payments-kr[sql]'", "books.payments[merchant_id]", 'payments["list"]'])
def test_other_lines_are_left_alone(line):
    assert not STRANGER.search(line)


def test_the_distribution_has_the_projects_version_and_command():
    ours = importlib.metadata.distribution("payments-kr")
    assert ours.version == PROJECT["version"]
    assert [entry.name for entry in ours.entry_points.select(group="console_scripts")] == ["payments"]


def test_every_extra_that_names_ours_names_the_distribution():
    wanted = [need for needs in PROJECT["optional-dependencies"].values() for need in needs if "payments" in need]
    assert wanted
    assert all(need.startswith(f"{PROJECT['name']}[") for need in wanted)


@pytest.mark.parametrize("name", ["README.md", "README.ko.md", "docs/operating.md", "docs/operating.ko.md"])
def test_a_reader_learns_which_packages_share_the_import_name(name):
    page = (ROOT / name).read_text()
    assert "django-payments" in page
    assert "`payments` 0.02" in page
