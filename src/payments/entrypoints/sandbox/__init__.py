"""A local Iamport: honest, complete, and as bad as the real one. It knows nothing of the rest of `payments`.

    with running_sandbox(SandboxSettings(seed=7)) as sandbox:
        imp_uid = sandbox.open_window("order-1", 12_000)
        sandbox.approve(imp_uid)

├── book            the payments as Iamport sees them: pure, in memory
├── service         Sandbox: the book with its clock, tokens, webhooks and journal
├── app             the same over HTTP: API, `/v1/iamport.js`, payment window, `/_sandbox/`
├── serve           running_sandbox: on a socket of this machine
├── messages        what the original was seen to say; guesses: what nobody knows
├── pytest_plugin   fixtures for the tests of a shop
└── command         `payments sandbox`

A name is loaded when it is first asked for: pytest imports this package on behalf of every project it tests.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from payments.entrypoints.sandbox.app import sandbox_app
    from payments.entrypoints.sandbox.clock import Clock
    from payments.entrypoints.sandbox.guesses import Guesses
    from payments.entrypoints.sandbox.payments.messages import NotPossibleError, RefusedError, WindowRefusedError
    from payments.entrypoints.sandbox.serve import running_sandbox
    from payments.entrypoints.sandbox.service import Sandbox
    from payments.entrypoints.sandbox.settings import KEY, SECRET, USER_CODE, SandboxSettings

__all__ = [
    "KEY",
    "SECRET",
    "USER_CODE",
    "Clock",
    "Guesses",
    "NotPossibleError",
    "RefusedError",
    "Sandbox",
    "SandboxSettings",
    "WindowRefusedError",
    "running_sandbox",
    "sandbox_app",
]

HOMES = {
    "sandbox_app": "app",
    "Clock": "clock",
    "Guesses": "guesses",
    "NotPossibleError": "payments.messages",
    "RefusedError": "payments.messages",
    "WindowRefusedError": "payments.messages",
    "running_sandbox": "serve",
    "Sandbox": "service",
    "KEY": "settings",
    "SECRET": "settings",
    "USER_CODE": "settings",
    "SandboxSettings": "settings",
}


if not TYPE_CHECKING:  # which would take any name for one of ours

    def __getattr__(name: str) -> object:
        """Load a public name from its module."""
        if name not in HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(importlib.import_module(f"{__name__}.{HOMES[name]}"), name)
