"""What is wrong with settings in any mode: values that cannot work, or that would open a door."""

import base64
import re
from typing import Final

import attrs

from payments.domain.errors import BadInput
from payments.domain.values import MAX_CHANNEL_NAME
from payments.entrypoints.books.periods import zone_named
from payments.entrypoints.settings.addresses import is_web
from payments.entrypoints.settings.jwks import MIN_RSA_BITS, named_keys
from payments.entrypoints.settings.openid import openid_errors
from payments.entrypoints.settings.options import BuyerSettings, HttpSettings, OrderSettings, Settings

MIN_SECRET_LENGTH: Final = 32
MAX_CONCURRENCY: Final = 500  # far below the number of calls that may wait for the database
ENCRYPTION_KEY_BYTES: Final = 32
MAX_EXPIRY_MINUTES: Final = 30 * 24 * 60
_ORIGIN: Final = re.compile(r"https?://[^/?#@\s]+")
_HOST: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\]")


def check(settings: Settings) -> list[str]:
    """Return what is wrong with the settings in any mode, one sentence each."""
    found = []
    for name, keyed in (("buyers", settings.buyers), ("orders", settings.orders)):
        found += _key_errors(name, keyed)
    found += _http_errors(settings.http)
    found += _encryption_key_errors(settings.database.encryption_keys)
    found += _channel_errors(settings)
    found += _provider_errors(settings)
    found += openid_errors(settings.openid, settings.http.public_url)
    if not _is_zone(settings.zone):
        found.append("zone must be a time zone such as Asia/Seoul.")
    if settings.second_person_above < 0:
        found.append("second_person_above must be 0 or more.")
    if not 1 <= settings.expires_after <= MAX_EXPIRY_MINUTES:
        found.append(f"expires_after must be between 1 and {MAX_EXPIRY_MINUTES} minutes.")
    if not 0 <= settings.grace <= MAX_EXPIRY_MINUTES or not 0 <= settings.deposit_grace <= 24 * 30:
        found.append(f"grace must be 0 to {MAX_EXPIRY_MINUTES} minutes, and deposit_grace 0 to 720 hours.")
    return found


def _is_zone(name: str) -> bool:
    try:
        return bool(zone_named(name))
    except BadInput:
        return False


def _channel_errors(settings: Settings) -> list[str]:
    channels, found = settings.channels, []
    names = [channel.name for channel in channels]
    if not all(name and name.isprintable() and len(name) <= MAX_CHANNEL_NAME for name in names):
        found.append(f"Each of channels must have a name of 1 to {MAX_CHANNEL_NAME} characters.")
    if len(set(names)) < len(names):
        found.append("The names of channels must differ.")
    if not all(channel.channel_key or channel.pg for channel in channels):
        found.append("Each of channels must have a channel_key or a pg.")
    methods = [method for channel in channels for method in channel.methods]
    if twice := sorted({method for method in methods if methods.count(method) > 1}):
        found.append(f"Only one of channels may have the method {', '.join(twice)}.")
    if any(channel.minimum < 0 for channel in channels):
        found.append("The minimum of a channel must be 0 won or more.")
    if not all(reason.strip() for channel in channels for reason in channel.rules_off.values()):
        found.append("Each of a channel's rules_off must say why the rule is not checked.")
    if any(minimum < 1 for minimum in settings.minimums.values()):
        found.append("minimums must be 1 won or more.")
    return found


def _provider_errors(settings: Settings) -> list[str]:
    found = [sentence for options in settings.accounts.values() for sentence in options.errors()]
    if unknown := sorted(settings.providers - set(settings.accounts)):
        found.append(f"There is no provider {', '.join(unknown)}. We know {', '.join(settings.accounts)}.")
    return found


def _http_errors(http: HttpSettings) -> list[str]:
    found = []
    for name, secret in (("http.secret", http.secret), ("http.previous_secret", http.previous_secret)):
        if 0 < len(secret.get_secret_value()) < MIN_SECRET_LENGTH:
            found.append(f"{name} must have {MIN_SECRET_LENGTH} characters or more.")
    if "*" in http.allowed_origins:
        found.append("http.allowed_origins must list each origin; * would allow any page to call the API.")
    elif not all(map(_ORIGIN.fullmatch, http.allowed_origins)):
        found.append("http.allowed_origins must look like https://shop.example, without a path or trailing slash.")
    if not all(map(_HOST.fullmatch, http.allowed_hosts)):
        found.append("http.allowed_hosts must be host names such as pay.shop.example, without scheme, port or *.")
    if http.return_page and not is_web(http.return_page):
        found.append("http.return_page must be an http:// or https:// address.")
    if http.threads < 1 or http.queue < 0:
        found.append("http.threads must be 1 or more, and http.queue 0 or more.")
    limits = {name: value for name, value in attrs.asdict(http).items() if name.startswith("limit_")}
    found += [f"http.{name} must be 0 or more." for name, value in {**limits, "share": http.share}.items() if value < 0]
    if not 1 <= http.concurrency <= MAX_CONCURRENCY:
        found.append(f"http.concurrency must be between 1 and {MAX_CONCURRENCY}.")
    return found


def _key_errors(name: str, keyed: BuyerSettings | OrderSettings) -> list[str]:
    found = []
    for field, secret in (("key", keyed.key), ("previous_key", keyed.previous_key)):
        if key := secret.get_secret_value():
            found += _one_key_errors(f"{name}.{field}", keyed.algorithm, key)
    jwks = keyed.jwks.get_secret_value()
    if jwks:
        found += _jwks_errors(f"{name}.jwks", keyed.algorithm, jwks)
    if not (jwks or keyed.key.get_secret_value()):
        return found
    if not keyed.issuer or not keyed.audience:
        found.append(f"{name}.issuer and {name}.audience must both be set.")
    return found


def _one_key_errors(name: str, algorithm: str, key: str) -> list[str]:
    if algorithm == "HS256":
        weak = len(key) < MIN_SECRET_LENGTH or "-----BEGIN" in key
        sentence = f"{name} must be a secret of {MIN_SECRET_LENGTH} or more characters for HS256, no public key."
        return [sentence] if weak else []
    trouble = _public_key_error(algorithm, key)
    return [f"{name} {trouble}."] if trouble else []


def _jwks_errors(name: str, algorithm: str, jwks: str) -> list[str]:
    try:
        named_keys(jwks, algorithm)
    except BadInput as error:
        return [f"{name} {error}."]
    return []


def _encryption_key_errors(keys: tuple[str, ...]) -> list[str]:
    try:
        fits = all(len(base64.b64decode(key, altchars=b"-_", validate=True)) == ENCRYPTION_KEY_BYTES for key in keys)
    except ValueError:
        fits = False
    wrong = f"database.encryption_keys must each be {ENCRYPTION_KEY_BYTES} random bytes in URL-safe base64."
    return [] if fits else [wrong]


def _public_key_error(algorithm: str, key: str) -> str:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    wrong = f"must be a public key in PEM for {algorithm}"
    if "-----BEGIN PUBLIC KEY-----" not in key:
        return wrong
    try:
        found = load_pem_public_key(key.encode())
    except (ValueError, UnsupportedAlgorithm):
        return f"{wrong}; this one cannot be read"
    if algorithm == "ES256":
        fits = isinstance(found, EllipticCurvePublicKey) and isinstance(found.curve, SECP256R1)
        return "" if fits else f"{wrong}, on the curve P-256"
    if not isinstance(found, RSAPublicKey):
        return wrong
    return "" if found.key_size >= MIN_RSA_BITS else f"must be an RSA key of {MIN_RSA_BITS} bits or more"
