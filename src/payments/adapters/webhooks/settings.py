"""WebhookSettings: the URL of the endpoint, and how messages to it are signed."""

from typing import Any, Final
from urllib.parse import urlsplit

import attrs

from payments.adapters.webhooks.signing import key_of
from payments.domain.errors import BadInput

TOTAL_SECONDS: Final = 10.0
CONNECT_SECONDS: Final = 3.0


def host_of(url: str) -> str:
    """Return the host of *url*. Only the host is ever shown, because path and query may contain a token."""
    return urlsplit(url).hostname or ""


def _known_secrets(_: object, __: object, value: tuple[str, ...]) -> None:
    if not value:
        raise BadInput("A webhook endpoint needs at least one secret.")
    for secret in value:
        key_of(secret)


def _seconds(_: object, field: Any, value: float) -> None:
    if not 0 < value <= TOTAL_SECONDS:
        raise BadInput(f"{field.name} must be more than 0 and at most {TOTAL_SECONDS:g} seconds.")


@attrs.frozen(kw_only=True)
class WebhookSettings:
    """One endpoint. `secrets` are the current one, then older ones while the shop replaces a secret.

    `allow_private` permits plain http and addresses inside our own network. Use it for development, never where
    strangers can choose endpoints. `ca_file` replaces the public certificate authorities. `total_seconds` bounds one
    delivery, from resolving the name to the end of the answer. Raises BadInput.
    """

    url: str = attrs.field(repr=host_of)
    secrets: tuple[str, ...] = attrs.field(converter=tuple, validator=_known_secrets, repr=False)
    allow_private: bool = False
    ca_file: str | None = None
    connect_seconds: float = attrs.field(default=CONNECT_SECONDS, validator=_seconds)
    total_seconds: float = attrs.field(default=TOTAL_SECONDS, validator=_seconds)

    @url.validator
    def _check_url(self, _: object, value: str) -> None:
        try:
            parts = urlsplit(value)
            named = bool(parts.hostname) and parts.port != 0
        except ValueError:
            raise BadInput("The webhook URL is not a valid URL.") from None
        if not named or parts.scheme not in ("http", "https"):
            raise BadInput("A webhook URL must be https:// and a host.")
        if parts.username is not None or parts.password is not None:
            raise BadInput(
                "A webhook URL must not contain a user name or password. The signature proves who sent the message."
            )
        if parts.scheme == "http" and not self.allow_private:
            raise BadInput("A webhook URL must be https://. Plain http:// is permitted only with private addresses.")
