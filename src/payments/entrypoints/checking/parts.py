"""What `payments check` and the console say of a shop: one sentence for each part.

├── of_settings    the settings, once they could be read
├── of_database    whether the store can be used
├── of_audit       the chain of the audit list
└── of_providers   whether each provider accepts the keys, agrees about the time, and lists the channels
"""

from collections.abc import Coroutine, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import attrs

from payments.domain.errors import PaymentsError, StorageUnavailable
from payments.domain.people.audit import AuditLog
from payments.domain.use_cases.people.trail import verify
from payments.entrypoints.service import NotReady
from payments.entrypoints.settings import Settings

if TYPE_CHECKING:
    from payments.entrypoints.providers.account import Account

MAX_CLOCK_DIFFERENCE: Final = timedelta(seconds=60)


@attrs.frozen
class Result:
    """What was found of one part."""

    part: str
    ok: bool
    sentence: str


def of_settings(settings: Settings) -> Result:
    """Return what is said of settings that can be used."""
    money = "real money" if settings.mode == "live" else "test money"
    return Result("settings", ok=True, sentence=f"The settings can be used: mode {settings.mode}, {money}.")


async def of_database(asking: Coroutine[Any, Any, PaymentsError | None]) -> Result:
    """Return what a store says of its health: None where nothing keeps it from being used."""
    return await _part("database", _health(asking))


async def of_audit(log: AuditLog) -> Result:
    """Verify the chain of the audit list. Keep the digest elsewhere: rows that are missing at the end show by it."""
    return await _part("audit", _chain(log))


def of_providers(settings: Settings) -> list[Result]:
    """Ask each provider that the settings use. It blocks."""
    from payments.entrypoints.providers import accounts_of

    return [result for account in accounts_of(settings).values() for result in _provider(account)]


def failed(part: str, error: PaymentsError) -> Result:
    """Return what is said of a part that could not be used."""
    cause = error.cause if isinstance(error, StorageUnavailable) else ""
    return Result(part, ok=False, sentence=f"{error} {cause}".rstrip())


async def _part(name: str, asking: Coroutine[Any, Any, str]) -> Result:
    try:
        return Result(name, ok=True, sentence=await asking)
    except PaymentsError as error:
        return failed(name, error)


async def _health(asking: Coroutine[Any, Any, PaymentsError | None]) -> str:
    if trouble := await asking:
        raise NotReady(str(trouble), reason=trouble.slug)
    return "The database is ready: right mode, current schema, safe settings, writable."


async def _chain(log: AuditLog) -> str:
    last, broken = await verify(log)
    if broken is not None:
        raise NotReady(f"Row {broken} of the audit list does not follow the row before it: somebody changed the list.")
    if last is None:
        return "The audit list is empty."
    return f"The audit list is whole: {last.number} rows, the last one {last.digest}."


def _provider(account: "Account") -> Iterator[Result]:
    from payments.entrypoints.providers import ask_provider

    try:
        there = ask_provider(account)
    except PaymentsError as error:
        yield failed("provider", error)
        return
    yield Result("provider", ok=True, sentence=f"{account.title} accepts the keys.")
    if there is not None:
        yield _clock(account.title, datetime.now(UTC) - there)
    yield from _channels(account)


def _channels(account: "Account") -> Iterator[Result]:
    try:
        compared = account.channel_faults()
    except PaymentsError as error:
        yield failed("channels", error)
        return
    faults, said = compared or ((), f"{account.title} lists no channels. Compare pg and contract with its console.")
    yield from (Result("channels", ok=False, sentence=fault) for fault in faults)
    if not faults:
        yield Result("channels", ok=True, sentence=said)


def _clock(title: str, difference: timedelta) -> Result:
    seconds = round(difference.total_seconds())
    if abs(difference) > MAX_CLOCK_DIFFERENCE:
        which = "ahead of" if seconds > 0 else "behind"
        wrong = f"The clock here is {abs(seconds)} s {which} {title}'s. Set it by NTP."
        return Result("clock", ok=False, sentence=wrong)
    return Result("clock", ok=True, sentence=f"The clock agrees with {title}'s within {abs(seconds) + 1} s.")
