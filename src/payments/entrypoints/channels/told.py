"""ChannelTold: what one channel of the shop may do, in sentences of both languages."""

import attrs


@attrs.frozen(kw_only=True)
class RuleTold:
    """A rule of a channel: its id, level and sentence. `off` is the reason for which it is not checked."""

    rule: str
    level: str
    en: str
    ko: str
    off: str = ""
    checked: bool = True
    """False: this library does not send what the rule is about, so the shop must see to it."""


@attrs.frozen(kw_only=True)
class ChannelTold:
    """A channel. `name` is empty for the default one; `pg` for one whose settings name no PG that is known."""

    name: str
    pg: str
    pg_en: str
    pg_ko: str
    generation: str
    mode: str
    methods: tuple[str, ...]
    sells: tuple[str, ...]
    contract: tuple[str, ...]
    tax: str
    product: str
    minimum: int
    strict: bool
    rules: tuple[RuleTold, ...]
