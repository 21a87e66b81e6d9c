"""How channels and their rules are shown by the API: each sentence in English and Korean."""

from collections.abc import Sequence

from msgspec import Struct

from payments.domain.use_cases.channel_rules import Finding
from payments.entrypoints.channels.told import ChannelTold, RuleTold


class NoteView(Struct, kw_only=True):
    """What a rule says of a payment. `level`: `warn`, `fix` (corrected) or `note`."""

    rule: str
    level: str
    en: str
    ko: str


class RuleView(NoteView, kw_only=True):
    """A rule of a channel. `off`: why it is not checked; `checked`: false where the shop's own code must see to it."""

    off: str
    checked: bool


class ChannelView(Struct, kw_only=True):
    """A channel of the shop. `name` is empty for the default one, and `pg` where its settings name no known PG."""

    name: str
    pg: str
    pg_en: str
    pg_ko: str
    mode: str
    methods: list[str]
    sells: list[str]
    contract: list[str]
    tax: str
    product: str
    minimum: int
    strict: bool
    rules: list[RuleView]


class ChannelsView(Struct, kw_only=True):
    """All channels of the shop; the first is the default one."""

    channels: list[ChannelView]


def note_views(found: Sequence[Finding]) -> list[NoteView]:
    """Return what rules said of a payment."""
    return [NoteView(rule=one.rule, level=one.level, en=one.en, ko=one.ko) for one in found]


def channels_view(told: Sequence[ChannelTold]) -> ChannelsView:
    """Return the channels of the shop."""
    return ChannelsView(channels=[_channel(one) for one in told])


def _channel(told: ChannelTold) -> ChannelView:
    return ChannelView(
        name=told.name,
        pg=told.pg,
        pg_en=told.pg_en,
        pg_ko=told.pg_ko,
        mode=told.mode,
        methods=list(told.methods),
        sells=list(told.sells),
        contract=list(told.contract),
        tax=told.tax,
        product=told.product,
        minimum=told.minimum,
        strict=told.strict,
        rules=[_rule(one) for one in told.rules],
    )


def _rule(told: RuleTold) -> RuleView:
    return RuleView(rule=told.rule, level=told.level, en=told.en, ko=told.ko, off=told.off, checked=told.checked)
