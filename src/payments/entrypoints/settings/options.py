"""The classes of all settings: name, default and meaning of each. `secret` marks what is never shown."""

import re
from collections.abc import Mapping
from typing import Final, Literal

import attrs
import typed_settings as ts
from typed_settings import Secret, option

from payments.domain.books.settlement import SettledBy
from payments.domain.values import DEFAULT_PROVIDER, Method, Mode
from payments.entrypoints.logs import LogAddresses, LogFormat
from payments.entrypoints.settings.accounts import AccountOptions, IamportOptions, PortOneOptions, secret_option
from payments.entrypoints.settings.openid import OpenIdOptions
from payments.entrypoints.tokens import Algorithm

Contract = Literal["partial_refund", "account_refund", "later_phone_refund", "vat", "below_1000", "escrow"]
Tax = Literal["", "taxable", "tax_free", "mixed"]
Product = Literal["", "physical", "digital"]

MEMORY: Final = "memory://"
"""The database URL of a store in memory, which ends with the process: for tests and first trials."""


MINIMUMS: Final = {
    Method.CARD: 100,
    Method.TRANSFER: 150,
    Method.MOBILE: 300,
    Method.KAKAOPAY: 100,
    Method.PAYCO: 100,
    Method.NAVERPAY: 10,
}
"""Below these, no PG that we know takes a payment in won; most want more."""


def _without_credentials(url: str) -> str:
    """Return *url* with `***` for its password and for the values of its query."""
    hidden = re.sub(r"//([^:/@?]*):.*@", r"//\1:***@", url)
    return repr(re.sub(r"=[^&#]*", "=***", hidden))


def _host_only(url: str) -> str:
    """Return scheme and host of *url*: the path or query of a webhook's URL may be a token."""
    return repr(re.sub(r"^(https?://)(?:[^/?#]*@)?([^/?#@]*).*", r"\1\2/…", url, flags=re.DOTALL))


@ts.settings(kw_only=True)
class DatabaseSettings:
    """Where payments are kept."""

    url: str = option(
        default="sqlite:///payments.db",
        repr=_without_credentials,
        help="sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME",
    )
    create: bool = option(default=False, help="create the tables of an empty database at start")
    encryption_keys: tuple[str, ...] = option(
        default=(), repr=False, help="encrypt the bank accounts of refunds; the current key first"
    )


@ts.settings(kw_only=True)
class ChannelOptions:
    """A channel: a contract with a PG, under a name of the shop's own. Payments by its methods open there."""

    name: str = option(default="", help="the shop's name for it; `channel` of a payment names it")
    provider: str = option(default="", help="the provider; empty for the usual one")
    channel_key: str = option(default="", help="channel key from the console")
    pg: str = option(default="", help="PG code, such as html5_inicis or INICIS_V2.MID: its rules are checked")
    methods: tuple[Method, ...] = option(default=(), help="the methods that open here: card, kakaopay, …")
    contract: tuple[Contract, ...] = option(
        default=(),
        help="what the contract includes: partial_refund, account_refund, later_phone_refund, vat, below_1000, escrow",
    )
    tax: Tax = option(default="", help="the contract's taxes: taxable, tax_free or mixed; empty if not known")
    product: Product = option(default="", help="the contract's goods on the phone bill: physical or digital")
    minimum: int = option(default=0, help="the contract's smallest sum in won; 0 for the PG's own")
    strict: bool = option(default=False, help="refuse also what the channel's rules only warn of")
    rules_off: dict[str, str] = option(factory=dict, help="rules that are not checked, each with the reason")


