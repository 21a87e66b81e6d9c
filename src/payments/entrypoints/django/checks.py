"""System checks: what would be dangerous is said by `manage.py check` and at start-up, before money is taken."""

from typing import Any

from django.conf import settings as django_settings
from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as Caution
from django.db import connections

from payments.domain.errors import PaymentsError
from payments.domain.values import Mode
from payments.entrypoints.django import conf


def check_settings(**_: Any) -> list[CheckMessage]:
    """PAYMENTS can be read, names a callable for prices, and production takes no play money."""
    try:
        loaded = conf.load()
        if conf.given().get("offer"):
            conf.offer_callable()
    except PaymentsError as error:
        return [Error(str(error), id="payments_kr.E001")]
    found: list[CheckMessage] = []
    if not conf.given().get("offer"):
        hint = 'Set PAYMENTS["offer"] to the path of a callable (buyer, order) -> Offer.'
        found.append(Caution("Buyers cannot begin payments: no prices.", hint=hint, id="payments_kr.W002"))
    if not django_settings.DEBUG and loaded.mode is not Mode.LIVE:
        hint = 'Set PAYMENTS["mode"] to "live" where real money is taken.'
        found.append(Caution("DEBUG is off, but payments take play money only.", hint=hint, id="payments_kr.W003"))
    return found


def check_transactions(**_: Any) -> list[CheckMessage]:
    """Our views leave ATOMIC_REQUESTS; a project's own view that calls the use cases must do so itself."""
    atomic = [alias for alias in connections if connections.settings[alias].get("ATOMIC_REQUESTS")]
    if not atomic:
        return []
    hint = "Decorate your own views that call payments.entrypoints.django.wiring.service with non_atomic_requests."
    text = f"ATOMIC_REQUESTS is on for {', '.join(atomic)}; a rollback there cannot take back what the provider heard."
    return [Caution(text, hint=hint, id="payments_kr.W004")]


def check_worker(**_: Any) -> list[CheckMessage]:
    """Without handlers a paid order is marked by nobody."""
    from payments.entrypoints.django.handlers import handlers

    if handlers.kinds:
        return []
    hint = 'Write @on("payment.captured") functions in a module payment_handlers.py, and run manage.py payments_worker.'
    return [Caution("No handler: nothing in this project learns of a paid order.", hint=hint, id="payments_kr.W005")]
