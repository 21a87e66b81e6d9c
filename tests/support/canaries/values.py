"""Canaries: secrets and personal data that nothing else contains, so that one that gets out is found wherever it goes.

SECRETS       the settings' secrets, by name
PERSONAL      a buyer's contact data and the bank account of a refund
environment   the settings of a shop with all of these secrets
"""

import base64
import os
from typing import Final

from payments.entrypoints.sandbox import USER_CODE


def random_key() -> str:
    """Return a new key, in the form that encryption takes."""
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def _of(name: str) -> str:
    return f"canary-{name}-{random_key()[:32]}"


PROVIDER_KEY: Final = "canary-key"
SECRETS: Final = {
    **{name: _of(name) for name in ("provider", "http", "http-before", "buyers", "orders", "webhook-path")},
    "encryption": random_key(),
    "webhook-signing": "whsec_" + base64.b64encode(os.urandom(32)).decode(),
}
PASSWORD: Final = _of("password")
CONTACT: Final = {"name": "김카나리아", "phone": "010-7777-4321", "email": "canary@buyer.test"}
ACCOUNT: Final = {"bank": "088", "number": "110-987-654321", "holder": "박계좌주", "phone": "010-8888-1234"}
PERSONAL: Final = {
    **{f"buyer's {name}": value for name, value in CONTACT.items()},
    **{f"account's {name}": value for name, value in ACCOUNT.items() if name != "bank"},
}


def environment(database_url: str, provider_url: str, endpoint_port: int) -> dict[str, str]:
    """Return the variables of a shop whose server takes messages at a port of this machine."""
    settings = {
        "DATABASE_URL": database_url,
        "DATABASE_CREATE": "true",
        "DATABASE_ENCRYPTION_KEYS": SECRETS["encryption"],
        "IAMPORT_KEY": PROVIDER_KEY,
        "IAMPORT_SECRET": SECRETS["provider"],
        "IAMPORT_USER_CODE": USER_CODE,
        "IAMPORT_API_URL": provider_url,
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
