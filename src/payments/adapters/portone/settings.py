"""PortOneSettings: the address, the secret, the store, the mode and the time limits."""

from typing import Final

import attrs

from payments.adapters.http_wire.limits import LONGEST_REFUND, base_url, check_address, count, filled, seconds
from payments.domain.values import Mode

LIVE_URL: Final = "https://api.portone.io"
NAME: Final = "PortOne"


@attrs.frozen(kw_only=True)
class PortOneSettings:
    """How to reach PortOne V2. `api_secret` is the console's "V2 API Secret", and never shown.

    `store_id` is the shop's store. `deadline` bounds one operation with all its calls and retries, in seconds: no PG is
    asked meanwhile. `refund_deadline` bounds what a PG is asked, which the provider advises to give 60 seconds. Raises
    BadInput for settings that could count test money as real money, or send the secret unencrypted.
    """

    api_secret: str = attrs.field(repr=False, validator=filled(NAME))
    store_id: str = attrs.field(validator=filled(NAME))
    mode: Mode = attrs.field(converter=Mode)
    api_url: str = attrs.field(default=LIVE_URL, converter=base_url)
    deadline: float = attrs.field(default=15.0, validator=seconds(NAME, 600))
    refund_deadline: float = attrs.field(default=75.0, validator=seconds(NAME, LONGEST_REFUND))
    connect_timeout: float = attrs.field(default=5.0, validator=seconds(NAME, 600))
    connections: int = attrs.field(default=32, validator=count(NAME, 1000))
    """How many calls may run at once; a further call waits until its deadline."""
    tries: int = attrs.field(default=3, validator=count(NAME, 10))
    """How often a call is sent at most if it is safe to retry."""
    body_cap: int = attrs.field(default=1 << 24, validator=count(NAME, 1 << 26))
    """The longest answer that is read, in bytes."""
    page_size: int = attrs.field(default=100, validator=count(NAME, 1000))

    @api_url.validator
    def _check_url(self, _: object, url: str) -> None:
        check_address(NAME, url, self.mode, LIVE_URL)
