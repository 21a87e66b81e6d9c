"""The command `payments check`: what keeps a shop from taking payments, one sentence for each part."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

import attrs

from payments.domain.errors import PaymentsError, StorageUnavailable
from payments.entrypoints.blocking import run
from payments.entrypoints.cli.app import REFUSED
from payments.entrypoints.cli.common import DEFAULT, Common, print_json, say
from payments.entrypoints.settings import Settings, load_settings

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
    return [read, _part("database", lambda: _database(settings)), *_provider(settings)]


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


def _provider(settings: Settings) -> list[Result]:
    from payments.entrypoints.provider import ask_provider

    try:
        there = ask_provider(settings)
    except PaymentsError as error:
        return [Result("provider", ok=False, sentence=str(error))]
    difference = datetime.now(UTC) - there
    keys = Result("provider", ok=True, sentence="Iamport accepts the keys.")
    seconds = round(difference.total_seconds())
    if abs(difference) > MAX_CLOCK_DIFFERENCE:
        wrong = (
            f"The clock here is {abs(seconds)} s {'ahead of' if seconds > 0 else 'behind'} Iamport's. Set it by NTP."
        )
        return [keys, Result("clock", ok=False, sentence=wrong)]
    return [keys, Result("clock", ok=True, sentence=f"The clock agrees with Iamport's within {abs(seconds) + 1} s.")]
