"""The command `payments check`: what keeps a shop from taking payments, one sentence for each part."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import attrs

from payments.domain.errors import PaymentsError, StorageUnavailable
from payments.entrypoints.blocking import run
from payments.entrypoints.cli.app import REFUSED
from payments.entrypoints.cli.common import DEFAULT, Common, print_json, say
from payments.entrypoints.settings import Settings, load_settings

if TYPE_CHECKING:
    from payments.entrypoints.providers.account import Account

MAX_CLOCK_DIFFERENCE: Final = timedelta(seconds=60)


@attrs.frozen
class Result:
    """What was found of one part."""

    part: str
    ok: bool
    sentence: str


def check(*, common: Common = DEFAULT) -> int:
    """`payments check`."""
    results = list(_results(common))
    if common.json:
        print_json([attrs.asdict(result) for result in results])
    else:
        say(*(f"{'ok' if one.ok else 'WRONG':5}  {one.part:8}  {one.sentence}" for one in results))
    return 0 if all(one.ok for one in results) else REFUSED


def _results(common: Common) -> list[Result]:
    try:
        settings = load_settings(common.config)
    except PaymentsError as error:
        return [Result("settings", ok=False, sentence=str(error).replace("\n", " "))]
    money = "real money" if settings.mode == "live" else "test money"
    read = Result("settings", ok=True, sentence=f"The settings can be used: mode {settings.mode}, {money}.")
    database = [_part("database", lambda: _database(settings)), _part("audit", lambda: _audit(settings))]
    return [read, *database, *_providers(settings)]


def _part(name: str, ask: Callable[[], str]) -> Result:
    try:
        return Result(name, ok=True, sentence=ask())
    except PaymentsError as error:
        cause = error.cause if isinstance(error, StorageUnavailable) else ""
        return Result(name, ok=False, sentence=f"{error} {cause}".rstrip())


def _database(settings: Settings) -> str:
    from payments.entrypoints.bootstrap import opened_store
    from payments.entrypoints.service import NotReady

    with opened_store(settings) as store:
        if trouble := run(store.health()):
            raise NotReady(trouble)
    return "The database is ready: right mode, current schema, safe settings, writable."


def _audit(settings: Settings) -> str:
    """Verify the chain of the audit list. Keep the digest elsewhere: rows that are missing at the end show by it."""
    from payments.domain.use_cases.people.trail import verify
    from payments.entrypoints.bootstrap import opened_store
    from payments.entrypoints.service import NotReady

    with opened_store(settings) as store:
        last, broken = run(verify(store.people.audit))
    if broken is not None:
        raise NotReady(f"Row {broken} of the audit list does not follow the row before it: somebody changed the list.")
    if last is None:
        return "The audit list is empty."
    return f"The audit list is whole: {last.number} rows, the last one {last.digest}."


def _providers(settings: Settings) -> list[Result]:
    from payments.entrypoints.providers import accounts_of

    return [result for account in accounts_of(settings).values() for result in _provider(account)]


def _provider(account: "Account") -> list[Result]:
    from payments.entrypoints.providers import ask_provider

    try:
        there = ask_provider(account)
    except PaymentsError as error:
        return [Result("provider", ok=False, sentence=str(error))]
    keys = Result("provider", ok=True, sentence=f"{account.title} accepts the keys.")
    return [keys] if there is None else [keys, _clock(account.title, datetime.now(UTC) - there)]


def _clock(title: str, difference: timedelta) -> Result:
    seconds = round(difference.total_seconds())
    if abs(difference) > MAX_CLOCK_DIFFERENCE:
        which = "ahead of" if seconds > 0 else "behind"
        wrong = f"The clock here is {abs(seconds)} s {which} {title}'s. Set it by NTP."
        return Result("clock", ok=False, sentence=wrong)
    return Result("clock", ok=True, sentence=f"The clock agrees with {title}'s within {abs(seconds) + 1} s.")
