"""PortOneSettings: how the V2 face of one sandbox behaves."""

from typing import Final, Literal

import attrs

from payments.entrypoints.sandbox.payments.portone_channels import PORTONE_CHANNELS, PortOneChannel
from payments.entrypoints.sandbox.portone_guesses import PortOneGuesses

STORE_ID: Final = "store-00000000-0000-4000-8000-000000000000"
MERCHANT_ID: Final = "merchant-00000000-0000-4000-8000-000000000000"
V2_SECRET: Final = "sandbox-v2-secret"  # noqa: S105 - opens nothing but play money on this machine
V2_WEBHOOK_SECRET: Final = "whsec_c2FuZGJveC13ZWJob29rLXNlY3JldC0wMDAx"  # noqa: S105 - signs play money

WebhookVersion = Literal["2024-04-25", "2024-01-01"]


@attrs.define(kw_only=True)
class PortOneSettings:
    """Defaults are the original's; a test or `/_sandbox/settings` changes what it is about."""

    store_id: str = attrs.field(default=STORE_ID, on_setattr=attrs.setters.frozen)
    secret: str = attrs.field(default=V2_SECRET, repr=False, on_setattr=attrs.setters.frozen)
    channels: tuple[PortOneChannel, ...] = attrs.field(default=PORTONE_CHANNELS, on_setattr=attrs.setters.frozen)
    webhook_url: str = ""
    """The console's Endpoint URL; empty sends only to a payment's own `noticeUrls`."""
    webhook_secrets: tuple[str, ...] = attrs.field(
        default=(V2_WEBHOOK_SECRET,), repr=False, validator=attrs.validators.max_len(2)
    )
    """Each signs every webhook; two while a secret is being replaced."""
    webhook_version: WebhookVersion = attrs.field(
        default="2024-04-25", validator=attrs.validators.in_(("2024-04-25", "2024-01-01"))
    )
    webhook_jitter: bool = True
    """False repeats webhooks after exactly 1, 4, 16, 64 and 256 minutes; the original waits at most that long."""
    guesses: PortOneGuesses = attrs.field(factory=PortOneGuesses, on_setattr=attrs.setters.frozen)