@ts.settings(kw_only=True)
class HttpSettings:
    """How the API is served."""

    host: str = option(default="127.0.0.1", help="the address to listen on")
    port: int = option(default=8000, help="the port to listen on; 0 for any free one")
    public_url: str = option(default="", help="public URL of the API, as browsers and providers reach it")
    allowed_origins: tuple[str, ...] = option(default=(), help="origins whose pages may call the API (CORS)")
    allowed_hosts: tuple[str, ...] = option(default=(), help="host names under which the API is reached")
    return_page: str = option(
        default="", help="the shop's page after payment; {merchant_id} is replaced, or the id is appended"
    )
    threads: int = option(default=16, help="requests processed at the same time")
    concurrency: int = option(
        default=256, help="the same where aiohttp calls providers, so that no request holds a thread; at most 500"
    )
    queue: int = option(default=64, help="requests that may wait for their turn; further ones get 503")
    trusted_proxies: tuple[str, ...] = option(
        default=("127.0.0.1", "::1"), help="proxies whose X-Forwarded-For is believed: addresses or networks"
    )
    limit_buyer: int = option(default=120, help="requests of one buyer or client token a minute; 0 for no limit")
    limit_key: int = option(default=6000, help="requests with one API key a minute; 0 for no limit")
    limit_address: int = option(default=120, help="returns from the window of one address a minute; 0 for no limit")
    limit_payment: int = option(default=30, help="times a minute that a buyer may have one payment checked")
    limit_failures: int = option(default=20, help="wrong credentials of one address a minute; 0 for no limit")
    limit_new_keys: int = option(default=100, help="requests of one buyer with an idempotency key a day")
    limit_awaiting: int = option(default=5, help="payments that one buyer began and that may await payment; 0 for any")
    share: int = option(default=4, help="calls of one buyer that may wait for a provider at the same time; 0 for any")
    secret: Secret[str] = secret_option(
        "signs client tokens and cursors; the same for all processes, 32 characters or more"
    )
    previous_secret: Secret[str] = secret_option("the secret before this one, still accepted while it is replaced")


@ts.settings(kw_only=True)
class BuyerSettings:
    """How buyers' tokens (JWT) are checked; without a key there are none."""

    algorithm: Algorithm = option(default="HS256", help="HS256, RS256 or ES256")
    key: Secret[str] = secret_option("the shared secret of HS256, or the public key in PEM")
    previous_key: Secret[str] = secret_option("the key before this one, still accepted while it is replaced")
    jwks: Secret[str] = secret_option("public keys as a JWKS (RFC 7517); a token names one of them by its kid")
    issuer: str = option(default="", help="required iss claim of a token")
    audience: str = option(default="payments", help="required aud claim of a token")


@ts.settings(kw_only=True)
class OrderSettings:
    """What orders cost: a price list, or orders signed by the shop's server (JWS)."""

    price_list: str = option(default="", help="a TOML file of things and prices")
    algorithm: Algorithm = option(default="HS256", help="HS256, RS256 or ES256")
    key: Secret[str] = secret_option("the shared secret of HS256, or the public key in PEM")
    previous_key: Secret[str] = secret_option("the key before this one, still accepted while it is replaced")
    jwks: Secret[str] = secret_option("public keys as a JWKS (RFC 7517); a token names one of them by its kid")
    issuer: str = option(default="", help="required iss claim of a signed order")
    audience: str = option(default="payments", help="required aud claim of a signed order")


@ts.settings(kw_only=True)
class WebhookOptions:
    """Where the shop's server is told what happened."""

    url: str = option(default="", repr=_host_only, help="URL of the shop's endpoint; empty to send nothing")
    secrets: tuple[str, ...] = option(default=(), repr=False, help="signing secrets (whsec_…), the current one first")
    allow_private: bool = option(default=False, help="also send to http:// and to addresses in our own network")


@ts.settings(kw_only=True)
class ConsoleOptions:
    """The pages of the shop's people at /console."""

    enabled: bool = option(default=True, help="serve the console; in live mode it appears when an operator exists")


@ts.settings(kw_only=True)
class SettlementOptions:
    """The columns of the PG's payout files (CSV), by their heads. No PG's format is built in."""

    name: str = option(default="", help="head of the column that names the payment; see named_by")
    named_by: SettledBy = option(
        default=SettledBy.TRANSACTION_ID,
        help="what it has: transaction_id (the PG's), gateway_id or merchant_id",
    )
    amount: str = option(default="", help="head of the column of amounts; what was refunded is negative, or see kind")
    fee: str = option(default="", help="head of the column of fees; empty for none")
    payout_day: str = option(default="", help="head of the column of payout days; empty for none")
    kind: str = option(default="", help="head of the column that tells refunds apart; empty if they are negative")
    refunds: tuple[str, ...] = option(default=("취소", "환불"), help="what that column says of a refund")
    totals: tuple[str, ...] = option(
        default=("합계", "소계", "총계"), help="a line with one of these cells sums others up, and is skipped"
    )
    currency: str = option(default="KRW", help="the currency of the amounts")
    delimiter: str = option(default=",", help="what stands between cells")

    @property
    def is_set(self) -> bool:
        """Whether the columns are named without which no file can be read."""
        return bool(self.name and self.amount)


