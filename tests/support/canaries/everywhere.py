"""A pytest plugin for `./run canaries`: every test runs with secrets and buyers that nothing else contains.

The constants of the fixtures become canaries, each begun payment gets a buyer's contact data, and the account of each
refund is remembered. They are looked for in everything that any logger says at debug level, in what commands and
processes print, in what is answered over HTTP (secrets alone), and in the databases and logs that the test leaves.
What is found is listed at the end, and fails the run. A test that compares such a constant or a buyer's data with a
literal fails here; only what is listed counts.
"""

import functools
import json
import logging
import os
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType
from typing import Any, Final

import pytest
import requests
from support import api, identity_provider
from support import console as consoles
from support.canaries.places import on_disk
from support.canaries.values import CONTACT, PASSWORD, SECRETS

from payments.domain.ports import Contact
from payments.domain.use_cases.checkout import Checkout
from payments.domain.use_cases.refunds import Refunds
from payments.entrypoints.logs import AboutRequest, JsonLines
from payments.entrypoints.sandbox import portone_settings, settings

KEPT: Final = Path(__file__).resolve().parents[3] / "artifacts" / "canaries.jsonl"
SWAPPED: Final = {
    api.SECRET: SECRETS["http"],
    api.KEY: SECRETS["buyers"],
    api.ORDER_KEY: SECRETS["orders"],
    identity_provider.CLIENT_SECRET: SECRETS["openid"],
    settings.SECRET: SECRETS["provider"],
    portone_settings.V2_SECRET: SECRETS["portone"],
    portone_settings.V2_WEBHOOK_SECRET: SECRETS["webhook-signing"],
    consoles.PASSWORD: PASSWORD,
}
HIDDEN: Final = {**{name: SECRETS[name] for name in SECRETS}, "password": PASSWORD}
SHORTEST: Final = 8
"""A shorter piece of an account could stand for something else."""

_BEFORE_CONTACT: Final = 6
"""How many parameters `Checkout.begin` has before the contact."""

_log = logging.Logger
_enabled, _handle = _log.isEnabledFor, _log.handle
_test = "before the first test"
_accounts: dict[str, str] = {}
_databases: list[str] = []
_found: dict[tuple[str, str, str], str] = {}
_lines = JsonLines()


def look(place: str, text: str, *, personal: bool = True) -> None:
    """Note each canary in *text*."""
    wanted = {**HIDDEN, **CONTACT, **_accounts} if personal else HIDDEN
    for name, value in wanted.items():
        where = text.find(value)
        if where >= 0:
            _found.setdefault((_test, place, name), text[max(where - 300, 0) : where + 100])


def swap() -> None:
    """Put a canary wherever a loaded module has one of the constants: as a name, or as the default of a parameter."""
    for module in [one for name, one in sys.modules.items() if name.partition(".")[0] in ("payments", "support")]:
        for name, value in list(vars(module).items()):
            if isinstance(value, str) and value in SWAPPED:
                setattr(module, name, SWAPPED[value])
            for function in (value, getattr(value, "__init__", None)):
                _swap_defaults(function)


def _swap_defaults(function: Any) -> None:
    if not isinstance(function, FunctionType):
        return
    if function.__defaults__:
        function.__defaults__ = tuple(_swapped(each) for each in function.__defaults__)
    if function.__kwdefaults__:
        function.__kwdefaults__ = {name: _swapped(each) for name, each in function.__kwdefaults__.items()}


def _swapped(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_swapped(each) for each in value)
    return SWAPPED.get(value, value) if isinstance(value, str) else value


def handle(logger: logging.Logger, record: logging.LogRecord) -> None:
    """Look at a record as a line shows it, unless the logger's own filter drops it; pass it on at its level."""
    if not logger.filter(record):
        return
    AboutRequest().filter(record)
    try:
        look(f"log {logger.name}", _lines.format(record))
    except (TypeError, ValueError, KeyError):
        look(f"log {logger.name}", f"{record.msg} {record.args}")
    if record.exc_info and record.exc_info[1]:
        look(f"reprs in a traceback of {logger.name}", _reprs(record.exc_info[1]))
    if _enabled(logger, record.levelno):
        _handle(logger, record)


