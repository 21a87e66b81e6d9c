"""The `payments` command. This module lists all commands and their help, and imports none, so that help is quick.

├── common          shared options, how a service is opened, how results are printed
├── payments        show, list, refresh, cancel, refund
├── books           report, reconcile, reconciliations; the options of a search
├── banks           banks, cards
├── channels        channels
├── refunds         refunds list, approve, reject
├── strays          strays list, return, hold
├── orphans         orphans list, hold
├── keys            keys create, rotate, list, revoke
├── operators       operators create, list, password, codes, revoke
├── outbox          outbox list, dead, replay, skip
├── db              db upgrade, check, move
├── check           check
├── serve           serve, worker
├── printing        how payments and refunds are printed
└── words           labels in Korean and English

Exit codes: 0 done · 1 refused · 2 wrong usage · 78 wrong settings · 3 outcome unknown, check first · 130 interrupted.
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
CONFIG: Final = 78
"""EX_CONFIG of sysexits.h: a supervisor should not restart us before somebody corrects the settings."""
OUTCOME_UNKNOWN: Final = 3
INTERRUPTED: Final = 130

_HERE: Final = "payments.entrypoints"
COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "demo": (f"{_HERE}.demo:demo", "Run a demo shop with the API, a worker and the sandbox. No real money."),
    "serve": (f"{_HERE}.cli.serve:serve", "Serve the HTTP API until SIGTERM or Ctrl-C. Running requests are finished."),
    "worker": (
        f"{_HERE}.cli.serve:worker",
        "Check due payments, reconcile with the provider and deliver messages, until SIGTERM or Ctrl-C.",
    ),
    "check": (f"{_HERE}.cli.check:check", "Check settings, database, keys, clock and channels."),
    "sandbox": (
        f"{_HERE}.sandbox.command:sandbox",
        "Serve a local Iamport and PortOne V2 for development. No real money.",
    ),
    "show": (
        f"{_HERE}.cli.payments:show",
        "Show a payment with its attempts, refunds and timeline.",
    ),
    "list": (f"{_HERE}.cli.payments:list_", "Search payments, the latest first."),
    "report": (
        f"{_HERE}.cli.books.reports:report",
        "Add up what was captured and refunded, day by day.",
    ),
    "reconcile": (
        f"{_HERE}.cli.books.reconcile:reconcile",
        "Compare a period with the provider's list, record what differs, and exit with 1 if anything was found.",
    ),
    "reconciliations": (f"{_HERE}.cli.books.reconcile:list_", "List what reconcile found, the latest first."),
    "settlements compare": (
        f"{_HERE}.cli.books.settlements:compare",
        "Compare a payout file of the PG with our books, both ways, and exit with 1 if anything does not agree.",
    ),
    "settlements list": (
        f"{_HERE}.cli.books.settlements:list_",
        "List what settlements compare found, the latest first.",
    ),
    "refresh": (f"{_HERE}.cli.payments:refresh", "Fetch all attempts at a payment from the provider, and record them."),
    "cancel": (f"{_HERE}.cli.payments:cancel", "Cancel an unpaid payment. Refund a paid one instead."),
    "refund": (f"{_HERE}.cli.payments:refund", "Refund a payment in part or in full."),
    "refunds list": (f"{_HERE}.cli.refunds:list_", "List refunds that wait for a second person."),
    "refunds approve": (f"{_HERE}.cli.refunds:approve", "Approve a refund that another person requested, and send it."),
    "refunds reject": (f"{_HERE}.cli.refunds:reject", "Give up a refund that waits for a second person."),
    "outside record": (
        f"{_HERE}.cli.outside:record",
        "Record money that was given back elsewhere, such as by bank transfer. Nothing is sent to the provider.",
    ),
    "outside merge": (
        f"{_HERE}.cli.outside:merge",
        "Decide that a record is the same money as a refund that the provider reports.",
    ),
    "outside count": (
        f"{_HERE}.cli.outside:count",
        "Decide that a record in question is other money than the provider reports.",
    ),
    "banks": (f"{_HERE}.cli.banks:banks", "List the codes of banks, for refunds of virtual accounts."),
    "cards": (f"{_HERE}.cli.banks:cards", "List the codes of card companies, in both generations."),
    "channels": (f"{_HERE}.cli.channels:channels", "Show what each channel may do, by the rules of its PG."),
    "strays list": (f"{_HERE}.cli.strays:list_", "List strays that are neither refunded nor held."),
    "strays return": (f"{_HERE}.cli.strays:return_", "Refund a stray in full."),
    "strays hold": (f"{_HERE}.cli.strays:hold", "Hold a stray, with a note."),
    "orphans list": (f"{_HERE}.cli.orphans:list_", "List captures under our prefix without a payment here."),
    "orphans hold": (
        f"{_HERE}.cli.orphans:hold",
        "Hold an orphan, with a note. Refund it in the provider's console only.",
    ),
    "outbox list": (f"{_HERE}.cli.outbox:list_", "List messages that wait for their delivery, oldest first."),
    "outbox dead": (
        f"{_HERE}.cli.outbox:dead",
        "List messages that the shop did not accept in ten attempts, oldest first.",
    ),
    "outbox replay": (
        f"{_HERE}.cli.outbox:replay",
        "Send dead or waiting messages now, with the same ids and content. The worker delivers them.",
    ),
    "outbox skip": (
        f"{_HERE}.cli.outbox:skip",
        "Delete dead messages that nobody can handle, so that later messages of their payments follow.",
    ),
    "operators create": (f"{_HERE}.cli.operators:create", "Create an operator, who may log in to the console."),
    "operators list": (f"{_HERE}.cli.operators:list_", "List operators, revoked ones too."),
    "operators password": (f"{_HERE}.cli.operators:password", "Give an operator a new password."),
    "operators codes": (
        f"{_HERE}.cli.operators:codes",
        "Require one-time codes of an operator, and print the secret for an authenticator app.",
    ),
    "operators revoke": (f"{_HERE}.cli.operators:revoke", "Revoke an operator. All sessions end at once."),
    "keys create": (f"{_HERE}.cli.keys:create", "Create an API key for the shop's server. It is shown only once."),
    "keys rotate": (f"{_HERE}.cli.keys:rotate", "Create a key like another one, which expires after some hours."),
    "keys list": (f"{_HERE}.cli.keys:list_", "List API keys, newest first. Only their prefixes are stored."),
    "keys revoke": (f"{_HERE}.cli.keys:revoke", "Revoke an API key. It stops working at once."),
    "db upgrade": (
        f"{_HERE}.cli.db:upgrade",
        "Create or upgrade the tables. Several processes may do so at the same time.",
    ),
    "db check": (f"{_HERE}.cli.db:check", "Check the database: mode, schema, settings, and whether it is writable."),
    "db move": (
        f"{_HERE}.cli.db:move",
        "Copy everything into an empty database, and compare. Stop all processes of the shop first.",
    ),
}
GROUPS: Final = {
    "strays": "Captures that do not count as payment.",
    "refunds": "Large refunds, which wait for a second person.",
    "settlements": "Payout files of the PG.",
    "outside": "Money that was given back elsewhere.",
    "orphans": "Captures under our prefix without a payment here.",
    "outbox": "Messages to the shop.",
    "keys": "API keys of the shop's servers.",
    "operators": "The people who may log in to the console.",
    "db": "The database.",
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
    "cryptography": "server",
    "jinja2": "server",
    "argon2": "console",
    "pyotp": "console",
}


_WHOLE_COMMANDS: Final = {"demo": "all", "sandbox": "sandbox", "serve": "all", "worker": "all"}
"""The extra with everything that a command needs, where the library's own extra would not be enough."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # if it is not a text stream
    sys.exit(run_command(sys.argv[1:] if arguments is None else arguments))


