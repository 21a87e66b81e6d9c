"""Commands about the database's tables."""

import sys

from payments.entrypoints.blocking import run
from payments.entrypoints.cli.app import REFUSED
from payments.entrypoints.cli.common import DEFAULT, Common, say, stored, told


def upgrade(*, common: Common = DEFAULT) -> None:
    """Create the tables, or bring them up to date. Any number of processes may do it at once."""
    from payments.entrypoints.bootstrap import upgrade_database
    from payments.entrypoints.settings import load_settings

    before, now = upgrade_database(load_settings(common.config))
    if common.json:
        told({"before": before or None, "now": now})
    elif before == now:
        say(f"The tables are up to date: revision {now}.")
    else:
        say(f"The tables are at revision {now}, from {before or 'none'}.")


def check(*, common: Common = DEFAULT) -> int:
    """Say whether the database is of the right mode, up to date, safely set and writable."""
    with stored(common) as store:
        trouble = run(store.health())
    if common.json:
        told({"ready": trouble is None, "trouble": trouble})
    else:
        say(trouble or "The database is ready: right mode, current tables, safe settings, writable.")
    return REFUSED if trouble else 0


def move(target: str, *, common: Common = DEFAULT) -> None:
    """Copy everything into another, empty database, and compare the two. Stop all processes of the shop before.

    Parameters
    ----------
    target
        Its URL, for example postgresql://user:password@host/name. Afterwards set database.url to it.
    """
    from payments.entrypoints.bootstrap import move_database
    from payments.entrypoints.settings import load_settings

    moved = move_database(load_settings(common.config), target, _progress)
    if common.json:
        told({"rows": moved})
        return
    say(*(f"{name}: {rows} rows" for name, rows in moved.items() if rows))
    say("Everything was copied and compared. Now set database.url to the new database, and start the shop again.")


def _progress(table: str, rows: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{table}: {rows} rows ")