def _reprs(error: BaseException) -> str:
    """Return how the values of ours look that an error's frames hold, as tools that report errors send them."""
    frames = (frame for frame, _ in traceback.walk_tb(error.__traceback__))
    values = (value for frame in frames for value in list(frame.f_locals.values()))
    return "\n".join(repr(one) for one in values if type(one).__module__.startswith("payments.") and _is_ours(one))


def _is_ours(value: Any) -> bool:
    return not type(value).__module__.startswith("payments.entrypoints.sandbox")


def install() -> None:
    """Have everything looked at from now on."""
    swap()
    _log.isEnabledFor = lambda *_: True  # type: ignore[method-assign]
    setattr(_log, "handle", handle)  # noqa: B010 - mypy takes a function for a method of its own class
    begin, refund = Checkout.begin, Refunds.refund

    @functools.wraps(begin)
    async def begin_with_contact(*given: Any, **named: Any) -> Any:
        if len(given) <= _BEFORE_CONTACT and not named.get("contact"):
            named["contact"] = Contact(**CONTACT)
        return await begin(*given, **named)

    @functools.wraps(refund)
    async def refund_to_account(*given: Any, **named: Any) -> Any:
        orders = (getattr(one, "account", None) for one in (*given, *named.values()))
        for account in (one for one in orders if one):
            pieces = {"number": account.number, "phone": account.phone}
            _accounts.update({f"account's {name}": said for name, said in pieces.items() if len(said) >= SHORTEST})
        return await refund(*given, **named)

    Checkout.begin = begin_with_contact  # type: ignore[method-assign]
    Refunds.refund = refund_to_account  # type: ignore[method-assign]
    for owner, name, of in (
        (
            requests.Session,
            "send",
            lambda answer: answer.content if answer._content_consumed else b"",
        ),
        (pytest.CaptureFixture, "readouterr", lambda said: f"{said.out}{said.err}"),
        (subprocess, "run", lambda done: f"{done.stdout}{done.stderr}"),
    ):
        _watch(owner, name, of)


def _watch(owner: Any, name: str, of: Any) -> None:
    original = getattr(owner, name)

    @functools.wraps(original)
    def watched(*given: Any, **named: Any) -> Any:
        result = original(*given, **named)
        text = of(result)
        look(name, text.decode(errors="replace") if isinstance(text, bytes) else text, personal=False)
        return result

    setattr(owner, name, watched)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: Any) -> Iterator[Any]:
    """Remember the databases of this test."""
    made = yield
    value = fixturedef.cached_result[0] if fixturedef.cached_result else None
    if isinstance(value, str) and value.startswith(("postgresql", "sqlite:///")):
        _databases.append(value)
    return made


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[Any]:
    global _test  # noqa: PLW0603 - the test at hand, for records of any thread
    _test = item.nodeid
    _accounts.clear()
    _databases.clear()
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[Any]:
    """Look at what the test leaves, before its fixtures take it away."""
    result = yield
    for url in set(_databases):
        try:
            look("database", on_disk(url))
        except Exception as error:  # noqa: BLE001 - a test of faults leaves none that answers
            logging.getLogger("canaries").debug("no dump of a database: %s", type(error).__name__)
    folder = getattr(item, "funcargs", {}).get("tmp_path")
    for file in folder.rglob("*") if folder else ():
        if file.is_file() and (".db" in file.name or "log" in file.name or file.name == "beat"):
            look(f"file {file.name}", file.read_bytes().decode(errors="replace"))
    return result


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Look at what was captured."""
    for _, text in report.sections:
        look("captured output", text, personal=False)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Keep what was found, and fail."""
    KEPT.parent.mkdir(parents=True, exist_ok=True)
    with KEPT.open("a") as file:
        for (test, place, name), text in _found.items():
            kept = {"test": test, "place": place, "canary": name, "text": text}
            file.write(json.dumps(kept, ensure_ascii=False) + "\n")
    if _found:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List what was found."""
    terminalreporter.write_line(f"canaries: {len(_found)} got out", red=bool(_found), green=not _found)
    for test, place, name in _found:
        terminalreporter.write_line(f"canaries: {name} in {place} of {test}", red=True)


if os.environ.get("PKR_CANARIES"):
    install()