def run_command(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code. An error is one plain sentence on stderr."""
    try:
        result = command_line()(arguments, result_action="return_value", exit_on_error=False)
    except PaymentsError as error:
        return _print_error(error)
    except ImportError as error:
        return _print_missing(error, arguments)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has left: `payments list | head`
        return 0
    except Exception as error:
        if type(error).__module__.startswith("cyclopts"):
            return USAGE  # cyclopts has printed what was wrong
        raise
    return result if isinstance(result, int) else 0


def command_line() -> "App":
    """Return the whole command line. A command's module is imported when the command runs."""
    from cyclopts import App

    app = App("payments", help="Take payments in Korea.", version=lambda: version("payments-kr"))
    groups = {name: App(name, help=text) for name, text in GROUPS.items()}
    for group in groups.values():
        app.command(group)
    for name, (path, text) in COMMANDS.items():
        group_name, _, rest = name.rpartition(" ")
        (groups[group_name] if group_name else app).command(path, name=rest, help=text)
    return app


def _print_error(error: PaymentsError) -> int:
    from payments.entrypoints.display import one_line

    sys.stderr.writelines(f"{one_line(line)}\n" for line in _lines(error))
    advice, code = advice_on(error)
    if advice:
        sys.stderr.write(f"{advice}\n")
    return code


def _lines(error: PaymentsError) -> list[str]:
    """Return the error's message; wrong settings are listed, one per line."""
    cause = [error.cause] if isinstance(error, StorageUnavailable) and error.cause else []
    return [*(str(error).split("\n") if error.slug == "bad-settings" else [str(error)]), *cause]


def advice_on(error: PaymentsError) -> tuple[str, int]:
    """Return advice on an error, or an empty text, and the exit code."""
    if isinstance(error, Rejected):
        return "", REFUSED
    if isinstance(error, NotSent):
        return "", OUTCOME_UNKNOWN  # its message says that nothing was sent
    if isinstance(error, StorageUnavailable) and not error.may_be_stored:
        return "", OUTCOME_UNKNOWN
    if isinstance(error, GatewayError | StorageUnavailable):
        return "The outcome may be unknown: `payments refresh ID` asks the provider, then try again.", OUTCOME_UNKNOWN
    if isinstance(error, StorageConflict):
        return "", OUTCOME_UNKNOWN
    if error.slug == "bad-settings":
        return "", CONFIG
    if isinstance(error, BadInput):
        return "", USAGE
    return "", REFUSED


def _print_missing(error: ImportError, arguments: Sequence[str]) -> int:
    """Print which library is missing, and the one line that installs what the command needs."""
    found: BaseException | None = error  # cyclopts wraps what a command's module could not import
    while found is not None and not isinstance(found, ModuleNotFoundError):
        found = found.__cause__
    missing = (found.name or "").partition(".")[0] if found else ""
    if missing not in _EXTRAS:
        raise error
    extra = _WHOLE_COMMANDS.get(arguments[0] if arguments else "", _EXTRAS[missing])
    sys.stderr.write(
        f"This command needs {missing}, which is not installed. Install it: pip install 'payments-kr[{extra}]'\n"
    )
    return USAGE
