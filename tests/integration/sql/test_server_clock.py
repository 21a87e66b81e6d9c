"""A machine whose clock is an hour wrong says so, instead of finding nothing due."""

from datetime import UTC, datetime, timedelta

import pytest

from payments.adapters.sql.engine import server_clock
from payments.adapters.sql.engine.failures import WrongClock
from payments.adapters.sql.store import open_store
from payments.domain.values import Mode
from payments.entrypoints.blocking import run

WRONG = [timedelta(hours=-1), timedelta(minutes=-5), timedelta(hours=1)]


def set_clock(monkeypatch: pytest.MonkeyPatch, ahead: timedelta) -> None:
    monkeypatch.setattr(server_clock, "local_time", lambda: datetime.now(UTC) + ahead)


@pytest.mark.postgresql
@pytest.mark.parametrize("ahead", WRONG, ids=str)
def test_a_wrong_clock_is_refused_at_the_start(migrated_url: str, monkeypatch: pytest.MonkeyPatch, ahead: timedelta):
    set_clock(monkeypatch, ahead)
    word = "ahead of" if ahead > timedelta() else "behind"
    with pytest.raises(WrongClock, match=f"clock is .* {word} the database server's"):
        open_store(migrated_url, Mode.TEST)


@pytest.mark.postgresql
def test_a_clock_that_goes_wrong_later_makes_the_service_unready(migrated_url: str, monkeypatch: pytest.MonkeyPatch):
    store = open_store(migrated_url, Mode.TEST)
    assert run(store.health()) is None
    set_clock(monkeypatch, timedelta(hours=1))
    assert "ahead of" in str(run(store.health()))
    set_clock(monkeypatch, timedelta(seconds=5))
    assert run(store.health()) is None
    store.close()


def test_an_sqlite_file_is_used_by_the_clock_of_its_own_machine(sqlite_url: str, monkeypatch: pytest.MonkeyPatch):
    set_clock(monkeypatch, timedelta(hours=1))
    store = open_store(sqlite_url, Mode.TEST)
    assert run(store.health()) is None
    store.close()
