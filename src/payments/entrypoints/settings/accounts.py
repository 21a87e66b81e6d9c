"""AccountOptions: what is set of each provider's account, and what must hold of it. One class for each provider."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import typed_settings as ts
from typed_settings import Secret, option, secret

from payments.domain.values import MAX_MONTHS
from payments.entrypoints.settings.addresses import must_be_on

SCRIPT: Final = "https://cdn.iamport.kr/v1/iamport.js"
V2_SCRIPT: Final = "https://cdn.portone.io/v2/browser-sdk.js"
SCRIPT_HOSTS: Final = frozenset({"cdn.iamport.kr", "service.iamport.kr", "cdn.portone.io"})


def secret_option(meaning: str) -> Any:
    """Return an option that is never shown."""
    return secret(default=Secret(""), help=meaning)


class AccountOptions:
    """The options of a provider. `keys` is their name in a sentence; `secrets` are never the same or an example."""

    channel_key: str
    pg: str
    deadline: float
    digital: bool
    max_instalments: int
    deposit_days: int
    check_at_start: bool

    @property
    def keys(self) -> str:
        raise NotImplementedError

    @property
    def secrets(self) -> Mapping[str, str]:
        raise NotImplementedError

    @property
    def asked_for(self) -> frozenset[str]:
        """The settings that the provider asks for in each call, so that it can say whether it accepts them."""
        raise NotImplementedError

    @property
    def is_set(self) -> bool:
        """Whether the account has any of its keys."""
        return any(self.secrets.values())

    def errors(self) -> Iterator[str]:
        """Yield what is wrong in any mode, one sentence each."""
        raise NotImplementedError

    def live_errors(self) -> Iterator[str]:
        """Yield what must not be in live mode, one sentence each."""
        raise NotImplementedError


@ts.settings(kw_only=True)
class IamportOptions(AccountOptions):
    """The shop's account at Iamport (PortOne V1), and how its window is opened."""

    key: Secret[str] = secret_option("the console's REST API key")
    secret: Secret[str] = secret_option("the console's REST API secret")
    user_code: str = option(default="", help="the shop's public code, imp and 8 digits")
    api_url: str = option(default="https://api.iamport.kr", help="base URL of Iamport's REST API")
    script: str = option(default=SCRIPT, help="URL of the script that opens the payment window")
    channel_key: str = option(default="", help="channel key from the console, for payment windows")
    pg: str = option(default="", help="PG code, the older way to name a channel: PROVIDER or PROVIDER.MID")
    deadline: float = option(default=15.0, help="time limit of one operation at Iamport, in seconds")
    refund_deadline: float = option(default=75.0, help="time limit of a refund at Iamport, in seconds; 60 or more")
    digital: bool = option(default=False, help="goods on the phone bill are content, not shipped")
    max_instalments: int = option(default=0, help="most months of a card payment; 1: at once; 0: as the PG offers")
    check_at_start: bool = option(default=True, help="ask Iamport once at start whether it accepts the keys")
    deposit_days: int = option(default=0, help="days until a virtual account expires; 0 for the provider's default")
    notice: bool = option(default=True, help="pass our webhook address to each payment window (needs http.public_url)")

    @property
    def keys(self) -> str:
        return "iamport.key and iamport.secret"

    @property
    def asked_for(self) -> frozenset[str]:
        return frozenset({"iamport.key", "iamport.secret"})

    @property
    def secrets(self) -> Mapping[str, str]:
        return {
            "iamport.key": self.key.get_secret_value(),
            "iamport.secret": self.secret.get_secret_value(),
            "iamport.user_code": self.user_code,
        }

    def errors(self) -> Iterator[str]:
        if not 0 <= self.max_instalments <= MAX_MONTHS:
            yield f"iamport.max_instalments must be between 0 and {MAX_MONTHS} months."

    def live_errors(self) -> Iterator[str]:
        yield from must_be_on("iamport.api_url", self.api_url, frozenset({"api.iamport.kr"}))
        yield from must_be_on("iamport.script", self.script, SCRIPT_HOSTS)


@ts.settings(kw_only=True)
class PortOneOptions(AccountOptions):
    """The shop's account at PortOne V2, and how its window is opened."""

    api_secret: Secret[str] = secret_option("the console's V2 API secret")
    store_id: str = option(default="", help="the shop's store, store- and a UUID")
    channel_key: str = option(default="", help="channel key from the console, for payment windows")
    pg: str = option(default="", help="PG code, such as INICIS_V2: its rules are checked")
    webhook_secrets: tuple[str, ...] = option(
        default=(), repr=False, help="signing secrets of webhooks (whsec_…) from the console; two while one is replaced"
    )
    api_url: str = option(default="https://api.portone.io", help="base URL of PortOne's REST API")
    script: str = option(default=V2_SCRIPT, help="URL of the script that opens the payment window")
    deadline: float = option(default=15.0, help="time limit of one operation at PortOne, in seconds")
    refund_deadline: float = option(default=75.0, help="time limit of a refund at PortOne, in seconds; 60 or more")
    digital: bool = option(default=False, help="goods on the phone bill are content, not shipped")
    max_instalments: int = option(default=0, help="most months of a card payment; 1: at once; 0: as the PG offers")
    check_at_start: bool = option(default=True, help="ask PortOne once at start whether it accepts the secret")
    deposit_days: int = option(default=0, help="days until a virtual account expires; 0 for the provider's default")
    notice: bool = option(default=True, help="pass our webhook address to each payment window (needs http.public_url)")

    @property
    def keys(self) -> str:
        return "portone.api_secret"

    @property
    def asked_for(self) -> frozenset[str]:
        return frozenset({"portone.api_secret"})

    @property
    def secrets(self) -> Mapping[str, str]:
        numbered = {f"portone.webhook_secrets[{n}]": secret for n, secret in enumerate(self.webhook_secrets)}
        return {"portone.api_secret": self.api_secret.get_secret_value(), **numbered}

    def errors(self) -> Iterator[str]:
        if not 0 <= self.max_instalments <= MAX_MONTHS:
            yield f"portone.max_instalments must be between 0 and {MAX_MONTHS} months."

    def live_errors(self) -> Iterator[str]:
        yield from must_be_on("portone.api_url", self.api_url, frozenset({"api.portone.io"}))
        yield from must_be_on("portone.script", self.script, frozenset({"cdn.portone.io"}))
        if not self.webhook_secrets:
            yield "portone.webhook_secrets must be set in live mode: the console signs its webhooks."
        if not self.channel_key:
            yield "portone.channel_key must be set in live mode."
