"""The command: `payments sandbox` serves a local Iamport until it is interrupted."""

import contextlib
import socket
import sys
from pathlib import Path
from typing import Literal

import uvicorn

from payments.entrypoints.sandbox.api.names import NAMES
from payments.entrypoints.sandbox.errors import InvalidFault, InvalidSeedData, UnusableStateFile
from payments.entrypoints.sandbox.portone_settings import V2_SECRET, V2_WEBHOOK_SECRET, PortOneSettings
from payments.entrypoints.sandbox.serve import loopback_socket, server_config
from payments.entrypoints.sandbox.service import Sandbox
from payments.entrypoints.sandbox.settings import KEY, SECRET, USER_CODE, SandboxSettings

DEFAULT_PORT = 4100


def sandbox(
    *,
    port: int = DEFAULT_PORT,
    host: str = "127.0.0.1",
    user_code: str = USER_CODE,
    key: str = KEY,
    secret: str = SECRET,
    webhook_url: str = "",
    webhook_format: Literal["json", "form"] = "json",
    shop_name: str = SandboxSettings().shop_name,
    seed: int | None = None,
    seed_data: Path | None = None,
    state: Path | None = None,
    faults: str = "",
    hide_sandbox_payments: bool = True,
    v2_port: int | None = None,
    v2_secret: str = V2_SECRET,
    v2_webhook_url: str = "",
    v2_webhook_secret: str = V2_WEBHOOK_SECRET,
) -> None:
    """Serve a local Iamport, V1 and V2: the APIs, the payment window and webhooks. No payment in it is real.

    Parameters
    ----------
    port
        Port to listen on; 0 takes a free one and prints it.
    host
        Address to listen on; it must be one of this machine only.
    user_code
        What the shop passes to `IMP.init`.
    key
        The shop's `imp_key`.
    secret
        The shop's `imp_secret`.
    webhook_url
        Where webhooks go, unless a payment has its own `notice_url`.
    webhook_format
        How their bodies are written.
    shop_name
        The name the payment window shows.
    seed
        The same seed gives the same ids, and the same faults for the same calls.
    seed_data
        A JSON or TOML file of payments, billing keys, schedules, ... to start with.
    state
        A file for the state; it survives a kill. Without it the state is lost at the end.
    faults
        How it misbehaves, e.g. "cancel:drop@3,find:500@10%": the third cancel is done but not answered, a tenth of the
        look-ups by order fail. `/_sandbox/faults` lists and changes them.
    hide_sandbox_payments
        Show a test payment by imp_uid only to those who ask with `include_sandbox`, as Iamport does since 2026.
    v2_port
        Port of PortOne V2, which differs from V1 by its host; the one after `port` by default, if that is free.
    v2_secret
        The shop's V2 API secret.
    v2_webhook_url
        Where V2's webhooks go, unless a payment has its own `noticeUrls`.
    v2_webhook_secret
        What they are signed with: `whsec_` and base64.
    """
    served = _sandbox_or_sentence(
        SandboxSettings(
            user_code=user_code,
            key=key,
            secret=secret,
            webhook_url=webhook_url,
            webhook_format=webhook_format,
            shop_name=shop_name,
            seed=seed,
            seed_data=seed_data,
            state=state,
            faults=faults,
            hide_sandbox_payments=hide_sandbox_payments,
            portone=PortOneSettings(secret=v2_secret, webhook_url=v2_webhook_url, webhook_secrets=(v2_webhook_secret,)),
        )
    )
    with _socket_or_sentence(host, port) as sock, _v2_socket(host, v2_port, port) as v2_sock:
        config = server_config(served, sock, v2_sock)
        _say_settings(served)
        with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C is the usual end
            uvicorn.Server(config).run(sockets=[sock, v2_sock])


def _say_settings(served: Sandbox) -> None:
    settings, portone = served.settings, served.portone
    _say(f"Iamport sandbox (no real money) at {served.url}")
    script = f'<script src="{served.url}/v1/iamport.js"></script>'
    _say(f'  {script}  IMP.init("{settings.user_code}")  imp_key {settings.key}')
    _say(f"PortOne V2 of the same store at {portone.url}")
    _say(f'  <script src="{portone.url}/v2/browser-sdk.js"></script>  storeId {portone.settings.store_id}')
    _say(f"  channelKey {portone.settings.channels[0].key}  secret {portone.settings.secret}")


def _v2_socket(host: str, port: int | None, v1_port: int) -> socket.socket:
    if port is not None:
        return _socket_or_sentence(host, port)
    try:
        return loopback_socket(host, v1_port + 1 if v1_port else 0)
    except (OSError, OverflowError):
        return loopback_socket(host, 0)


def _sandbox_or_sentence(settings: SandboxSettings) -> Sandbox:
    try:
        served = Sandbox(settings)
        served.faults.know(NAMES)
    except (InvalidSeedData, UnusableStateFile, InvalidFault) as error:
        raise SystemExit(f"The sandbox did not start: {error}") from error
    return served


def _socket_or_sentence(host: str, port: int) -> socket.socket:
    try:
        return loopback_socket(host, port)
    except (ValueError, OSError, OverflowError) as error:
        raise SystemExit(f"The sandbox did not start on {host}:{port}: {error}") from error


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
