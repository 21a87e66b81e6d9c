"""Commands about the database."""

import sys

from payments.entrypoints.blocking import run
from payments.entrypoints.cli.app import REFUSED
from payments.entrypoints.cli.common import DEFAULT, Common, print_json, say, stored


def upgrade(*, common: Common = DEFAULT) -> None:
    """`payments db upgrade`."""
    from payments.entrypoints.bootstrap import upgrade_database
    from payments.entrypoints.settings import load_settings

    before, now = upgrade_database(load_settings(common.config))
    if common.json:
        print_json({"before": before or None, "now": now})
    elif before == now:
        say(f"The tables are up to date (revision {now}).")
    else:
        say(f"The tables were upgraded to revision {now} from {before or 'none'}.")


def check(*, common: Common = DEFAULT) -> int:
    """`payments db check`."""
    with stored(common) as store:
        trouble = run(store.health())
        found = {} if trouble else run(store.about())
    if common.json:
        print_json({"ready": trouble is None, "trouble": str(trouble) if trouble else None, "found": found})
    elif trouble:
        say(str(trouble))
    else:
        say(*(f"{name}: {text}" for name, text in found.items()))
        say("The database is ready: right mode, current schema, safe settings, writable.")
    return REFUSED if trouble else 0


def move(target: str, *, common: Common = DEFAULT) -> None:
    """`payments db move`.

    Parameters
    ----------
    target
        The URL of the empty database, for example postgresql://user:password@host/name.
    """
    from payments.entrypoints.bootstrap import move_database
    from payments.entrypoints.settings import load_settings

    moved = move_database(load_settings(common.config), target, _progress)
    if common.json:
        print_json({"rows": moved})
        return
    say(*(f"{name}: {rows} rows" for name, rows in moved.items() if rows))
    say("Everything was copied and compared. Set database.url to the new database, then start the shop again.")


def _progress(table: str, rows: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{table}: {rows} rows ")
