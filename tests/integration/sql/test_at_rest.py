"""What stands in a database: nothing personal or secret in clear, and files that only their owner reads."""

import base64
import os
import stat
from pathlib import Path

import attrs
import pytest
import sqlalchemy as sa
from support.api import api_settings, running_api

from payments.adapters.memory.gateway import MemoryGateway
from payments.adapters.sql.engine.connecting import connect, parse
from payments.adapters.sql.engine.failures import NoDatabase
from payments.adapters.sql.move import copy_database
from payments.adapters.sql.schema.naming import metadata
from payments.adapters.sql.schema.upgrading import upgrade
from payments.adapters.sql.store import open_store
from payments.domain.money import Money
from payments.domain.values import Mode

KEY = base64.urlsafe_b64encode(os.urandom(32)).decode()
CANARIES = {
    "name": "김카나리아",
    "phone": "010-7777-4321",
    "email": "canary@buyer.test",
    "holder": "박계좌주",
    "number": "110-987-654321",
    "holder_phone": "010-8888-1234",
}


def dump(url: str) -> str:
    database = connect(parse(url), 1)
    try:
        rows = [tuple(row) for table in metadata.sorted_tables
                for row in database.read(lambda c, table=table: c.execute(sa.select(table)).all())]  # fmt: skip
    finally:
        database.engine.dispose()
    return "\n".join(bytes(value).decode() if isinstance(value, bytes) else str(value) for row in rows for value in row)


def test_nothing_personal_and_no_token_stands_in_the_database_in_clear(url: str):
    settings = api_settings(url)
    settings = attrs.evolve(settings, database=attrs.evolve(settings.database, encryption_keys=(KEY,)))
    gateway = MemoryGateway()
    with running_api(settings=settings, gateway=gateway) as api:
        contact = {name: CANARIES[name] for name in ("name", "phone", "email")}
        headers = api.shop | {"Idempotency-Key": "one"}
        wanted = {"buyer": "kim", "order": "1", "name": "골드", "amount": 12_000, "method": "virtual_account"}
        wanted["contact"] = contact
        begun = api.post("/payments", wanted, headers=headers)
        assert begun.status_code == 201, begun.text
        assert "김카나리아" in begun.json()["window"]["parameters"]["request_pay"].values()
        payment = begun.json()
        attempt = gateway.open(payment["merchant_id"], Money(payment["amount"]))
        gateway.issue_deposit(attempt)
        gateway.deposit(attempt)
        api.post(f"/payments/{payment['merchant_id']}/complete", {"gateway_id": attempt}, headers=headers)
        gateway.lose_refunds()
        account = {"bank": "088", "number": CANARIES["number"], "holder": CANARIES["holder"]}
        refund = api.post(
            f"/payments/{payment['merchant_id']}/refunds",
            {"reason": "x", "account": account | {"phone": CANARIES["holder_phone"]}},
            headers=api.shop | {"Idempotency-Key": "two"},
        )
        assert refund.status_code == 202, refund.text
        stored = dump(url)
        assert payment["merchant_id"] in stored
        assert "gAAAAA" in stored  # the account is there, encrypted
        for canary in (*CANARIES.values(), payment["client_token"]):
            assert canary not in stored
        assert api.post("/payments", wanted, headers=headers).json() == payment


def test_an_account_moves_to_another_database_as_it_is(sqlite_url: str, tmp_path: Path):
    target = f"sqlite:///{tmp_path / 'target.db'}"
    test_nothing_personal_and_no_token_stands_in_the_database_in_clear(sqlite_url)
    copy_database(sqlite_url, target)
    assert dump(sqlite_url).count("gAAAAA") == dump(target).count("gAAAAA") > 0


def test_an_sqlite_file_is_its_owners_alone(tmp_path: Path):
    path = tmp_path / "payments.db"
    before = os.umask(0)
    try:
        upgrade(f"sqlite:///{path}")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    open_store(f"sqlite:///{path}", Mode.TEST).close()
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}


def test_a_missing_file_is_an_error_and_never_an_empty_database(tmp_path: Path):
    path = tmp_path / "mistyped.db"
    with pytest.raises(NoDatabase, match=r"mistyped\.db.*db upgrade"):
        open_store(f"sqlite:///{path}", Mode.TEST)
    with pytest.raises(NoDatabase):
        copy_database(f"sqlite:///{path}", f"sqlite:///{tmp_path / 'target.db'}")
    assert list(tmp_path.iterdir()) == []


def test_creating_is_done_on_demand(tmp_path: Path):
    open_store(f"sqlite:///{tmp_path / 'new.db'}", Mode.TEST, create=True).close()
    assert (tmp_path / "new.db").exists()


def test_a_file_that_disappears_while_it_is_used_is_not_created_again(tmp_path: Path):
    path = tmp_path / "new.db"
    store = open_store(f"sqlite:///{path}", Mode.TEST, create=True)
    store.database.engine.dispose()
    for file in tmp_path.iterdir():
        file.unlink()
    with pytest.raises(Exception, match="cannot be used"):
        store.database.read(lambda connection: connection.execute(sa.text("SELECT 1")))
    store.close()
    assert not path.exists()
