"""console_of: the console of a service, where the settings want one and its libraries are installed."""

import logging
from importlib.util import find_spec

from payments.entrypoints.console.app import Console, console_app
from payments.entrypoints.people.wiring import managing, seals_of, sign_in, sign_on
from payments.entrypoints.rotation.renewals import Renewals
from payments.entrypoints.service import Service
from payments.entrypoints.settings import Settings

_log = logging.getLogger("payments.console")


def console_of(service: Service, settings: Settings, renewals: Renewals | None = None) -> Console | None:
    """Return the console, or None where it is switched off or the extra `console` is not installed.

    *renewals* get what must be made anew when secrets change.
    """
    if not settings.console.enabled:
        return None
    if find_spec("argon2") is None or find_spec("pyotp") is None:
        _log.info("There is no console: it needs the extra `console` (pip install 'payments-kr[console]').")
        return None
    renewals = renewals or Renewals()
    seals = renewals.made(seals_of, settings)
    given = service.people.operators, service.clock, service.trail, seals
    signing = sign_in(*given)
    return console_app(service, signing, managing(*given), settings, sign_on(signing, settings, renewals))
