"""Validators of a provider's settings: keys that are set, limits in seconds and counts, an address that is safe."""

import ipaddress
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from payments.domain.errors import BadInput
from payments.domain.values import Mode

LONGEST_REFUND: Final = 240
"""The maximum of `refund_deadline` in seconds: a refund must not outlast the lease of its payment."""

Validator = Callable[[object, Any, Any], None]


def base_url(url: str) -> str:
    """Return *url* without slashes at its end."""
    return url.rstrip("/")


def filled(provider: str) -> Validator:
    """Return a validator for a text that must be set."""

    def check(_: object, field: Any, value: Any) -> None:
        if not isinstance(value, str) or not value.strip():
            raise BadInput(f"{provider}'s `{field.name}` is not set. Nothing was started.")

    return check


def seconds(provider: str, maximum: int) -> Validator:
    """Return a validator for a time of more than 0 seconds."""

    def check(_: object, field: Any, value: Any) -> None:
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= maximum:
            raise BadInput(
                f"{provider}'s `{field.name}` must be more than 0 and at most {maximum} seconds. Nothing was started."
            )

    return check


def count(provider: str, maximum: int) -> Validator:
    """Return a validator for a whole number from 1."""

    def check(_: object, field: Any, value: Any) -> None:
        if type(value) is not int or not 1 <= value <= maximum:
            raise BadInput(
                f"{provider}'s `{field.name}` must be a whole number from 1 to {maximum}. Nothing was started."
            )

    return check


def check_address(provider: str, url: str, mode: Mode, example: str) -> None:
    """Raise BadInput for an address that could count test money as real money, or send the keys unencrypted."""
    host = _host(url)
    if not host:
        raise BadInput(f"{provider}'s `api_url` must be a URL such as {example}. Nothing was started.")
    local = is_local(host)
    if not local and not url.lower().startswith("https:"):
        raise BadInput(f"{provider}'s `api_url` must be https, or others could read the keys. Nothing was started.")
    if mode is Mode.LIVE and (local or "sandbox" in url.lower()):
        raise BadInput(
            "`api_url` is a sandbox and the mode is live, so test money would count as real money. Use mode test."
        )


def _host(url: str) -> str:
    """Return the host of a URL; empty if it is invalid or has more than scheme, host, port and path."""
    try:
        parts, port = urlsplit(url), urlsplit(url).port
    except ValueError:
        return ""
    plain = parts.scheme in ("http", "https") and port != 0 and not (parts.username or parts.query or parts.fragment)
    return parts.hostname or "" if plain else ""


def is_local(host: str) -> bool:
    """Return whether *host* is this machine."""
    if host.rstrip(".").rpartition(".")[2] == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified
