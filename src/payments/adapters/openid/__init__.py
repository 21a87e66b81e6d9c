"""OpenID Connect: where a person logs in elsewhere, and who it was. The authorization code flow, with PKCE.

├── settings   OpenIdSettings: the issuer, and who we are there
├── provider   OpenIdProvider: the address of the log-in, and the claims of whoever comes back
├── fetching   JSON over HTTPS, with a deadline and a largest answer
└── tokens     the ID token: its signature and its claims
"""

from payments.adapters.openid.provider import OpenIdProvider
from payments.adapters.openid.settings import OpenIdSettings

__all__ = ("OpenIdProvider", "OpenIdSettings")
