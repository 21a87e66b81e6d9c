"""A secret of a Django project that is the path of a file: read at the start, and again when it changes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from support.api import signed
from support.patience import until

from payments.entrypoints.django import conf, wiring
from payments.entrypoints.rotation import watching
from payments.entrypoints.service import BadSettings
from payments.entrypoints.tokens import BadToken

OLD = "the old key of buyers, long enough for a hash"
NEW = "the new key of buyers, long enough for a hash"


@pytest.fixture
def key(project: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file of the key for buyers' tokens, which the project's settings name."""
    file = tmp_path / "buyers-key"
    file.write_text(f"{OLD}\n")
    buyers = {"key": file, "issuer": "shop", "audience": "payments"}
    monkeypatch.setattr(settings, "PAYMENTS", {**settings.PAYMENTS, "buyers": buyers})
    monkeypatch.setattr(watching, "LOOK_EVERY_SECONDS", 0.02)
    wiring.close()
    yield file
    wiring.close()


def accepts(key: str) -> bool:
    verifier = wiring.service().buyer_tokens
    assert verifier
    try:
        verifier.claims(signed({}, key))
    except BadToken:
        return False
    return True


def test_a_new_secret_is_taken_without_a_restart(key: Path) -> None:
    assert (accepts(OLD), accepts(NEW)) == (True, False)
    key.write_text(f"{NEW}\n")
    until(lambda: accepts(NEW))
    assert not accepts(OLD)


@pytest.mark.parametrize("content", [None, "", "x" * 70_000])
def test_a_file_without_a_secret_is_refused_by_the_name_of_its_setting(key: Path, content: str | None) -> None:
    key.unlink() if content is None else key.write_text(content)
    with pytest.raises(BadSettings, match=r"buyers\.key names a file that"):
        conf.load()
