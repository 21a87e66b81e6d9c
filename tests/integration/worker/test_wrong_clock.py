"""A worker whose machine's clock goes wrong finds nothing due: its heartbeat, its log and `payments check` say so."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.patience import until

from payments.adapters.memory.gateway import MemoryGateway
from payments.adapters.sql.engine import server_clock
from payments.entrypoints.bootstrap import opened
from payments.entrypoints.cli.app import run_command
from payments.entrypoints.settings import DatabaseSettings, HttpSettings, IamportOptions, Settings
from payments.entrypoints.worker import Pace, Worker, loops, running_worker

SLOW = timedelta(minutes=-5)


def set_clock(monkeypatch: pytest.MonkeyPatch, ahead: timedelta) -> None:
    monkeypatch.setattr(server_clock, "local_time", lambda: datetime.now(UTC) + ahead)


@pytest.mark.postgresql
def test_a_clock_that_goes_wrong_ends_the_heartbeat_which_says_why(
    migrated_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(loops, "MAX_BACKOFF_SECONDS", 0.01)
    settings = Settings(
        database=DatabaseSettings(url=migrated_url),
        iamport=IamportOptions(user_code="imp12345678"),
        http=HttpSettings(threads=1),
    )
    beat = tmp_path / "beat"

    def clock() -> dict[str, object]:
        worker._write_heartbeat()
        return next(each for each in json.loads(beat.read_text()) if each["name"] == "clock")

    with (
        opened(settings, gateway=MemoryGateway()) as service,
        running_worker(Worker.of(service, Pace(watch_every=0.01), heartbeat=beat)) as worker,
    ):
        assert clock()["well"]
        set_clock(monkeypatch, SLOW)
        until(lambda: not clock()["well"])
        assert clock()["error"] == "store-wrong-clock"
        beat.unlink()
        worker._write_heartbeat()
        assert not beat.exists()  # so that a probe finds it old
        set_clock(monkeypatch, timedelta())
        until(lambda: (worker._write_heartbeat(), beat.exists())[1])
        assert clock()["well"]
    assert "300 s behind the database server's" in caplog.text


@pytest.mark.postgresql
def test_a_check_says_that_the_clock_is_wrong(
    migrated_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PAYMENTS_DATABASE_URL", migrated_url)
    monkeypatch.setenv("PAYMENTS_IAMPORT_API_URL", "http://127.0.0.1:9")
    set_clock(monkeypatch, SLOW)
    assert run_command(["check"]) == 1
    assert "clock is 300 s behind the database server's" in capsys.readouterr().out
