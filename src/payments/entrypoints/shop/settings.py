"""ShopSettings: the addresses of the payments API and the providers' scripts, and the signing keys."""

from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlsplit

import attrs

from payments.entrypoints.shop.visitors import Signer

METHODS: Final = (
    *("card", "kakaopay", "naverpay", "tosspay", "samsungpay"),
    *("transfer", "virtual_account", "mobile"),
)


@attrs.frozen
class OtherChannel:
    """A channel at another provider: its title for people, and the address of its script."""

    title: str
    script: str


@attrs.frozen(kw_only=True)
class ShopSettings:
    """`api` and `script` as a browser reaches them: the payments API, and the usual provider's script.

    `channels` are those that a visitor may choose instead of the usual one, by name.
    `sandbox_page` is the address of the local sandbox's console, or "" for no link to it. `play_bank` pays into the
    virtual account of a payment, for a button that only the demo has.
    """

    api: str
    script: str
    signer: Signer
    sandbox_page: str = ""
    play_bank: Callable[[str], None] | None = None
    methods: tuple[str, ...] = METHODS
    usual: str = ""
    channels: Mapping[str, OtherChannel] = attrs.field(factory=dict)

    @property
    def policy(self) -> str:
        """The Content-Security-Policy of every page: our own files, the API, the providers' scripts and windows."""
        provider = " ".join(dict.fromkeys(map(origin, (self.script, *(one.script for one in self.channels.values())))))
        api = origin(self.api)
        return (
            f"default-src 'none'; script-src 'self' {api} {provider}; style-src 'self'; img-src 'self'; "
            f"connect-src 'self' {api} {provider}; frame-src {provider}; form-action 'self'; base-uri 'none'; "
            "frame-ancestors 'none'"
        )


def origin(url: str) -> str:
    """Return scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
