"""OpenIdProvider: the address of the log-in, and the claims of whoever comes back from it.

Each log-in reads the provider's own description and keys, so that nothing here grows old: log-ins are rare.
"""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import attrs

from payments.adapters.openid.fetching import get_json, not_reached, object_of, post_form
from payments.adapters.openid.settings import OpenIdSettings, is_safe
from payments.adapters.openid.tokens import claims_of
from payments.domain.people.operators import IdentityProviderNotReached, SignOnRefused


@attrs.frozen
class OpenIdProvider:
    """One issuer. Its coroutines block."""

    settings: OpenIdSettings

    async def address(self, redirect_uri: str, state: str, nonce: str, verifier: str) -> str:
        """Return where the person logs in. Raises IdentityProviderNotReached."""
        endpoint = _endpoint(await self._described(), "authorization_endpoint")
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        query = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": redirect_uri,
            "scope": self.settings.scopes,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"

    async def claims(self, code: str, redirect_uri: str, nonce: str, verifier: str) -> Mapping[str, Any]:
        """Return the claims of whoever logged in. Raises SignOnRefused or IdentityProviderNotReached."""
        described, settings = await self._described(), self.settings
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
            "client_id": settings.client_id,
        }
        headers, extra = self._authentication(described)
        tokens = _endpoint(described, "token_endpoint")
        answer = await post_form(tokens, {**form, **extra}, headers, settings.seconds)
        if answer.status in (400, 401, 403):
            raise SignOnRefused("The identity provider does not accept the code, or our client id and secret.")
        if answer.status != 200:
            raise not_reached(tokens, f"it answered {answer.status}")
        keys = await get_json(_endpoint(described, "jwks_uri"), settings.seconds)
        return claims_of(object_of(answer, tokens).get("id_token"), keys, settings.issuer, settings.client_id, nonce)

    async def _described(self) -> Mapping[str, Any]:
        """Return the provider's description of itself, which must be that of our issuer."""
        issuer = self.settings.issuer
        described = await get_json(f"{issuer.rstrip('/')}/.well-known/openid-configuration", self.settings.seconds)
        if described.get("issuer") != issuer:
            raise IdentityProviderNotReached("The identity provider describes another issuer than openid.issuer.")
        return described

    def _authentication(self, described: Mapping[str, Any]) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """Return the headers and fields that show who we are: by the header, unless the provider only takes fields."""
        settings = self.settings
        methods = described.get("token_endpoint_auth_methods_supported")
        if isinstance(methods, list) and "client_secret_basic" not in methods and "client_secret_post" in methods:
            return {}, {"client_secret": settings.client_secret}
        pair = f"{quote(settings.client_id, safe='')}:{quote(settings.client_secret, safe='')}"
        return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}, {}


def _endpoint(described: Mapping[str, Any], name: str) -> str:
    """Return an address of the description. Raises IdentityProviderNotReached."""
    url = described.get(name)
    if not isinstance(url, str) or not is_safe(url) or not url.isprintable() or " " in url:
        raise IdentityProviderNotReached(f"The identity provider has no usable {name}.")
    return url
