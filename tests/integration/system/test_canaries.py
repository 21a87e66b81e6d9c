"""Secrets and personal data go through a whole shop, and are looked for wherever something comes out of it.

API, console, command line, worker, webhooks, a provider that fails and a bug that shows what it was given; the log is
written at debug level. Only the answer that opens a window contains a buyer's contact data.
"""

import traceback
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NoReturn

import attrs
import pytest
from support import identity_provider
from support.canaries.errand import Errand
from support.canaries.places import debug_log, on_disk
from support.canaries.values import (
    ACCOUNT,
    CONTACT,
    PASSWORD,
    PERSONAL,
    PROVIDER_KEY,
    SECRETS,
    environment,
    openid_options,
)
from support.endpoint import Endpoint, answers
from support.identity_provider import IdentityProvider
from support.patience import EVENTUALLY
from support.whole_stack.servers import Exchangeable, exchangeable

from payments.domain.ports.window import Contact
from payments.domain.refund import BankAccount
from payments.entrypoints.bootstrap import Fronts, opened_on_loop
from payments.entrypoints.cli.app import run_command
from payments.entrypoints.console.mounting import console_of
from payments.entrypoints.http.app import http_app
from payments.entrypoints.http.operations import Call, Request
from payments.entrypoints.http.shapes.inputs import Account, BeginByBuyer, ContactInput
from payments.entrypoints.people.wiring import managing, seals_of
from payments.entrypoints.sandbox import PortOneSettings, SandboxSettings, running_sandbox
from payments.entrypoints.settings import Settings, load_settings


@attrs.frozen(kw_only=True)
class Found:
    """Everything that came out, by its place; `windows` apart, and the tokens that were made on the way."""

    places: dict[str, str]
    windows: str
    tokens: dict[str, str]


@attrs.frozen
class Bug:
    """A use case with a bug, whose text shows all that it was given."""

    def __getattr__(self, name: str) -> Any:
        async def fail(*given: Any, **named: Any) -> NoReturn:
            raise TypeError(f"{name} does not work with {given} and {named}")

        return fail


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def found(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Found:
    """A day at the shop, on each database."""
    database = f"sqlite:///{tmp_path}/p.db" if request.param == "sqlite" else request.getfixturevalue("postgresql_url")
    portone = PortOneSettings(secret=SECRETS["portone"], webhook_secrets=(SECRETS["portone-webhooks"],))
    provider = SandboxSettings(key=PROVIDER_KEY, secret=SECRETS["provider"], portone=portone)
    monkeypatch.setattr(identity_provider, "CLIENT_SECRET", SECRETS["openid"])
    with (
        identity_provider.running_identity_provider() as elsewhere,
        running_sandbox(provider) as sandbox,
        Endpoint(answers(500), answers(200)) as shop,
        debug_log() as log,
        exchangeable("auto") as server,
    ):
        for name, value in environment(database, sandbox.url, sandbox.portone.url, shop.port).items():
            monkeypatch.setenv(name, value)
        settings = attrs.evolve(load_settings(), openid=openid_options(elsewhere.url))
        settings = attrs.evolve(settings, http=attrs.evolve(settings.http, public_url=server.url))
        with opened_on_loop(settings) as fronts, ExitStack() as closing:
            closing.callback(lambda: server.run(fronts.leave_loop(EVENTUALLY)))
            people = fronts.blocking.people.operators, fronts.blocking.clock, fronts.blocking.trail, seals_of(settings)
            errand = Errand(server.url, fronts.blocking, sandbox, managing(*people))
            shown = "\n".join(a_day(errand, fronts, server, settings, elsewhere))
        places = {"answers": "\n".join(errand.answers), "log": log.getvalue(), "reprs": shown}
    printed = request.getfixturevalue("capfd").readouterr()
    places |= {"terminal": printed.out + printed.err, "disk": on_disk(database)}
    return Found(places=places, windows="\n".join(errand.windows), tokens=errand.tokens)


def a_day(
    errand: Errand, fronts: Fronts, server: Exchangeable, settings: Settings, elsewhere: IdentityProvider
) -> Iterator[str]:
    """Let everything happen; yield what values look like when somebody prints them."""
    server.app = http_app(fronts.loop, console=console_of(fronts.loop, settings))
    errand.enter()
    first, second, third, fourth = (errand.deposited(f"order-{number}") for number in range(4))
    errand.refunded(first)
    errand.refunded(second, "cancel:drop")
    errand.at_the_console(third)
    errand.logged_in_elsewhere(elsewhere)
    errand.sold_at_portone()
    errand.everybody_calls_everything(fourth)
    yield from errand.by_the_worker()
    at_the_shell(fourth)
    bug: Any = Bug()
    broken = attrs.evolve(fronts.loop.use_cases, refunds=bug, checkout=bug)
    server.app = http_app(attrs.evolve(fronts.loop, use_cases=broken))
    errand.refunded(fourth)
    errand.ask("POST", "/payments", body={"order": "bug", "buyer": "b", "name": "n", "amount": 1, "contact": CONTACT})
    yield from (repr(settings), str(settings), repr(fronts), wrong(settings), *map(repr, what_callers_send()))


def what_callers_send() -> Iterator[object]:
    """Return values that hold what somebody sent."""
    account = {name: value for name, value in ACCOUNT.items() if name != "bank"}
    sent = Request(path={}, query=[*account.items()], headers=CONTACT | SECRETS, body=repr(PERSONAL).encode())
    yield from (sent, Call(request=sent, body=BeginByBuyer(order="o", contact=ContactInput(**CONTACT))))
    yield from (Contact(**CONTACT), Account(**ACCOUNT), BankAccount(**ACCOUNT))


def at_the_shell(merchant_id: str) -> None:
    """Run commands on the same database; one refund is refused, and one is done."""
    account = [f"--account={ACCOUNT['number']}", f"--holder={ACCOUNT['holder']}", f"--phone={ACCOUNT['phone']}"]
    for command in (
        *(["list"], ["show", merchant_id], ["keys", "list"], ["operators", "list"], ["outbox", "list"]),
        *(["db", "check"], ["check"], ["report"], ["strays", "list"], ["orphans", "list"]),
        ["refund", merchant_id, "--amount=99999999", "--yes", "--bank=088", *account],
        ["refund", merchant_id, "--yes", "--bank=088", *account],
    ):
        run_command(command)


def wrong(settings: Settings) -> str:
    """Return how it looks when a key of the settings is wrong."""
    database = attrs.evolve(settings.database, encryption_keys=(SECRETS["encryption"][:-5],))
    try:
        with opened_on_loop(attrs.evolve(settings, database=database)):
            return ""
    except Exception:  # noqa: BLE001 - its text is what is looked at
        return traceback.format_exc()


def seen(canaries: Mapping[str, str], text: str) -> list[str]:
    return [name for name, value in canaries.items() if value in text]


def test_no_secret_and_nothing_personal_gets_out(found: Found) -> None:
    assert seen(CONTACT, found.windows) == list(CONTACT)  # what is looked for was there
    assert [each for each in ("Traceback", "INSERT INTO", "urllib3") if each not in found.places["log"]] == []
    assert "payments_http_requests" in found.places["answers"]
    canaries = SECRETS | {"password": PASSWORD} | found.tokens | PERSONAL
    assert {place: out for place, text in found.places.items() if (out := seen(canaries, text))} == {}
    assert seen(SECRETS | {"password": PASSWORD}, found.windows) == []
