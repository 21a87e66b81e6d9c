"""IamportSettings: the address, the keys, the mode and the time limits."""

from typing import Final

import attrs

from payments.adapters.http_wire.limits import LONGEST_REFUND, base_url, check_address, count, filled, seconds
from payments.domain.values import Mode

LIVE_URL: Final = "https://api.iamport.kr"

NAME: Final = "Iamport"


@attrs.frozen(kw_only=True)
class IamportSettings:
    """How to reach Iamport. `key` and `secret` are "REST API key / secret" (V1) in the console, and never shown.

    `user_code` is the shop's public `imp…` code. `channel_key`, or the older `pg`, is the channel of payment windows;
    with neither, it is the console's default. `deadline` bounds one operation with all its calls, retries and
    pages, in seconds; only the resolving of the host name has the limit of the system. Raises BadInput for settings
    that could count test money as real money, or send the keys unencrypted.
    """

    key: str = attrs.field(repr=False, validator=filled(NAME))
    secret: str = attrs.field(repr=False, validator=filled(NAME))
    user_code: str = attrs.field(validator=filled(NAME))
    mode: Mode = attrs.field(converter=Mode)
    api_url: str = attrs.field(default=LIVE_URL, converter=base_url)
    channel_key: str = ""
    pg: str = ""
    deadline: float = attrs.field(default=15.0, validator=seconds(NAME, 600))
    refund_deadline: float = attrs.field(default=75.0, validator=seconds(NAME, LONGEST_REFUND))
    """The longest that a refund may take: the provider waits for the PG, so it should be 60 seconds or more."""
    connect_timeout: float = attrs.field(default=5.0, validator=seconds(NAME, 600))
    connections: int = attrs.field(default=32, validator=count(NAME, 1000))
    """How many calls may run at once; a further call waits until its deadline."""
    tries: int = attrs.field(default=3, validator=count(NAME, 10))
    """How often a call is sent at most if it is safe to retry."""
    body_cap: int = attrs.field(default=1 << 24, validator=count(NAME, 1 << 26))
    """The longest answer that is read, in bytes. A page whose rows a hostile buyer has filled with `custom_data` must
    fit, because a page that cannot be read hides all its rows."""
    page_size: int = attrs.field(default=100, validator=count(NAME, 1000))

    @api_url.validator
    def _check_url(self, _: object, url: str) -> None:
        check_address(NAME, url, self.mode, LIVE_URL)
