"""The demo: a local provider, the payments API, a worker and the shop in one process, with an SQLite file.

Both generations of the provider are there, over one book of money; a visitor of the shop chooses.


demo            `payments demo`: until it is interrupted
running_demo    the same for tests, with the sandbox and the service at hand
"""

import contextlib
import json
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, Literal
from zoneinfo import ZoneInfo

import attrs
import uvicorn
from starlette.types import ASGIApp
from typed_settings import Secret

from payments.domain.messages import Message
from payments.domain.values import Mode
from payments.entrypoints.bootstrap import opened
from payments.entrypoints.console.mounting import console_of
from payments.entrypoints.display import ZONE, money
from payments.entrypoints.http.app import http_app
from payments.entrypoints.sandbox import KEY, SECRET, USER_CODE, NotPossible, Sandbox, SandboxSettings, running_sandbox
from payments.entrypoints.sandbox.portone_settings import PortOneSettings as PortOneSandbox
from payments.entrypoints.service import Service
from payments.entrypoints.serving import listening_socket, serving, url_of
from payments.entrypoints.settings import (
    BuyerSettings,
    ChannelOptions,
    DatabaseSettings,
    HttpSettings,
    IamportOptions,
    OrderSettings,
    PortOneOptions,
    Settings,
)
from payments.entrypoints.shop.app import shop_app
from payments.entrypoints.shop.settings import OtherChannel, ShopSettings
from payments.entrypoints.shop.visitors import Signer
from payments.entrypoints.worker import Pace, Worker, running_worker

HOST: Final = "127.0.0.1"
PORT: Final = 8000
DATABASE: Final = Path("payments-demo.sqlite3")
ISSUER: Final = "corner-bookshop"
AUDIENCE: Final = "payments"
SHOP_NAME: Final = "모퉁이 책방 Corner Bookshop"
PORTS_TRIED: Final = 20
Provider = Literal["iamport", "portone"]
PROVIDERS: Final = ("iamport", "portone")
TITLES: Final = {"iamport": "Iamport (V1)", "portone": "PortOne (V2)"}
V1_CHANNEL: Final = ChannelOptions(name="iamport", provider="iamport", pg="html5_inicis")


@attrs.frozen(kw_only=True)
class Demo:
    """A running demo: the addresses of the shop and the API, the sandbox and the service."""

    shop: str
    api: str
    sandbox: Sandbox
    service: Service
    database: Path


def demo(*, port: int = PORT, database: Path = DATABASE, provider: Provider = "iamport") -> None:
    """Run the demo shop, the API, a worker and the sandbox until Ctrl-C. No real money moves.

    Parameters
    ----------
    port
        The shop's port, or the next free one. The API and the sandbox use the next free ports after it.
    database
        The SQLite file of the payments. It is created if it does not exist.
    provider
        The provider that takes payments unless a visitor chooses the other one: iamport (V1) or portone (V2).
    """
    if not database.absolute().parent.is_dir():
        raise SystemExit(f"The demo did not start: there is no folder {database.absolute().parent} for the database.")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with (
        contextlib.suppress(KeyboardInterrupt),
        running_demo(port=port, database=database, provider=provider, subscribers=(_print_message,)) as running,
    ):
        _say(_overview(running, port))
        threading.Event().wait()
    _say("Stopped.")


def _overview(running: Demo, port: int) -> str:
    elsewhere = "" if running.shop == f"http://{HOST}:{port}" else f"   (port {port} is taken)"
    return f"""
  Demo shop 데모 상점    {running.shop}{elsewhere}
  Payments API          {running.api}/docs
  Iamport sandbox (V1)  {running.sandbox.url}
  PortOne sandbox (V2)  {running.sandbox.portone.url}
  Database              {running.database}

  Open the shop and buy a membership; no real money moves. 상점을 열고 결제해 보세요.
  The messages that the shop receives appear below. Ctrl-C stops everything.
"""


def _print_message(message: Message) -> None:
    """Print one message as the shop receives it."""
    event = json.loads(message.body)
    about, at = event["data"], datetime.fromisoformat(event["timestamp"]).astimezone(ZoneInfo(ZONE))
    price = money(about["price"]["amount"], about["price"]["currency"])
    _say(f"  {at:%H:%M:%S}  {event['type']:<24} {about['status']:<10} {price:>9}  {about['order']}  by {about['by']}")


