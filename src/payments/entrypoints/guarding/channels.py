"""From settings to what checks the channels: the port that use cases ask, and the window as rules correct it."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final

import attrs

from payments.adapters.pg_rules import FIELDS, PgChannel, PgRules, sentences_of, tables
from payments.domain.payment import Payment
from payments.domain.ports import Contact, PaymentWindow, Window
from payments.domain.use_cases.channel_rules import Finding, corrections
from payments.domain.use_cases.checkout import Checkout
from payments.domain.values import Mode
from payments.entrypoints.channels.told import ChannelTold, RuleTold
from payments.entrypoints.service import BadSettings
from payments.entrypoints.settings import ChannelOptions, Settings

GENERATIONS: Final[Mapping[str, str]] = {"iamport": "v1", "portone": "v2"}
"""The generation of PortOne that each provider is."""
ALWAYS_SENT: Final[Mapping[str, Any]] = {
    "redirect_url": "the API's own",
    "mobile": True,
    "ios_app": False,
    "app_scheme": None,
    "escrow": False,
    "direct": False,
}
"""What every window of this library is opened with: it may be a phone's, and it returns to the API."""
OF_CHANNELS: Final = frozenset({*PgChannel().fields(), *ALWAYS_SENT, "test", "product", "max_months", "due_days"})
"""The fields that every request has from its channel and the settings."""


def channel_rules(settings: Settings) -> PgRules:
    """Return the rules of the shop's channels. Raises BadSettings where one switches off a rule that does not exist."""
    channels = {one.name: _channel(one, settings) for one in (_default(settings), *settings.channels)}
    known = {rule.id for rule in tables().rules}
    if unknown := {rule for one in channels.values() for rule in one.off} - known:
        raise BadSettings(f"channels.rules_off names unknown rules: {', '.join(sorted(unknown))}. Nothing was started.")
    return PgRules(channels=channels)


def checked_window(window: PaymentWindow, checkout: Checkout) -> PaymentWindow:
    """Return *window* with what the channel's rules correct in it, and with what they say."""

    def opened(payment: Payment, contact: Contact) -> Window:
        found = checkout.findings(payment, contact)
        if not found:
            return window(payment, contact)
        return attrs.evolve(window(*corrected(payment, contact, found)), notes=tuple(found))

    return opened


def corrected(payment: Payment, contact: Contact, found: Sequence[Finding]) -> tuple[Payment, Contact]:
    """Return what the window is opened with: the names as *found* corrects them."""
    names = corrections(found)
    if not names:
        return payment, contact
    sent = attrs.evolve(payment, name=names.get("order_name", payment.name))
    return sent, attrs.evolve(contact, name=names.get("buyer_name", contact.name))


def channels_of(settings: Settings) -> Callable[[], Sequence[ChannelTold]]:
    """Return what tells the channels: the default one first, then those of the settings."""

    @cache
    def told() -> Sequence[ChannelTold]:
        return tuple(_told(one, settings) for one in (_default(settings), *settings.channels))

    return told


def _default(settings: Settings) -> ChannelOptions:
    usual = settings.usual_account
    return ChannelOptions(channel_key=usual.channel_key, pg=usual.pg)


def _provider(options: ChannelOptions, settings: Settings) -> str:
    return options.provider or settings.provider


def _generation(options: ChannelOptions, settings: Settings) -> str:
    return GENERATIONS.get(_provider(options, settings), "v1")


def _channel(options: ChannelOptions, settings: Settings) -> PgChannel:
    return PgChannel(
        name=options.name,
        pg=options.pg,
        contract=frozenset(options.contract),
        tax=options.tax,
        product=options.product,
        minimum=options.minimum,
        strict=options.strict,
        off=options.rules_off,
        generation=_generation(options, settings),
        sent=_sent(settings, _provider(options, settings)),
    )


def _sent(settings: Settings, provider: str) -> dict[str, Any]:
    given = settings.accounts[provider]
    return {
        **ALWAYS_SENT,
        "test": settings.mode is Mode.TEST,
        "product": "digital" if given.digital else "physical",
        "max_months": given.max_instalments or None,
        "due_days": given.deposit_days or None,
    }


def _told(options: ChannelOptions, settings: Settings) -> ChannelTold:
    (pg, _), generation = tables().pg_of(options.pg), _generation(options, settings)
    known = tables().pgs.get(pg)
    rules = [
        RuleTold(
            rule=rule.id,
            level=case.level,
            en=en,
            ko=ko,
            off=options.rules_off.get(rule.id, ""),
            checked=rule.moment in FIELDS and case.is_asked_with(FIELDS[rule.moment] | OF_CHANNELS),
        )
        for rule, case, en, ko in sentences_of(tables(), pg, generation)
    ]
    return ChannelTold(
        name=options.name,
        pg=known.key if known else "",
        pg_en=known.en if known else "",
        pg_ko=known.ko if known else "",
        generation=generation,
        mode=settings.mode,
        methods=tuple(options.methods),
        sells=known.methods if known else (),
        contract=tuple(options.contract),
        tax=options.tax,
        product=options.product,
        minimum=options.minimum,
        strict=options.strict,
        rules=tuple(rules),
    )


def pg_known(code: str) -> str:
    """Return the name of the PG that a code of either generation means; '' for one that the tables do not have."""
    key, _ = tables().pg_of(code)
    return key if key in tables().pgs else ""


def bank_codes() -> Mapping[str, tuple[str, str]]:
    """Return V2's name of each bank, and its code at Daou, by the three digits; "" where there is none."""
    return {code: (bank.v2, bank.daou) for code, bank in tables().codes.banks.items()}


def card_codes() -> Sequence[tuple[str, str, str, str]]:
    """Return each card company: its code in V1, its names in Korean and English, and its name in V2."""
    return [(card.code, card.ko, card.en, card.v2) for card in tables().codes.cards.values()]
