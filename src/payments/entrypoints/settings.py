"""Settings: environment variables (PAYMENTS_DATABASE_URL, …) over a TOML file (payments.toml, or PAYMENTS_CONFIG).

    mode = "test"                       # or "live": real money

    [database]
    url = "sqlite:///payments.db"       # or postgresql://user:password@host/name

    [iamport]
    key = "…"
    secret = "…"
    user_code = "imp12345678"

The classes below list all names: `key` in `[iamport]` is PAYMENTS_IAMPORT_KEY. Secrets are never shown.
"""

import os
import re
import secrets
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import typed_settings as ts
from typed_settings import EnvLoader, FileLoader, Secret, TomlFormat, option, secret
from typed_settings.converters import TSConverter
from typed_settings.exceptions import TsError
from typed_settings.loaders import Loader

from payments.domain.values import Mode
from payments.entrypoints.service import BadSettings
from payments.entrypoints.tokens import Algorithm

PREFIX: Final = "PAYMENTS_"
FILE: Final = "payments.toml"
SCRIPT: Final = "https://cdn.iamport.kr/v1/iamport.js"
MIN_SECRET_LENGTH: Final = 32
MAX_EXPIRY_MINUTES: Final = 30 * 24 * 60
MEMORY: Final = "memory://"
"""The database URL of a store in memory, which ends with the process: for tests and first trials."""
_ORIGIN: Final = re.compile(r"https?://[^/?#@\s]+")


def _secret(meaning: str) -> Any:
    return secret(default=Secret(""), help=meaning)


def _without_password(url: str) -> str:
    return repr(re.sub(r"//([^:/@]*):[^@]*@", r"//\1:***@", url))


@ts.settings(kw_only=True)
class DatabaseSettings:
    """Where payments are kept."""

    url: str = option(
        default="sqlite:///payments.db",
        repr=_without_password,
        help="sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME",
    )
    create: bool = option(default=False, help="create the tables of an empty database at start")


@ts.settings(kw_only=True)
class IamportOptions:
    """The shop's account at Iamport (PortOne V1), and how its window is opened."""

    key: Secret[str] = _secret("the console's REST API key")
    secret: Secret[str] = _secret("the console's REST API secret")
    user_code: str = option(default="", help="the shop's public code, imp and 8 digits")
    api_url: str = option(default="https://api.iamport.kr", help="base URL of Iamport's REST API")
    script: str = option(default=SCRIPT, help="URL of the script that opens the payment window")
    channel_key: str = option(default="", help="channel key from the console, for payment windows")
    pg: str = option(default="", help="PG code, the older way to name a channel: PROVIDER or PROVIDER.MID")
    deadline: float = option(default=15.0, help="time limit of one operation at Iamport, in seconds")
    refund_deadline: float = option(default=75.0, help="time limit of a refund at Iamport, in seconds; 60 or more")
    deposit_days: int = option(default=0, help="days until a virtual account expires; 0 for the provider's default")
    notice: bool = option(default=True, help="pass our webhook address to each payment window (needs http.public_url)")


@ts.settings(kw_only=True)
class HttpSettings:
    """How the API is served."""

    host: str = option(default="127.0.0.1", help="the address to listen on")
    port: int = option(default=8000, help="the port to listen on; 0 for any free one")
    public_url: str = option(default="", help="public URL of the API, as browsers and Iamport reach it")
    allowed_origins: tuple[str, ...] = option(default=(), help="origins whose pages may call the API (CORS)")
    return_page: str = option(
        default="", help="the shop's page after payment; {merchant_id} is replaced, or the id is appended"
    )
    threads: int = option(default=16, help="requests processed at the same time")
    queue: int = option(default=64, help="requests that may wait for a thread; further ones get 503")
    secret: Secret[str] = _secret("signs client tokens and cursors; the same for all processes, 32 characters or more")


@ts.settings(kw_only=True)
class BuyerSettings:
    """How buyers' tokens (JWT) are checked; without a key there are none."""

    algorithm: Algorithm = option(default="HS256", help="HS256, RS256 or ES256")
    key: Secret[str] = _secret("the shared secret of HS256, or the public key in PEM")
    issuer: str = option(default="", help="required iss claim of a token")
    audience: str = option(default="payments", help="required aud claim of a token")


@ts.settings(kw_only=True)
class OrderSettings:
    """What orders cost: a price list, or orders signed by the shop's server (JWS)."""

    price_list: str = option(default="", help="a TOML file of things and prices")
    algorithm: Algorithm = option(default="HS256", help="HS256, RS256 or ES256")
    key: Secret[str] = _secret("the shared secret of HS256, or the public key in PEM")
    issuer: str = option(default="", help="required iss claim of a signed order")
    audience: str = option(default="payments", help="required aud claim of a signed order")


@ts.settings(kw_only=True)
class WebhookOptions:
    """Where the shop's server is told what happened."""

    url: str = option(default="", help="URL of the shop's endpoint; empty to send nothing")
    secrets: tuple[str, ...] = option(default=(), repr=False, help="signing secrets (whsec_…), the current one first")
    allow_private: bool = option(default=False, help="also send to http:// and to addresses in our own network")


