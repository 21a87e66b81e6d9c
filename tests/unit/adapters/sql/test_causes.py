"""What an operator reads when the database cannot be used."""

import pytest
import sqlalchemy.exc

from payments.adapters.sql.engine.causes import cause_of
from payments.adapters.sql.engine.failures import domain_error
from payments.adapters.sql.store import open_store
from payments.domain.errors import StorageUnavailable
from payments.domain.values import Mode
from payments.entrypoints.cli.app import advice_on


def failing(text: str) -> sqlalchemy.exc.OperationalError:
    return sqlalchemy.exc.OperationalError("SELECT 1", {}, Exception(text))


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("connection failed: connection to server at 127.0.0.1, port 5432 failed: Connection refused", "Start"),
        ('FATAL:  password authentication failed for user "shop"', "password in database.url"),
        ('FATAL:  database "shopp" does not exist', "createdb"),
        ("failed to resolve host 'dbb': Name or service not known", "Correct the host"),
        ("unable to open database file", "folder"),
        ("file is not a database", "not an SQLite database"),
        ("attempt to write a readonly database", "write to the file"),
    ],
)
def test_each_fault_has_the_drivers_line_and_the_next_step(text: str, step: str) -> None:
    cause = cause_of(failing(text))
    assert " ".join(text.split()) in cause
    assert step in cause


@pytest.mark.parametrize("text", ["bad dsn password=hunter2 host=x", "bad url postgresql://shop:hunter2@db/x"])
def test_a_password_is_never_in_the_line(text: str) -> None:
    assert "hunter2" not in cause_of(failing(text))


def test_the_hint_to_look_first_is_given_only_where_something_was_asked() -> None:
    before, after = (domain_error(failing("gone"), committing=committing) for committing in (False, True))
    assert isinstance(before, StorageUnavailable)
    assert isinstance(after, StorageUnavailable)
    assert advice_on(before)[0] == ""
    assert "payments refresh ID" in advice_on(after)[0]


def test_a_file_of_another_kind_is_said_to_be_one(tmp_path) -> None:
    (tmp_path / "text.db").write_text("this is no database " * 100)
    with pytest.raises(StorageUnavailable) as refused:
        open_store(f"sqlite:///{tmp_path / 'text.db'}", Mode.TEST)
    assert "not an SQLite database" in refused.value.cause
    assert "driver" not in str(refused.value), "what a buyer may read says nothing of the machine"