@contextlib.contextmanager
def running_demo(
    *,
    port: int = 0,
    database: Path = DATABASE,
    provider: Provider = "iamport",
    pace: Pace | None = None,
    subscribers: Sequence[Callable[[Message], object]] = (),
) -> Iterator[Demo]:
    """Run everything on ports from *port* on, or on any free ports for 0. *subscribers* get the messages."""
    with contextlib.ExitStack() as stack:
        shop_socket = stack.enter_context(_free_socket(port))
        api_socket = stack.enter_context(_free_socket(_after(shop_socket) if port else 0))
        shop, api = url_of(shop_socket), url_of(api_socket)
        v2 = PortOneSandbox(webhook_url=f"{api}/webhooks/portone")
        settings = SandboxSettings(shop_name=SHOP_NAME, webhook_url=f"{api}/webhooks/iamport", portone=v2)
        sandbox_port = _free_port(_after(api_socket)) if port else 0
        sandbox = stack.enter_context(
            running_sandbox(settings, port=sandbox_port, v2_port=_free_port(sandbox_port + 1) if port else 0)
        )
        signer = Signer(secret=secrets.token_urlsafe(32), issuer=ISSUER, audience=AUDIENCE)
        chosen = _settings(database, shop, api, sandbox, signer, provider)
        service = stack.enter_context(opened(chosen, subscribers=subscribers))
        stack.enter_context(_serving(http_app(service, console=console_of(service, chosen)), api_socket))
        stack.enter_context(running_worker(Worker.of(service, pace)))
        stack.enter_context(_serving(shop_app(_shop_settings(api, sandbox, signer, provider)), shop_socket))
        yield Demo(shop=shop, api=api, sandbox=sandbox, service=service, database=database.absolute())


def _settings(database: Path, shop: str, api: str, sandbox: Sandbox, signer: Signer, provider: Provider) -> Settings:
    key, v2 = Secret(signer.secret), sandbox.portone.settings
    return Settings(
        mode=Mode.TEST,
        provider=provider,
        channels=tuple(_other_channel(name, v2.channels[0].key) for name in PROVIDERS if name != provider),
        database=DatabaseSettings(url=f"sqlite:///{database.absolute()}", create=True),
        iamport=IamportOptions(
            key=Secret(KEY),
            secret=Secret(SECRET),
            user_code=USER_CODE,
            api_url=sandbox.url,
            script=f"{sandbox.url}/v1/iamport.js",
        ),
        portone=PortOneOptions(
            api_secret=Secret(v2.secret),
            store_id=v2.store_id,
            channel_key=v2.channels[0].key,
            webhook_secrets=v2.webhook_secrets,
            api_url=sandbox.portone.url,
            script=f"{sandbox.portone.url}/v2/browser-sdk.js",
        ),
        http=HttpSettings(
            public_url=api,
            allowed_origins=(shop, shop.replace(HOST, "localhost")),
            return_page=f"{shop}/returning?merchant_uid={{merchant_id}}",
            secret=Secret(secrets.token_urlsafe(32)),
        ),
        buyers=BuyerSettings(key=key, issuer=ISSUER, audience=AUDIENCE),
        orders=OrderSettings(key=key, issuer=ISSUER, audience=AUDIENCE),
    )


def _other_channel(provider: str, key: str) -> ChannelOptions:
    """Return the channel, of any method, that a visitor may choose at the provider that is not the usual one."""
    return ChannelOptions(name=provider, provider=provider, channel_key=key) if provider == "portone" else V1_CHANNEL


def _shop_settings(api: str, sandbox: Sandbox, signer: Signer, provider: Provider) -> ShopSettings:
    def play_bank(merchant_id: str) -> None:
        for row in sandbox.payments(merchant_id):
            with contextlib.suppress(NotPossible):  # it does not wait for a deposit, or no longer
                sandbox.deposit(row.imp_uid)

    scripts = {"iamport": f"{sandbox.url}/v1/iamport.js", "portone": f"{sandbox.portone.url}/v2/browser-sdk.js"}
    others = {name: OtherChannel(TITLES[name], script) for name, script in scripts.items() if name != provider}
    return ShopSettings(
        api=api,
        script=scripts[provider],
        signer=signer,
        sandbox_page=sandbox.url,
        play_bank=play_bank,
        usual=TITLES[provider],
        channels=others,
    )


@contextlib.contextmanager
def _serving(app: ASGIApp, sock: socket.socket) -> Iterator[None]:
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=2, ws="none")
    with serving(config, sock):
        yield


def _free_socket(port: int) -> socket.socket:
    """Return a listening socket on *port* or the next free port. Raises SystemExit if many in a row are taken."""
    for candidate in range(port, port + PORTS_TRIED):
        with contextlib.suppress(OSError, OverflowError):
            return listening_socket(HOST, candidate)
    raise SystemExit(f"The demo did not start: found no free port from {port} on. Choose another with --port.")


def _free_port(port: int) -> int:
    with _free_socket(port) as sock:
        return int(sock.getsockname()[1])


def _after(sock: socket.socket) -> int:
    return int(sock.getsockname()[1]) + 1


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
