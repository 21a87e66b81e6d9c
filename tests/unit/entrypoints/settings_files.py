"""What tests of settings share: an environment without our variables, and a file to load."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from payments.entrypoints.settings import Settings, load_settings

LIVE_SECRET = "Yq3vT8mKx0Lr5Zs2Wd7Nb4Hg9Fc6Jp1A"
LIVE = {
    "mode": "live",
    "database.url": "sqlite:///live.db",
    "database.create": True,
    "http.secret": LIVE_SECRET,
    "http.public_url": "https://pay.shop.test",
    "http.allowed_hosts": ["pay.shop.test"],
    "iamport.key": "k",
    "iamport.secret": "s",
    "iamport.user_code": "imp87654321",
}


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("PAYMENTS_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def loaded(text: str = "") -> Settings:
    Path("payments.toml").write_text(text, encoding="utf-8")
    return load_settings()


def toml(values: Mapping[str, object]) -> str:
    """Return dotted names as a TOML document."""
    return "\n".join(f"{name} = {_written(value)}" for name, value in values.items())


def _written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(_written, value))}]"
    return '"""' + value.replace("\\", "\\\\") + '"""' if isinstance(value, str) else str(value)