@ts.settings(kw_only=True)
class Settings:
    """Everything that can be set. `hold_strays`: money that pays for nothing waits for an operator."""

    provider: str = option(default=DEFAULT_PROVIDER, help="the provider of new payments whose channel names no other")

    mode: Mode = option(default=Mode.TEST, help="live for real money, test for play money")
    hold_strays: bool = option(default=False, help="hold strays for an operator instead of refunding them")
    merchant_id_prefix: str = option(
        default="", help="prefix of all merchant ids; if empty, one is drawn once and stored"
    )
    expires_after: int = option(default=30, help="minutes a buyer has to pay before an untouched payment is cancelled")
    grace: int = option(default=10, help="minutes after its expiry in which late money still pays a payment")
    deposit_grace: int = option(default=6, help="hours after its due time in which a late deposit still pays")
    second_person_above: int = option(
        default=0, help="refunds of a payment above this sum in won wait for a second person; 0: none"
    )
    one_payment_per_order: bool = option(
        default=False, help="an order is paid once in the whole shop, not once per buyer"
    )
    zone: str = option(default="Asia/Seoul", help="the shop's time zone: where its days begin and end")
    log_format: LogFormat = option(default="text", help="text for people, json for programs")
    log_addresses: LogAddresses = option(
        default="network", help="how log lines name a caller's address: network (/24, /48), or hash under http.secret"
    )
    minimums: dict[Method, int] = option(
        default=MINIMUMS, help="lowest price in won of each method; lower ones are refused"
    )
    channels: tuple[ChannelOptions, ...] = option(default=(), help="channels of single methods, or named by the shop")
    database: DatabaseSettings = DatabaseSettings()
    iamport: IamportOptions = IamportOptions()
    portone: PortOneOptions = PortOneOptions()
    http: HttpSettings = HttpSettings()
    buyers: BuyerSettings = BuyerSettings()
    orders: OrderSettings = OrderSettings()
    webhooks: WebhookOptions = WebhookOptions()
    console: ConsoleOptions = ConsoleOptions()
    openid: OpenIdOptions = OpenIdOptions()
    settlement: SettlementOptions = SettlementOptions()

    @property
    def accounts(self) -> Mapping[str, AccountOptions]:
        """The options of every provider, by name."""
        given = attrs.asdict(self, recurse=False)
        return {name: options for name, options in given.items() if isinstance(options, AccountOptions)}

    @property
    def usual_account(self) -> AccountOptions:
        """The account of new payments whose channel names no other."""
        return self.accounts[self.provider]

    @property
    def providers(self) -> frozenset[str]:
        """The providers in use: those with keys, and those that begin payments."""
        beginning = {self.provider, *(channel.provider for channel in self.channels if channel.provider)}
        return frozenset(beginning | {name for name, options in self.accounts.items() if options.is_set})


FROM_FILES: Final = (
    "database.url",
    "database.encryption_keys",
    "iamport.key",
    "iamport.secret",
    "portone.api_secret",
    "portone.webhook_secrets",
    "http.secret",
    "http.previous_secret",
    "buyers.key",
    "buyers.previous_key",
    "buyers.jwks",
    "orders.key",
    "orders.previous_key",
    "orders.jwks",
    "webhooks.secrets",
    "openid.client_secret",
)
"""Settings that an environment variable ending in _FILE may read from a file, as containers provide secrets."""

NEED_NOT_BE_SET: Final = frozenset({"http.previous_secret", "portone.webhook_secrets"})
"""Secrets without which what they belong to works as well, so that they may come and go while it runs."""
