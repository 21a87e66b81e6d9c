"""IamportSettings: which Iamport, with whose keys, in which mode, and how long anything may take."""

import ipaddress
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

import attrs

from payments.domain.errors import BadInput
from payments.domain.values import Mode

LIVE_URL: Final = "https://api.iamport.kr"


def _base_url(url: str) -> str:
    return url.rstrip("/")


def _filled(_: object, field: Any, value: Any) -> None:
    if not isinstance(value, str) or not value.strip():
        raise BadInput(f"Iamport's `{field.name}` is not set. Nothing was started.")


def _seconds(_: object, field: Any, value: Any) -> None:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= 600:
        raise BadInput(f"Iamport's `{field.name}` is a number of seconds, 600 at most. Nothing was started.")


def _count(most: int) -> Callable[[object, Any, Any], None]:
    def check(_: object, field: Any, value: Any) -> None:
        if type(value) is not int or not 1 <= value <= most:
            raise BadInput(f"Iamport's `{field.name}` is a whole number from 1 to {most}. Nothing was started.")

    return check


@attrs.frozen(kw_only=True)
class IamportSettings:
    """Raises BadInput for settings that could take play money for real, or send keys where others can read them.

    `key` and `secret` are the console's "REST API key / secret" (V1) and never shown; `user_code` is the shop's public
    `imp…` code; `channel_key`, or the older `pg`, names the channel that payment windows open on (neither: the default
    of the console). `deadline` is the longest that one operation may take, in seconds: all its calls, retries and pages
    together, but for the resolving of a name, whose limit is the system's.
    """

    key: str = attrs.field(repr=False, validator=_filled)
    secret: str = attrs.field(repr=False, validator=_filled)
    user_code: str = attrs.field(validator=_filled)
    mode: Mode = attrs.field(converter=Mode)
    api_url: str = attrs.field(default=LIVE_URL, converter=_base_url)
    channel_key: str = ""
    pg: str = ""
    deadline: float = attrs.field(default=15.0, validator=_seconds)
    refund_deadline: float = attrs.field(default=75.0, validator=_seconds)
    """The longest that a refund may take: the provider waits for the PG, and advises 60 seconds and more."""
    connect_timeout: float = attrs.field(default=5.0, validator=_seconds)
    connections: int = attrs.field(default=32, validator=_count(1000))
    """At most this many calls at once; one more waits for its turn until its deadline."""
    tries: int = attrs.field(default=3, validator=_count(10))
    """How often a call is sent at most, where sending it again is harmless."""
    body_cap: int = attrs.field(default=1 << 20, validator=_count(1 << 26))
    """Answers longer than this many bytes are not read to their end."""
    page_size: int = attrs.field(default=100, validator=_count(1000))

    @api_url.validator
    def _check_url(self, _: object, url: str) -> None:
        host = _host(url)
        if not host:
            raise BadInput("Iamport's `api_url` is an address such as https://api.iamport.kr. Nothing was started.")
        local = _is_local(host)
        if not local and not url.lower().startswith("https:"):
            raise BadInput("Iamport's `api_url` is not https, so others could read the keys. Nothing was started.")
        if self.mode is Mode.LIVE and (local or "sandbox" in url.lower()):
            raise BadInput(
                "`api_url` is a sandbox and the mode is live: play money would count as real. Use mode test."
            )


def _host(url: str) -> str:
    """Return the host of a plain address; empty where it is none, or carries more than scheme, host, port and path."""
    try:
        parts, port = urlsplit(url), urlsplit(url).port
    except ValueError:
        return ""
    plain = parts.scheme in ("http", "https") and port != 0 and not (parts.username or parts.query or parts.fragment)
    return parts.hostname or "" if plain else ""


def _is_local(host: str) -> bool:
    """Tell whether a host is this machine itself."""
    if host.rstrip(".").rpartition(".")[2] == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified
