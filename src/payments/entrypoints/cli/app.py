"""The `payments` command: everything an operator needs. This module only knows where each command is, so help is quick.

├── common          options that all commands share, how a service is opened, how results are printed
├── payments        show, list, refresh, cancel, refund
├── strays          strays list, return, hold
├── keys            keys create, list, revoke
├── outbox          outbox dead, replay
├── db              db upgrade, check, move
├── serve           serve, worker
├── printing        how payments and refunds are printed
└── words           labels of what is printed, in Korean and English

Exit codes: 0 done · 1 refused · 2 wrong usage or settings · 3 no answer, so look before asking again · 130 interrupted.
"""

import contextlib
import os
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from payments.domain.errors import (
    BadInput,
    GatewayError,
    NotSent,
    PaymentsError,
    Rejected,
    StorageConflict,
    StorageUnavailable,
)

if TYPE_CHECKING:
    from cyclopts import App

REFUSED: Final = 1
USAGE: Final = 2
NO_ANSWER: Final = 3
INTERRUPTED: Final = 130

_HERE: Final = "payments.entrypoints"
COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "demo": (f"{_HERE}.demo:demo", "Run a shop on which you can pay, with everything behind it. No real money."),
    "serve": (f"{_HERE}.cli.serve:serve", "Serve the HTTP API."),
    "worker": (f"{_HERE}.cli.serve:worker", "Look again at what is due, walk the provider's list, tell the shop."),
    "sandbox": (f"{_HERE}.sandbox.command:sandbox", "Serve a local Iamport, to develop against. No real money."),
    "show": (f"{_HERE}.cli.payments:show", "Show a payment, its attempts, refunds and timeline."),
    "list": (f"{_HERE}.cli.payments:list_", "List payments, newest first."),
    "refresh": (f"{_HERE}.cli.payments:refresh", "Ask the provider what became of a payment."),
    "cancel": (f"{_HERE}.cli.payments:cancel", "Close an unpaid payment."),
    "refund": (f"{_HERE}.cli.payments:refund", "Give back some or all of a payment."),
    "strays list": (f"{_HERE}.cli.strays:list_", "List money that pays for nothing."),
    "strays return": (f"{_HERE}.cli.strays:return_", "Give a stray back in full."),
    "strays hold": (f"{_HERE}.cli.strays:hold", "Hold a stray, and say why."),
    "orphans list": (f"{_HERE}.cli.orphans:list_", "List captures under our prefix without a payment here."),
    "orphans hold": (f"{_HERE}.cli.orphans:hold", "Note why an orphan is held."),
    "outbox dead": (f"{_HERE}.cli.outbox:dead", "List messages that the shop did not take."),
    "outbox replay": (f"{_HERE}.cli.outbox:replay", "Send dead messages again."),
    "keys create": (f"{_HERE}.cli.keys:create", "Make an API key for a shop's server, and show it once."),
    "keys list": (f"{_HERE}.cli.keys:list_", "List API keys; the keys themselves are not kept."),
    "keys revoke": (f"{_HERE}.cli.keys:revoke", "Revoke an API key."),
    "db upgrade": (f"{_HERE}.cli.db:upgrade", "Create the tables, or bring them up to date."),
    "db check": (f"{_HERE}.cli.db:check", "Say whether the database is safe to use."),
    "db move": (f"{_HERE}.cli.db:move", "Copy everything into another, empty database, and compare."),
}
GROUPS: Final = {
    "strays": "Money that pays for nothing.",
    "orphans": "Captures under our prefix without a payment here.",
    "outbox": "What the shop is told, and what it did not take.",
    "keys": "API keys of the shop's servers.",
    "db": "The database's tables.",
}

_EXTRAS: Final = {
    "sqlalchemy": "sql",
    "alembic": "sql",
    "psycopg": "postgres",
    "cyclopts": "cli",
    "typed_settings": "cli",
    "requests": "iamport",
    "starlette": "server",
    "uvicorn": "server",
    "msgspec": "server",
    "jwt": "server",
    "jinja2": "server",
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # where it is no plain text stream
    sys.exit(run_command(sys.argv[1:] if arguments is None else arguments))


def run_command(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; what went wrong is one plain sentence on stderr."""
    try:
        result = command_line()(arguments, result_action="return_value", exit_on_error=False)
    except PaymentsError as error:
        return _told(error)
    except ModuleNotFoundError as error:
        return _missing(error)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nobody reads on: `payments list | head`
        return 0
    except Exception as error:
        if type(error).__module__.startswith("cyclopts"):
            return USAGE  # it has said itself what was wrong
        raise
    return result if isinstance(result, int) else 0


def command_line() -> "App":
    """Return the whole command line; the commands themselves are imported when they are asked for."""
    from cyclopts import App

    app = App("payments", help="Take money, correctly.", version=lambda: version("payments-kr"))
    groups = {name: App(name, help=text) for name, text in GROUPS.items()}
    for group in groups.values():
        app.command(group)
    for name, (path, text) in COMMANDS.items():
        group_name, _, rest = name.rpartition(" ")
        (groups[group_name] if group_name else app).command(path, name=rest, help=text)
    return app


def _told(error: PaymentsError) -> int:
    from payments.entrypoints.display import one_line

    sys.stderr.write(f"{one_line(str(error))}\n")
    advice, code = advice_on(error)
    if advice:
        sys.stderr.write(f"{advice}\n")
    return code


def advice_on(error: PaymentsError) -> tuple[str, int]:
    """Return what to do about an error, and the exit code."""
    if isinstance(error, Rejected):
        return "", REFUSED
    if isinstance(error, NotSent):
        return "", NO_ANSWER  # it says itself that nothing was sent
    if isinstance(error, GatewayError | StorageUnavailable):
        return "The outcome may be unknown: `payments refresh ID` asks the provider, then try again.", NO_ANSWER
    if isinstance(error, StorageConflict):
        return "", NO_ANSWER
    if isinstance(error, BadInput) or error.slug == "bad-settings":
        return "", USAGE
    return "", REFUSED


def _missing(error: ModuleNotFoundError) -> int:
    missing = (error.name or "").partition(".")[0]
    if missing not in _EXTRAS:
        raise error
    extra = _EXTRAS[missing]
    sys.stderr.write(
        f"This command needs {missing}, which is not installed. Install it: pip install 'payments-kr[{extra}]'\n"
    )
    return USAGE
