"""What the tests of the command line ask for.

├── environment   settings of a test shop on an SQLite file, and nothing of whoever runs the tests
└── operator      that shop with its tables, and its operator's command line
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from integration.cli.operators import Operator

from payments.entrypoints.bootstrap import opened, upgrade_database
from payments.entrypoints.sandbox import KEY, SECRET, USER_CODE, Sandbox
from payments.entrypoints.sandbox.serve import running_sandbox
from payments.entrypoints.settings import DatabaseSettings, Settings, load_settings


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox() as running:
        yield running


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox) -> None:
    """Settings of a test shop; nothing of whoever runs the tests."""
    for name in [name for name in os.environ if name.startswith("PAYMENTS_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    settings = {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'shop.sqlite3'}",
        "IAMPORT_KEY": KEY,
        "IAMPORT_SECRET": SECRET,
        "IAMPORT_USER_CODE": USER_CODE,
        "IAMPORT_API_URL": sandbox.url,
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"PAYMENTS_{name}", value)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with empty tables."""
    file = tmp_path_factory.mktemp("tables") / "empty.sqlite3"
    upgrade_database(Settings(database=DatabaseSettings(url=f"sqlite:///{file}")))
    return file


@pytest.fixture
def operator(environment, sandbox, capsys, tables, tmp_path) -> Iterator[Operator]:
    shutil.copyfile(tables, tmp_path / "shop.sqlite3")
    with opened(load_settings()) as service:
        capsys.readouterr()
        yield Operator(sandbox, service, capsys)
