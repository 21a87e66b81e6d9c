"""OpenIdSettings: the issuer, and who we are there."""

from urllib.parse import urlsplit

import attrs

from payments.adapters.http_wire.limits import is_local
from payments.domain.errors import BadInput


def is_safe(url: object) -> bool:
    """Return whether *url* is https, or http to this machine."""
    try:
        parts = urlsplit(url) if isinstance(url, str) else urlsplit("")
        host = parts.hostname or ""
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_local(host)))


@attrs.frozen(kw_only=True)
class OpenIdSettings:
    """How to reach an identity provider. `seconds` bounds each call. Raises BadInput for an issuer without https."""

    issuer: str = attrs.field()
    client_id: str
    client_secret: str = attrs.field(repr=False)
    scopes: str = "openid profile email"
    seconds: float = 5.0

    @issuer.validator
    def _check_issuer(self, _: object, value: str) -> None:
        if not is_safe(value):
            raise BadInput("The issuer of the identity provider must be https://, or on this machine.")
