"""What must not be in live mode. These checks run where settings are loaded; a test that wires its own is not held."""

from collections.abc import Iterator
from typing import Final

from payments.domain.values import Mode
from payments.entrypoints.settings.addresses import host_of, is_https
from payments.entrypoints.settings.checks import MIN_SECRET_LENGTH
from payments.entrypoints.settings.examples import is_example
from payments.entrypoints.settings.options import MEMORY, Settings

MIN_DIFFERENT: Final = 10
"""Different characters in a secret; 32 random ones have about 25, hexadecimal ones about 14."""


def check_live(settings: Settings) -> list[str]:
    """Return what must not be in live mode, one sentence each; nothing in test mode."""
    if settings.mode is not Mode.LIVE:
        return []
    found = list(_addresses(settings))
    if settings.database.url == MEMORY:
        found.append("database.url must not be memory:// in live mode: payments would end with the process.")
    if not settings.http.secret.get_secret_value():
        found.append(
            f"http.secret must be set in live mode: {MIN_SECRET_LENGTH} characters or more, the same for all processes."
        )
    return [*found, *_secrets(settings)]


def check_live_account(settings: Settings, name: str) -> list[str]:
    """Return what must not be of one provider's account in live mode; nothing in test mode."""
    return [*settings.accounts[name].live_errors(), *_secrets(settings)] if settings.mode is Mode.LIVE else []


def _addresses(settings: Settings) -> Iterator[str]:
    http = settings.http
    if not is_https(http.public_url):
        yield "http.public_url must be an https:// address in live mode."
    if not http.allowed_hosts:
        yield "http.allowed_hosts must be set in live mode: the host names under which the API is reached."
    elif (host := host_of(http.public_url)) and host not in {one.lower() for one in http.allowed_hosts}:
        yield f"http.allowed_hosts must contain the host of http.public_url, {host}."
    if not all(map(is_https, http.allowed_origins)):
        yield "http.allowed_origins must all be https:// in live mode."
    if http.return_page and not is_https(http.return_page):
        yield "http.return_page must be an https:// address in live mode."
    for name in sorted(settings.providers & set(settings.accounts)):
        yield from settings.accounts[name].live_errors()
    if settings.openid.issuer and not is_https(settings.openid.issuer):
        yield "openid.issuer must be an https:// address in live mode."
    if settings.webhooks.url and not is_https(settings.webhooks.url):
        yield "webhooks.url must be an https:// address in live mode."


def _given(settings: Settings) -> Iterator[tuple[str, str]]:
    """Return the name and value of every secret that is set. A public key is none."""
    yield "http.secret", settings.http.secret.get_secret_value()
    yield "http.previous_secret", settings.http.previous_secret.get_secret_value()
    for encryption_key in settings.database.encryption_keys:
        yield "database.encryption_keys", encryption_key
    for name, keyed in (("buyers.key", settings.buyers), ("orders.key", settings.orders)):
        if keyed.algorithm == "HS256":
            yield name, keyed.key.get_secret_value()
            yield f"{name.partition('.')[0]}.previous_key", keyed.previous_key.get_secret_value()
    for secret in settings.webhooks.secrets:
        yield "webhooks.secrets", secret
    yield "openid.client_secret", settings.openid.client_secret.get_secret_value()
    for options in settings.accounts.values():
        yield from options.secrets.items()


def _secrets(settings: Settings) -> Iterator[str]:
    first: dict[str, str] = {}
    for name, value in _given(settings):
        if not value:
            continue
        if is_example(value):
            yield f"{name} must not be an example of the documents or the sandbox in live mode."
        elif name.partition(".")[0] not in settings.accounts and len(set(value.removeprefix("whsec_"))) < MIN_DIFFERENT:
            yield f"{name} must be random: it has fewer than {MIN_DIFFERENT} different characters."
        if value in first:
            yield f"{name} and {first[value]} must not be the same secret."
        first[value] = name