@ts.settings(kw_only=True)
class Settings:
    """Everything that can be set. `hold_strays`: money that pays for nothing waits for an operator."""

    mode: Mode = option(default=Mode.TEST, help="live for real money, test for play money")
    hold_strays: bool = option(default=False, help="hold strays for an operator instead of refunding them")
    merchant_id_prefix: str = option(
        default="", help="prefix of all merchant ids; if empty, one is drawn once and stored"
    )
    expires_after: int = option(default=30, help="minutes a buyer has to pay before an untouched payment is cancelled")
    grace: int = option(default=10, help="minutes after its expiry in which late money still pays a payment")
    deposit_grace: int = option(default=6, help="hours after its due time in which a late deposit still pays")
    database: DatabaseSettings = DatabaseSettings()
    iamport: IamportOptions = IamportOptions()
    http: HttpSettings = HttpSettings()
    buyers: BuyerSettings = BuyerSettings()
    orders: OrderSettings = OrderSettings()
    webhooks: WebhookOptions = WebhookOptions()


def load_settings(file: Path | None = None) -> Settings:
    """Return the settings of the environment over *file* (else PAYMENTS_CONFIG, payments.toml). Raises BadSettings."""
    named = file or (Path(given) if (given := os.environ.get(f"{PREFIX}CONFIG")) else None)
    if named and not named.is_file():
        raise BadSettings(f"The settings file {named} does not exist. Nothing was started.")
    loaders: list[Loader] = [FileLoader({"*": TomlFormat(None)}, [named or Path(FILE)]), EnvLoader(PREFIX)]
    try:
        loaded = ts.load_settings(Settings, loaders, converter=TSConverter(strlist_sep=","))
    except (TsError, ValueError, TypeError) as error:
        raise BadSettings(f"The settings cannot be read: {_sentences(error)} Nothing was started.") from None
    if troubles := check(loaded):
        raise BadSettings(" ".join([*troubles, "Nothing was started."]))
    return loaded


def check(settings: Settings) -> list[str]:
    """Return what is wrong with the settings, one sentence each."""
    live = settings.mode is Mode.LIVE
    http, found = settings.http, []
    for name, keyed in (("buyers", settings.buyers), ("orders", settings.orders)):
        found += _key_errors(name, keyed)
    given = http.secret.get_secret_value()
    if live and not given:
        found.append("http.secret must be set in live mode: 32 characters or more, the same for all processes.")
    if given and len(given) < MIN_SECRET_LENGTH:
        found.append(f"http.secret must have {MIN_SECRET_LENGTH} characters or more.")
    if live and not http.public_url.startswith("https://"):
        found.append("http.public_url must be an https:// address in live mode.")
    if "*" in http.allowed_origins:
        found.append("http.allowed_origins must list each origin; * would allow any page to call the API.")
    elif not all(map(_ORIGIN.fullmatch, http.allowed_origins)):
        found.append("http.allowed_origins must look like https://shop.example, without a path or trailing slash.")
    if live and settings.database.url == MEMORY:
        found.append("database.url must not be memory:// in live mode: payments would end with the process.")
    if live and _is_here(settings.iamport.script):
        found.append("iamport.script must not be a sandbox's address in live mode.")
    if not 1 <= settings.expires_after <= MAX_EXPIRY_MINUTES:
        found.append(f"expires_after must be between 1 and {MAX_EXPIRY_MINUTES} minutes.")
    if not 0 <= settings.grace <= MAX_EXPIRY_MINUTES or not 0 <= settings.deposit_grace <= 24 * 30:
        found.append(f"grace must be 0 to {MAX_EXPIRY_MINUTES} minutes, and deposit_grace 0 to 720 hours.")
    if http.threads < 1 or http.queue < 0:
        found.append("http.threads must be 1 or more, and http.queue 0 or more.")
    return found


def _key_errors(name: str, keyed: BuyerSettings | OrderSettings) -> list[str]:
    key = keyed.key.get_secret_value()
    if not key:
        return []
    found = []
    if keyed.algorithm == "HS256" and (len(key) < MIN_SECRET_LENGTH or "-----BEGIN" in key):
        found.append(f"{name}.key must be a secret of {MIN_SECRET_LENGTH} or more characters for HS256, no public key.")
    if keyed.algorithm != "HS256" and "-----BEGIN PUBLIC KEY-----" not in key:
        found.append(f"{name}.key must be a public key in PEM for {keyed.algorithm}.")
    if not keyed.issuer or not keyed.audience:
        found.append(f"{name}.issuer and {name}.audience must both be set.")
    return found


def _is_here(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return host == "localhost" or host.startswith("127.") or host == "::1" or host.endswith(".localhost")


def _sentences(error: BaseException) -> str:
    """Return the loader's errors, each once, without any value, which may be a secret."""
    if inner := getattr(error, "exceptions", None):
        return " ".join(dict.fromkeys(_sentences(one) for one in inner))
    sentence = re.sub(
        r"Could not convert value .* for option ('[^']*') from loader ([^:]*):.*", _INVALID_VALUE, str(error)
    )
    return f"{sentence.rstrip('.')}."


_INVALID_VALUE: Final = r"The value of \1 is invalid (\2)"


def public_url(settings: Settings) -> str:
    """Return the API's public address without a trailing slash."""
    return (settings.http.public_url or f"http://{settings.http.host}:{settings.http.port}").rstrip("/")


def any_secret(settings: Settings) -> str:
    """Return the configured secret; in test mode without one, a new one that only this process knows."""
    return settings.http.secret.get_secret_value() or secrets.token_urlsafe(MIN_SECRET_LENGTH)
