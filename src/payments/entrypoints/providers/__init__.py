"""The providers that the settings name. A new one is a folder in `adapters/`, settings, a module here, and a line here.

├── ACCOUNTS          every provider that we know
├── accounts_of       those that the settings use
├── window_of         what opens the window of a payment, at its own provider
├── reader_of         what reads a provider's messages
├── shadow_of         what shows the payments of another provider, before a shop moves
├── ask_provider      the time at a provider, which shows that it accepts the keys
└── check_at_start    the same for all, before anything starts
"""

import logging
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Final

from payments.domain.errors import CredentialsRefused, GatewayError, ProviderNotConfigured
from payments.domain.payment import Payment
from payments.domain.ports import Contact, HintReader, PaymentWindow, ShadowList, Window
from payments.entrypoints.blocking import run
from payments.entrypoints.providers.account import Account
from payments.entrypoints.providers.iamport import Iamport
from payments.entrypoints.providers.portone import PortOne
from payments.entrypoints.service import BadSettings
from payments.entrypoints.settings import Settings

log = logging.getLogger("payments.start")

ACCOUNTS: Final[tuple[type[Account], ...]] = (Iamport, PortOne)


def accounts_of(settings: Settings) -> Mapping[str, Account]:
    """Return the accounts that the settings use, by name: those with keys, and those that begin payments."""
    return {kind.name: kind(settings) for kind in ACCOUNTS if kind.name in settings.providers}


def window_of(settings: Settings) -> PaymentWindow:
    """Return what makes a payment's window, with the addresses of these settings."""
    accounts = accounts_of(settings)

    def window(payment: Payment, contact: Contact) -> Window:
        if payment.provider not in accounts:
            raise ProviderNotConfigured(f"The settings have no account at {payment.provider}, which made this payment.")
        return accounts[payment.provider].window(payment, contact)

    return window


def reader_of(name: str, settings: Settings) -> HintReader:
    """Return what reads the messages of a provider that the settings use. Raises BadSettings."""
    return accounts_of(settings)[name].reader()


def shadow_of(settings: Settings) -> AbstractContextManager[ShadowList]:
    """Return what shows another provider's payments, for a `with` block. Raises BadSettings where none does."""
    shadows = (account.shadow() for account in accounts_of(settings).values())
    found = next((shadow for shadow in shadows if shadow is not None), None)
    if found is None:
        raise BadSettings("No account in the settings shows payments of another provider. Set portone.api_secret.")
    return found


def ask_provider(account: Account) -> datetime | None:
    """Return the time at a provider (UTC), or None where it does not tell it. Raises GatewayError or BadSettings."""
    gateway, question = account.present()
    with gateway:
        return run(question)


def check_at_start(settings: Settings) -> None:
    """Ask each provider once whether it accepts the keys, unless its settings say not to.

    Raises BadSettings if one refuses them: each payment would fail. One that does not answer is only logged.
    """
    for name, account in accounts_of(settings).items():
        options = settings.accounts[name]
        if options.check_at_start:
            _check(account, options.keys)


def _check(account: Account, keys: str) -> None:
    try:
        ask_provider(account)
    except CredentialsRefused as error:
        raise BadSettings(
            f"{account.title} refuses {keys}. {error} Take them from the console, or set "
            f"{account.name}.check_at_start to false to start without asking. Nothing was started."
        ) from None
    except GatewayError as error:
        log.warning("%s could not be asked whether it accepts the keys: %s", account.title, error)
