"""What follows from the settings without any adapter: policy, limits, and who verifies which token."""

from datetime import timedelta
from typing import Final

from payments.domain.errors import BadInput
from payments.domain.use_cases.rules import Channel, Rules
from payments.domain.use_cases.wiring import Policy
from payments.entrypoints.books.settlement_file import Columns
from payments.entrypoints.limits import Limits
from payments.entrypoints.logs import cut, hashed_with
from payments.entrypoints.sending import ANSWER_WITHIN_SECONDS, MAX_SENDS
from payments.entrypoints.service import Web
from payments.entrypoints.settings import with_secret
from payments.entrypoints.settings.jwks import named_keys
from payments.entrypoints.settings.options import (
    BuyerSettings,
    HttpSettings,
    OrderSettings,
    Settings,
    SettlementOptions,
)
from payments.entrypoints.tokens import ClientTokens, Verifier
from payments.entrypoints.worker.pace import Pace

DATABASE_WAITS: Final = timedelta(seconds=15)
"""How long the waits of one request for the database may take together: three of them, each bounded by 5 s."""


def longest_request(settings: Settings) -> timedelta:
    """How long one request may take: a call to the provider, and waiting for the database before and after it."""
    deadlines = [options.deadline for name, options in settings.accounts.items() if name in settings.providers]
    return timedelta(seconds=max(ANSWER_WITHIN_SECONDS, *deadlines)) + DATABASE_WAITS


def client_tokens(settings: Settings) -> ClientTokens:
    """Return what issues and verifies client tokens."""
    http = settings.http
    return ClientTokens(secret=http.secret.get_secret_value(), previous_secret=http.previous_secret.get_secret_value())


def policy(settings: Settings) -> Policy:
    """Return what the shop decides."""
    return Policy(
        mode=settings.mode,
        hold_strays=settings.hold_strays,
        expires_after=timedelta(minutes=settings.expires_after),
        grace=timedelta(minutes=settings.grace),
        deposit_grace=timedelta(hours=settings.deposit_grace),
        second_person_above=settings.second_person_above,
        rules=rules_of(settings),
    )


def max_concurrent_calls(settings: Settings) -> int:
    """How many calls to the database or the provider one process may make at a time, including a worker in it."""
    web = web_options(settings)
    return web.at_once + MAX_SENDS + Pace().threads


def web_options(settings: Settings) -> Web:
    """Return the options of the HTTP API."""
    http, secret = settings.http, with_secret(settings).http.secret.get_secret_value()
    return Web(
        allowed_origins=http.allowed_origins,
        allowed_hosts=http.allowed_hosts,
        return_page=http.return_page,
        threads=http.threads,
        queue=http.queue,
        longest_request=longest_request(settings),
        shown_address=hashed_with(secret) if settings.log_addresses == "hash" else cut,
    )


def limits_of(http: HttpSettings) -> Limits:
    """Return how often callers are served."""
    return Limits.of(
        buyer=http.limit_buyer,
        key=http.limit_key,
        address=http.limit_address,
        payment=http.limit_payment,
        failures=http.limit_failures,
        new_keys=http.limit_new_keys,
        share=http.share,
        awaiting=http.limit_awaiting,
    )


def verifier(keyed: BuyerSettings | OrderSettings) -> Verifier | None:
    """Return what verifies these tokens, or None without a key."""
    key, jwks = keyed.key.get_secret_value(), keyed.jwks.get_secret_value()
    if not (key or jwks):
        return None
    return Verifier(
        named_keys=named_keys(jwks, keyed.algorithm) if jwks else {},
        algorithm=keyed.algorithm,
        key=key,
        previous_key=keyed.previous_key.get_secret_value(),
        issuer=keyed.issuer,
        audience=keyed.audience,
    )


def rules_of(settings: Settings) -> Rules:
    """Return what the settings require of a payment before it begins."""
    channels = [
        Channel(name=one.name, methods=frozenset(one.methods), provider=one.provider) for one in settings.channels
    ]
    return Rules(
        provider=settings.provider,
        channels=tuple(channels),
        minimums=settings.minimums,
        one_payment_per_order=settings.one_payment_per_order,
    )


def columns_of(options: SettlementOptions) -> Columns:
    """Return the columns of the shop's payout files. Raises BadInput where the settings do not name them."""
    if not options.is_set:
        raise BadInput("Set settlement.name and settlement.amount: the heads of these columns in the PG's payout file.")
    return Columns(
        name=options.name,
        amount=options.amount,
        fee=options.fee,
        payout_day=options.payout_day,
        kind=options.kind,
        refunds=frozenset(options.refunds),
        totals=frozenset(options.totals),
        delimiter=options.delimiter,
    )
