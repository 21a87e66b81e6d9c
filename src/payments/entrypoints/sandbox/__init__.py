"""A local Iamport, V1 and V2, that behaves like the real one, failures included. It imports nothing of `payments`.

    with running_sandbox(SandboxSettings(seed=7)) as sandbox:
        imp_uid = sandbox.open_window("order-1", 12_000)
        sandbox.approve(imp_uid)

The rooms, from the top down; a room imports only what stands below it:

├── command, pytest_plugin   `payments sandbox`, and fixtures for the tests of a shop
├── serve, app               running_sandbox: everything over HTTP, on a socket of this machine
├── api/                     the API: one handler for each route
├── web/                     `/v1/iamport.js`, the payment window, the console, `/_sandbox/`
├── service                  Sandbox: what tests and routes act on
├── faults/                  how it misbehaves; beside it seeding: what it knows from the start
├── store                    Store: every part that keeps state, under one lock
├── state/                   the file that keeps the state of these parts
├── portone/                 PortOne V2: the same book of money in its words (its routes: api/portone/, web/portone/)
├── wire/                    calls and answers, tokens, the journal, webhooks
├── billing/, extras/        billing keys and schedules; identity checks, receipts, parcels, Naver orders
├── payments/                the payments of one store, as Iamport sees them: pure, in memory
└── settings, clock, guesses, errors; portone_settings, portone_guesses

A name is loaded when it is first used: pytest imports this package for every project that it tests.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from payments.entrypoints.sandbox.app import sandbox_app
    from payments.entrypoints.sandbox.clock import Clock
    from payments.entrypoints.sandbox.errors import (
        CallRefused,
        InvalidFault,
        InvalidSeedData,
        NotPossible,
        SandboxError,
        UnusableStateFile,
        WindowRefused,
    )
    from payments.entrypoints.sandbox.guesses import Guesses
    from payments.entrypoints.sandbox.portone_settings import PortOneSettings
    from payments.entrypoints.sandbox.serve import running_sandbox
    from payments.entrypoints.sandbox.service import Sandbox
    from payments.entrypoints.sandbox.settings import KEY, SECRET, USER_CODE, SandboxSettings

__all__ = [
    "KEY",
    "SECRET",
    "USER_CODE",
    "CallRefused",
    "Clock",
    "Guesses",
    "InvalidFault",
    "InvalidSeedData",
    "NotPossible",
    "PortOneSettings",
    "Sandbox",
    "SandboxError",
    "SandboxSettings",
    "UnusableStateFile",
    "WindowRefused",
    "running_sandbox",
    "sandbox_app",
]

HOMES = {
    "sandbox_app": "app",
    "Clock": "clock",
    "CallRefused": "errors",
    "InvalidFault": "errors",
    "InvalidSeedData": "errors",
    "NotPossible": "errors",
    "SandboxError": "errors",
    "UnusableStateFile": "errors",
    "WindowRefused": "errors",
    "Guesses": "guesses",
    "PortOneSettings": "portone_settings",
    "running_sandbox": "serve",
    "Sandbox": "service",
    "KEY": "settings",
    "SECRET": "settings",
    "USER_CODE": "settings",
    "SandboxSettings": "settings",
}


if not TYPE_CHECKING:  # mypy would take any name for a public one

    def __getattr__(name: str) -> object:
        """Load a public name from its module."""
        if name not in HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(importlib.import_module(f"{__name__}.{HOMES[name]}"), name)
