"""Settings: environment variables (PAYMENTS_DATABASE_URL, …) over a TOML file (payments.toml, or PAYMENTS_CONFIG).

    mode = "test"                       # or "live": real money

    [database]
    url = "sqlite:///payments.db"       # or postgresql://user:password@host/name

    [iamport]
    key = "…"
    secret = "…"
    user_code = "imp12345678"

`key` in `[iamport]` is PAYMENTS_IAMPORT_KEY, and PAYMENTS_IAMPORT_KEY_FILE names a file that contains it. Secrets are
never shown.

├── options     the classes: name, default and meaning of each setting
├── accounts    those of each provider
├── openid      log-in by an identity provider
├── addresses   what an address is
├── loading     load_settings: reads all sources, and refuses everything that is wrong at once
├── sources     the TOML file, the environment, files with secrets, and names that nobody knows
├── checks      what is wrong in any mode
├── jwks        public keys by name, as a JWKS has them
├── live        what must not be in live mode
├── derived     what follows from the settings without any adapter
└── examples    the secrets of our own documents, which everybody knows
"""

import secrets
from typing import Final

import attrs
from typed_settings import Secret

from payments.entrypoints.settings.accounts import AccountOptions, IamportOptions, PortOneOptions
from payments.entrypoints.settings.checks import MIN_SECRET_LENGTH, check
from payments.entrypoints.settings.loading import account_settings, load_settings, settings_from
from payments.entrypoints.settings.openid import OpenIdOptions
from payments.entrypoints.settings.options import (
    MEMORY,
    BuyerSettings,
    ChannelOptions,
    ConsoleOptions,
    DatabaseSettings,
    HttpSettings,
    OrderSettings,
    Settings,
    SettlementOptions,
    WebhookOptions,
)

__all__: Final = (
    "MEMORY",
    "AccountOptions",
    "BuyerSettings",
    "ChannelOptions",
    "ConsoleOptions",
    "DatabaseSettings",
    "HttpSettings",
    "IamportOptions",
    "OpenIdOptions",
    "OrderSettings",
    "PortOneOptions",
    "Settings",
    "SettlementOptions",
    "WebhookOptions",
    "account_settings",
    "check",
    "load_settings",
    "public_url",
    "settings_from",
    "with_secret",
)


def public_url(settings: Settings) -> str:
    """Return the API's public address without a trailing slash."""
    return (settings.http.public_url or f"http://{settings.http.host}:{settings.http.port}").rstrip("/")


def with_secret(settings: Settings) -> Settings:
    """Return the settings; in test mode without `http.secret`, with a new one that only this process knows."""
    if settings.http.secret.get_secret_value():
        return settings
    drawn = Secret(secrets.token_urlsafe(MIN_SECRET_LENGTH))
    return attrs.evolve(settings, http=attrs.evolve(settings.http, secret=drawn))
