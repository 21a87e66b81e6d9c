"""An SQLite file that cannot be written any more: nothing is acknowledged that is not stored, and reads go on."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from support.api import RunningApi, api_settings, running_api, slug

from payments.adapters.memory.gateway import MemoryGateway
from payments.adapters.sql.engine import sqlite
from payments.adapters.sql.store import open_store
from payments.domain.errors import StorageUnavailable
from payments.domain.values import GatewayId, Mode
from payments.entrypoints.blocking import run


class OpensReadOnly:
    """The driver on a disk that was mounted read-only: a new connection may only read."""

    def __getattr__(self, name: str) -> Any:
        return getattr(sqlite3, name)

    def connect(self, address: str, **options: Any) -> sqlite3.Connection:
        return sqlite3.connect(address.replace("?mode=rw", "?mode=ro"), **options)


@contextmanager
def read_only(monkeypatch: pytest.MonkeyPatch, *apis: RunningApi) -> Iterator[None]:
    """Have all connections opened anew, for reading alone; at the end once more, for both."""
    with monkeypatch.context() as patched:
        patched.setattr(sqlite, "sqlite3", OpensReadOnly())
        _reconnect(*apis)
        yield
    _reconnect(*apis)


def _reconnect(*apis: RunningApi) -> None:
    for api in apis:
        payments: Any = api.service.payments
        payments._front._database.engine.dispose()


def refunded(gateway: MemoryGateway, attempt: GatewayId) -> int:
    report = run(gateway.find(attempt))
    assert report
    return report.refunded


def test_nothing_is_acknowledged_while_the_file_is_read_only_and_nothing_happens_twice(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = MemoryGateway()
    with running_api(settings=api_settings(sqlite_url), gateway=gateway) as api:
        paid, taken = api.paid()
        begun = api.begun("silver")
        attempt = api.approved(begun)
        shop = api.shop
        calls = {
            "begin": ("/payments", {"buyer": "b", "order": "new", "name": "n", "amount": 1_000}),
            "complete": (f"/payments/{begun['merchant_id']}/complete", {"gateway_id": attempt}),
            "refund": (f"/payments/{paid['merchant_id']}/refunds", {"amount": 5_000, "reason": "x"}),
        }

        def ask(name: str) -> Any:
            path, body = calls[name]
            return api.post(path, body, headers=shop | {"Idempotency-Key": name})

        with read_only(monkeypatch, api):
            assert {name: slug(ask(name)) for name in calls} == dict.fromkeys(calls, "storage-unavailable")
            assert api.get("/readyz").status_code == 503
            assert api.get(f"/payments/{paid['merchant_id']}", headers=shop).json()["status"] == "paid"
            assert refunded(gateway, taken) == 0
        answers = {name: ask(name).status_code for name in (*calls, *calls)}
        assert answers == {"begin": 201, "complete": 200, "refund": 201}
        assert api.get("/readyz").status_code == 200
        assert refunded(gateway, taken) == 5_000
        orders = [each["order"] for each in api.get("/payments", headers=shop).json()["payments"]]
        assert sorted(orders) == ["gold", "new", "silver"]


def test_a_file_that_is_read_only_from_the_start_is_refused_with_its_reason(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Path(sqlite_url.removeprefix("sqlite:///")).read_bytes()
    with read_only(monkeypatch), pytest.raises(StorageUnavailable) as refused:
        open_store(sqlite_url, Mode.TEST)
    assert "readonly database" in refused.value.cause
    assert Path(sqlite_url.removeprefix("sqlite:///")).read_bytes() == before
