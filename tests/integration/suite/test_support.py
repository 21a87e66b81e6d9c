"""The tests' own tools: what other tests take for granted, tried here."""

import asyncio
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from support.browser.chromium import PHONE
from support.patience import day_ends_in, until
from support.postgres import binaries
from support.postgres.server import Postgres


def test_a_crashed_server_comes_back_with_what_was_committed(crashable_postgresql):
    with psycopg.connect(crashable_postgresql.address()) as connection:
        connection.execute("create table kept as select 1")
        connection.commit()
        connection.execute("create table lost as select 1")
        crashable_postgresql.crash()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("select 1")
    crashable_postgresql.start()
    with psycopg.connect(crashable_postgresql.address()) as connection:
        tables = connection.execute("select relname from pg_class where relname in ('kept', 'lost')").fetchall()
    assert tables == [("kept",)]


def test_a_server_crashed_for_good_is_cleaned_up(crashable_postgresql):
    crashable_postgresql.crash()  # and the fixture ends it all the same


@pytest.mark.parametrize("_", range(2))
def test_every_test_has_an_empty_database(postgresql_url, _):
    with psycopg.connect(postgresql_url.replace("+psycopg", "")) as connection:
        connection.execute("create table t as select 1")  # fails the second time, if the database is shared


def test_a_copied_database_starts_with_what_its_template_has(postgresql_server):
    template = postgresql_server.create_database()
    with psycopg.connect(postgresql_server.address(template)) as connection:
        connection.execute("create table t as select 42 as answer")
    copy = postgresql_server.create_database(template)
    with psycopg.connect(postgresql_server.address(copy)) as connection:
        assert connection.execute("select answer from t").fetchone() == (42,)
    for name in (copy, template):
        postgresql_server.drop_database(name)


def test_a_server_ends_with_the_process_that_started_it(postgresql_server):
    starting = "from support.postgres.server import Postgres; s = Postgres(); s.start()"
    code = f"{starting}; print(s.process.pid, s.room, flush=True); input()"
    path = os.pathsep.join(sys.path)
    owner = subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with owner:
        pid, room = owner.stdout.readline().decode().split()
        owner.kill()
    until(lambda: not Path(room).exists() and not Path("/proc", pid).exists())


@pytest.mark.skipif(os.geteuid() != 0, reason="what we may read, the server we run may read")
@pytest.mark.skipif(not binaries.wheel(), reason="there is no wheel with a server for this machine")
def test_a_server_that_nobody_may_read_is_copied(tmp_path, monkeypatch):
    """A clone under root's home is such a place, and root's server runs as nobody."""
    tmp_path.chmod(0o700)
    package = binaries.wheel()[0].parents[1]
    for part in (package, package.with_name(f"{package.name}.libs")):
        (tmp_path / part.name).symlink_to(part)
    unreadable = tmp_path / binaries.wheel()[0].relative_to(package.parent)
    monkeypatch.setattr(binaries, "wheel", lambda: [unreadable])
    server = Postgres()
    assert server.bin.is_relative_to(server.room)
    server.start()
    server.stop()
    assert not server.room.exists()


def test_what_a_page_complains_of_is_collected(page, console_errors):
    with page.expect_event("console"), page.context.expect_event("weberror"):
        page.set_content("<script>console.error('complaint'); setTimeout(() => { throw new Error('thrown') })</script>")
    complaint, thrown = console_errors
    assert complaint.endswith("complaint")
    assert "Error: thrown" in thrown
    console_errors.clear()


def test_visitors_share_nothing_and_a_phone_is_narrow(page, open_tab):
    english = open_tab(locale="en-US", **PHONE)
    for tab in (page, english):
        tab.route("http://shop.test/", lambda route: route.fulfill(body="<p>shop", content_type="text/html"))
        tab.goto("http://shop.test/")
    page.evaluate("document.cookie = 'buyer=1'")
    assert english.evaluate("[document.cookie, navigator.language, navigator.maxTouchPoints > 0]") == [
        "",
        "en-US",
        True,
    ]
    assert [tab.viewport_size["width"] for tab in (page, english)] == [1280, 390]


def test_an_event_loop_can_run_where_the_browser_was_used(browser):
    asyncio.run(asyncio.sleep(0))


@pytest.mark.parametrize(("clock", "seconds"), [("14:59:50", 10), ("15:00:00", 32_400), ("23:59:50", 10)])
def test_a_day_ends_at_the_midnights_of_utc_and_of_seoul(clock, seconds):
    assert day_ends_in(datetime.fromisoformat(f"2026-11-30T{clock}").replace(tzinfo=UTC).timestamp()) == seconds
