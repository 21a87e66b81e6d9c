"""Programs that embed us take new secrets too, and keep SIGHUP for themselves."""

import asyncio
import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from integration.rotation.conftest import NEW, OLD, Files
from support.api import signed
from support.patience import until

from payments.entrypoints.blocking import run
from payments.entrypoints.hosts.asgi import payments_app
from payments.entrypoints.hosts.renewing import opened_from
from payments.entrypoints.rotation import watching
from payments.entrypoints.rotation.reloading import Source
from payments.entrypoints.sandbox import Sandbox
from payments.entrypoints.service import Service
from payments.entrypoints.tokens import BadToken


@pytest.fixture(autouse=True)
def environment(sandbox: Sandbox, files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The settings of a shop in this process's environment, looked at often."""
    for name in [name for name in os.environ if name.startswith("PAYMENTS_")]:
        monkeypatch.delenv(name)
    for name, value in (files.environment(sandbox) | {"PAYMENTS_DATABASE_URL": "memory://"}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(watching, "LOOK_EVERY_SECONDS", 0.02)
    before = signal.getsignal(signal.SIGHUP)
    yield
    assert signal.getsignal(signal.SIGHUP) is before


def accepts(service: Service, key: str) -> bool:
    assert service.buyer_tokens
    try:
        service.buyer_tokens.claims(signed({}, key + "b"))
    except BadToken:
        return False
    return True


def failing(service: Service) -> bool:
    """Whether the metrics say that changed settings cannot be used."""
    assert service.metrics
    text = run(service.metrics.text(datetime.now(UTC), service.backlog, {}))
    return "payments_settings_reload_failed 1.0" in text


def test_a_blocking_program_takes_a_new_secret(files: Files) -> None:
    with opened_from(Source.of()) as service:
        assert (accepts(service, OLD), accepts(service, NEW)) == (True, False)
        files.write(buyers_key=NEW + "b")
        until(lambda: accepts(service, NEW))
        assert not accepts(service, OLD)


def test_a_mounted_app_takes_a_new_secret_and_its_metrics_show_one_that_cannot_be_used(files: Files) -> None:
    pay = payments_app(Source.of(), worker=False)

    def rotate() -> None:
        files.write(buyers_key="short")
        until(lambda: failing(pay.service))
        assert accepts(pay.service, OLD)
        files.write(buyers_key=NEW + "b")
        until(lambda: accepts(pay.service, NEW))
        until(lambda: not failing(pay.service))

    async def program() -> None:
        async with pay.lifespan():
            await asyncio.to_thread(rotate)

    asyncio.run(program())
