"""What we depend on: its licences, and the versions and hashes in requirements.lock."""

import re
from importlib.metadata import Distribution, distribution, distributions
from pathlib import Path
from typing import Final

import pytest

LOCK: Final = Path(__file__).resolve().parents[2] / "requirements.lock"
PIN: Final = re.compile(r"([A-Za-z0-9_.-]+)==([^ ;\\]+)(?: ; ([^\\]+))?")
PERMISSIVE: Final = re.compile(
    r"\b(MIT(-0)?|BSD([- ][23]-Clause)?|0BSD|Apache([- ]2\.0| Software)|PSF(-2\.0)?|Python Software Foundation|ISC)\b"
)
WEAK_COPYLEFT: Final = {  # used as they are, as files of their own; nothing of ours must be opened for that
    "certifi": "MPL-2.0",
    "psycopg": "LGPL-3.0",
    "psycopg-binary": "LGPL-3.0",
}


def pins() -> dict[str, str]:
    """Return each package in the lock, with its version."""
    found = (PIN.match(line) for line in LOCK.read_text().splitlines() if not line.startswith((" ", "#")))
    return {match[1]: match[2] for match in found if match}


def installed() -> list[str]:
    """Return the packages in the lock that are for this system and Python."""
    found = {each.metadata["Name"].lower() for each in distributions()}
    return sorted(name for name in pins() if name in found)


def licence_of(package: Distribution) -> str:
    """Return what its metadata says of its licence: an SPDX expression, else classifiers and the free text."""
    told = package.metadata
    classifiers = [each for each in told.get_all("Classifier") or () if each.startswith("License")]
    return " ".join([told.get("License-Expression") or "", *classifiers, (told.get("License") or "")[:200]])


@pytest.mark.parametrize("name", installed())
def test_a_dependency_has_a_licence_that_asks_nothing_of_a_shop(name: str):
    told = licence_of(distribution(name))
    expected = WEAK_COPYLEFT.get(name)
    assert PERMISSIVE.search(told) or (expected and re.search("MPL|Mozilla|LGPL|Lesser", told)), told


def test_the_lock_names_no_host_and_has_a_hash_for_every_package():
    text = LOCK.read_text()
    assert "://" not in text
    assert "index" not in text
    blocks = re.split(r"\n(?=\S)", text.strip())
    assert len(blocks) == len(pins())
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_the_lock_holds_what_the_extra_all_asks_for():
    """Fails where a dependency was added and `./run lock` was forgotten."""
    asked, wanted = {"all"}, set[str]()
    requires = [str(each) for each in distribution("payments-kr").requires or ()]
    for _ in range(4):  # extras name extras
        for each in requires:
            extra = re.search(r"extra == ['\"]([a-z]+)['\"]", each)
            if extra and extra[1] not in asked:
                continue
            name = re.match(r"[A-Za-z0-9_.-]+", each)
            inner = re.match(r"payments-kr\[([a-z,]+)\]", each)
            asked |= set(inner[1].split(",")) if inner else set()
            wanted |= {name[0].lower()} if name and not inner else set()
    assert wanted - pins().keys() == set()
