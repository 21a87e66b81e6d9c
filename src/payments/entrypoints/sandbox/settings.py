"""SandboxSettings: how one sandbox behaves; most can be changed while it runs."""

from pathlib import Path
from typing import Final, Literal

import attrs

from payments.entrypoints.sandbox.guesses import Guesses
from payments.entrypoints.sandbox.payments.channels import CHANNELS, Channel
from payments.entrypoints.sandbox.portone_settings import PortOneSettings

USER_CODE: Final = "imp00000000"
KEY: Final = "sandbox-key"
SECRET: Final = "sandbox-secret"  # noqa: S105 - opens nothing but play money on this machine

WebhookFormat = Literal["json", "form"]


@attrs.define(kw_only=True)
class SandboxSettings:
    """Defaults are the original's; a test or `/_sandbox/settings` changes what it is about."""

    user_code: str = USER_CODE
    key: str = KEY
    secret: str = attrs.field(default=SECRET, repr=False)
    seed: int | None = attrs.field(default=None, on_setattr=attrs.setters.frozen)
    """Same seed, same ids; None makes new ones each time."""
    seed_data: Path | None = attrs.field(default=None, on_setattr=attrs.setters.frozen)
    """A JSON or TOML file of payments, billing keys, … that are there from the start (see `seeding`)."""
    state: Path | None = attrs.field(default=None, on_setattr=attrs.setters.frozen)
    """The state file; once it has content, `seed_data` is not read. None: the state is lost at the end."""
    faults: str = attrs.field(default="", on_setattr=attrs.setters.frozen)
    """The faults that are on from the start, as text (see `faults`)."""
    shop_name: str = "샌드박스 상점"
    channels: tuple[Channel, ...] = attrs.field(default=CHANNELS, on_setattr=attrs.setters.frozen)
    webhook_url: str = ""
    """The console's Endpoint URL; empty sends only to a payment's own `notice_url`."""
    webhook_format: WebhookFormat = attrs.field(default="json", validator=attrs.validators.in_(("json", "form")))
    webhook_first: bool = False
    """The support option "webhook priority": the window answers after the webhook was delivered."""
    webhook_retries: int = attrs.field(default=0, validator=[attrs.validators.ge(0), attrs.validators.le(5)])
    """Sent again this often, a minute apart, after a network error or 5xx; the original does so only on request."""
    enforce_prepare: bool = True
    """False opens a window even if its amount is not the registered one, to play a gap in the original."""
    strict_minimums: bool = False
    """True refuses sums that PGs find too small, e.g. less than 100 won by card (see `payments.strict_pgs`)."""
    strict_names: bool = False
    """True leaves the window white, as some PGs do, for quotation marks, tabs, line ends or controls in a name."""
    hide_sandbox_payments: bool = True
    """False shows test payments without `include_sandbox`, as the original did before 2026-01-26."""
    result_shape: Literal["auto", "legacy", "new"] = attrs.field(
        default="auto", validator=attrs.validators.in_(("auto", "legacy", "new"))
    )
    """What a page gets: all fields (legacy), four fields (new), or what the PG's generation gives (auto)."""
    confirm_timeout: float = 10.0
    """Seconds that a shop's `confirm_url` may take."""
    allowed_origins: tuple[str, ...] = ()
    """Origins of shop pages beside those on this machine, e.g. `https://shop.test`."""
    guesses: Guesses = attrs.field(factory=Guesses, on_setattr=attrs.setters.frozen)
    portone: PortOneSettings = attrs.field(factory=PortOneSettings, on_setattr=attrs.setters.frozen)
    """The V2 face of the same store."""
