"""IamportSettings: the address, the keys, the mode and the time limits."""

import ipaddress
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

import attrs

from payments.domain.errors import BadInput
from payments.domain.values import Mode

LIVE_URL: Final = "https://api.iamport.kr"

LONGEST_REFUND: Final = 240
"""The maximum of `refund_deadline` in seconds: a refund must not outlast the lease of its payment."""


def _base_url(url: str) -> str:
    return url.rstrip("/")


def _filled(_: object, field: Any, value: Any) -> None:
    if not isinstance(value, str) or not value.strip():
        raise BadInput(f"Iamport's `{field.name}` is not set. Nothing was started.")


def _seconds(maximum: int) -> Callable[[object, Any, Any], None]:
    def check(_: object, field: Any, value: Any) -> None:
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= maximum:
            raise BadInput(
                f"Iamport's `{field.name}` must be more than 0 and at most {maximum} seconds. Nothing was started."
            )

    return check


def _count(maximum: int) -> Callable[[object, Any, Any], None]:
    def check(_: object, field: Any, value: Any) -> None:
        if type(value) is not int or not 1 <= value <= maximum:
            raise BadInput(f"Iamport's `{field.name}` must be a whole number from 1 to {maximum}. Nothing was started.")

    return check


@attrs.frozen(kw_only=True)
class IamportSettings:
    """How to reach Iamport. `key` and `secret` are "REST API key / secret" (V1) in the console, and never shown.

    `user_code` is the shop's public `imp…` code. `channel_key`, or the older `pg`, is the channel of payment windows;
    with neither, it is the console's default. `deadline` bounds one operation with all its calls, retries and
    pages, in seconds; only the resolving of the host name has the limit of the system. Raises BadInput for settings
    that could count test money as real money, or send the keys unencrypted.
    """

    key: str = attrs.field(repr=False, validator=_filled)
    secret: str = attrs.field(repr=False, validator=_filled)
    user_code: str = attrs.field(validator=_filled)
    mode: Mode = attrs.field(converter=Mode)
    api_url: str = attrs.field(default=LIVE_URL, converter=_base_url)
    channel_key: str = ""
    pg: str = ""
    deadline: float = attrs.field(default=15.0, validator=_seconds(600))
    refund_deadline: float = attrs.field(default=75.0, validator=_seconds(LONGEST_REFUND))
    """The longest that a refund may take: the provider waits for the PG, so it should be 60 seconds or more."""
    connect_timeout: float = attrs.field(default=5.0, validator=_seconds(600))
    connections: int = attrs.field(default=32, validator=_count(1000))
    """How many calls may run at once; a further call waits until its deadline."""
    tries: int = attrs.field(default=3, validator=_count(10))
    """How often a call is sent at most if it is safe to retry."""
    body_cap: int = attrs.field(default=1 << 24, validator=_count(1 << 26))
    """The longest answer that is read, in bytes. A page whose rows a hostile buyer has filled with `custom_data` must
    fit, because a page that cannot be read hides all its rows."""
    page_size: int = attrs.field(default=100, validator=_count(1000))

    @api_url.validator
    def _check_url(self, _: object, url: str) -> None:
        host = _host(url)
        if not host:
            raise BadInput("Iamport's `api_url` must be a URL such as https://api.iamport.kr. Nothing was started.")
        local = _is_local(host)
        if not local and not url.lower().startswith("https:"):
            raise BadInput("Iamport's `api_url` must be https, or others could read the keys. Nothing was started.")
        if self.mode is Mode.LIVE and (local or "sandbox" in url.lower()):
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


def _is_local(host: str) -> bool:
    """Return whether *host* is this machine."""
    if host.rstrip(".").rpartition(".")[2] == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified
