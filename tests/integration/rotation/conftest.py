"""A shop whose secrets are in files, as containers have them.

Files   writes secrets, and reads the settings from them
"""

import base64
import os
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest
from support.endpoint import Endpoint, answers

from payments.entrypoints.bootstrap import opened
from payments.entrypoints.rotation.reloading import Reloading, Source
from payments.entrypoints.rotation.renewals import Renewals
from payments.entrypoints.sandbox import KEY, SECRET, USER_CODE, Sandbox
from payments.entrypoints.sandbox.serve import running_sandbox
from payments.entrypoints.service import Service

OLD = "the old secret of this service, long enough"
NEW = "the new secret of this service, long enough"


def whsec(text: str) -> str:
    return f"whsec_{base64.b64encode(text.encode()).decode()}"


def fernet_key(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()[:32]).decode()


@attrs.frozen
class Files:
    """The files with secrets, by the name of their setting."""

    folder: Path

    def write(self, **secrets: str) -> None:
        for name, secret in secrets.items():
            (self.folder / name).write_text(f"{secret}\n")

    def environment(self, sandbox: Sandbox) -> dict[str, str]:
        """Write the first secrets, and return variables that name the files."""
        self.write(
            http_secret=OLD,
            http_previous_secret="",
            iamport_secret=SECRET,
            portone_api_secret=sandbox.portone.settings.secret,
            buyers_key=OLD + "b",
            buyers_previous_key="",
            webhooks_secrets=whsec(OLD),
            database_encryption_keys=fernet_key(OLD),
        )
        named = {f"{name.name.upper()}_FILE": str(name) for name in self.folder.iterdir()}
        plain = {
            "DATABASE_CREATE": "true",
            "DATABASE_URL": f"sqlite:///{self.folder.parent}/shop.db",
            "IAMPORT_KEY": KEY,
            "IAMPORT_USER_CODE": USER_CODE,
            "IAMPORT_API_URL": sandbox.url,
            "PORTONE_STORE_ID": sandbox.portone.settings.store_id,
            "PORTONE_CHANNEL_KEY": sandbox.portone.settings.channels[0].key,
            "PORTONE_API_URL": sandbox.portone.url,
            "BUYERS_ISSUER": "shop",
            "WEBHOOKS_URL": "http://127.0.0.1:9/",
            "WEBHOOKS_ALLOW_PRIVATE": "true",
        }
        return {f"PAYMENTS_{name}": value for name, value in {**named, **plain}.items()}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox() as running:
        yield running


@pytest.fixture
def files(tmp_path: Path) -> Files:
    folder = tmp_path / "secrets"
    folder.mkdir()
    return Files(folder)


@attrs.frozen
class Rotating:
    """A running shop, and what reads its settings again."""

    service: Service
    reloading: Reloading
    files: Files
    sandbox: Sandbox

    def rotate(self, **secrets: str) -> bool:
        self.files.write(**secrets)
        return self.reloading.reload()


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint(answers(200)) as listening:
        yield listening


@pytest.fixture
def shop(
    sandbox: Sandbox, endpoint: Endpoint, files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Rotating]:
    for name in [name for name in os.environ if name.startswith("PAYMENTS_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    for name, value in files.environment(sandbox).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PAYMENTS_DATABASE_URL", "memory://")
    monkeypatch.setenv("PAYMENTS_WEBHOOKS_URL", endpoint.url)
    source, renewals = Source.of(None), Renewals()
    with opened(source.loaded, renewals=renewals) as service:
        yield Rotating(service, Reloading(source=source, renewals=renewals, running=source.loaded), files, sandbox)
