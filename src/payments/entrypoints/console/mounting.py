"""console_of: the console of a service, where the settings want one and its libraries are installed."""

import logging
from importlib.util import find_spec

from payments.entrypoints.console.app import Console, console_app
from payments.entrypoints.people.wiring import managing, sign_in
from payments.entrypoints.service import Service
from payments.entrypoints.settings import Settings

_log = logging.getLogger("payments.console")


def console_of(service: Service, settings: Settings) -> Console | None:
    """Return the console, or None where it is switched off or the extra `console` is not installed."""
    if not settings.console.enabled:
        return None
    if find_spec("argon2") is None or find_spec("pyotp") is None:
        _log.info("There is no console: it needs the extra `console` (pip install 'payments-kr[console]').")
        return None
    given = service.people.operators, service.clock, service.trail, settings
    return console_app(service, sign_in(*given), managing(*given), settings)
