"""Canaries: secrets and personal data that nothing else contains, so that one that gets out is found wherever it goes.

SECRETS       the settings' secrets, by name
PERSONAL      a buyer's contact data and the bank account of a refund
environment   the settings of a shop with all of these secrets; openid_options adds log-in elsewhere
"""

import base64
import os
from typing import Final

from support.identity_provider import CLIENT_ID
from typed_settings import Secret

from payments.entrypoints.sandbox import USER_CODE
from payments.entrypoints.sandbox.payments.portone_channels import PORTONE_CHANNELS
from payments.entrypoints.sandbox.portone_settings import STORE_ID
from payments.entrypoints.settings import OpenIdOptions


def random_key() -> str:
    """Return a new key, in the form that encryption takes."""
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def _of(name: str) -> str:
    return f"canary-{name}-{random_key()[:32]}"


PROVIDER_KEY: Final = "canary-key"
_NAMES: Final = ("provider", "portone", "openid", "http", "http-before", "buyers", "orders", "webhook-path")
SECRETS: Final = {
    **{name: _of(name) for name in _NAMES},
    "encryption": random_key(),
    "webhook-signing": "whsec_" + base64.b64encode(os.urandom(32)).decode(),
    "portone-webhooks": "whsec_" + base64.b64encode(os.urandom(32)).decode(),
}
PASSWORD: Final = _of("password")
CONTACT: Final = {"name": "김카나리아", "phone": "010-7777-4321", "email": "canary@buyer.test"}
ACCOUNT: Final = {"bank": "088", "number": "110-987-654321", "holder": "박계좌주", "phone": "010-8888-1234"}
PERSONAL: Final = {
    **{f"buyer's {name}": value for name, value in CONTACT.items()},
    **{f"account's {name}": value for name, value in ACCOUNT.items() if name != "bank"},
}


def openid_options(issuer: str) -> OpenIdOptions:
    """Return how people log in at an identity provider, which knows us by a canary."""
    secret = Secret(SECRETS["openid"])
    return OpenIdOptions(issuer=issuer, client_id=CLIENT_ID, client_secret=secret, subjects={"42": "refund"})


def environment(database_url: str, provider_url: str, portone_url: str, endpoint_port: int) -> dict[str, str]:
    """Return the variables of a shop at both providers, whose server takes messages at a port of this machine."""
    settings = {
        "DATABASE_URL": database_url,
        "DATABASE_CREATE": "true",
        "DATABASE_ENCRYPTION_KEYS": SECRETS["encryption"],
        "IAMPORT_KEY": PROVIDER_KEY,
        "IAMPORT_SECRET": SECRETS["provider"],
        "IAMPORT_USER_CODE": USER_CODE,
        "IAMPORT_API_URL": provider_url,
        "PORTONE_API_SECRET": SECRETS["portone"],
        "PORTONE_WEBHOOK_SECRETS": SECRETS["portone-webhooks"],
        "PORTONE_STORE_ID": STORE_ID,
        "PORTONE_CHANNEL_KEY": PORTONE_CHANNELS[0].key,
        "PORTONE_API_URL": portone_url,
        "HTTP_SECRET": SECRETS["http"],
        "HTTP_PREVIOUS_SECRET": SECRETS["http-before"],
        "BUYERS_KEY": SECRETS["buyers"],
        "BUYERS_ISSUER": "shop",
        "ORDERS_KEY": SECRETS["orders"],
        "ORDERS_ISSUER": "shop",
        "ORDERS_AUDIENCE": "orders",
        "WEBHOOKS_URL": f"http://127.0.0.1:{endpoint_port}/{SECRETS['webhook-path']}?token={SECRETS['webhook-path']}",
        "WEBHOOKS_SECRETS": SECRETS["webhook-signing"],
        "WEBHOOKS_ALLOW_PRIVATE": "true",
        **{f"HTTP_LIMIT_{name}": "0" for name in ("BUYER", "KEY", "ADDRESS", "PAYMENT", "FAILURES", "NEW_KEYS")},
    }
    return {f"PAYMENTS_{name}": value for name, value in settings.items()}
