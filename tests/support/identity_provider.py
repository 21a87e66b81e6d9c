"""An identity provider on a socket of this machine: OpenID Connect's code flow, as strict as the specification.

IdentityProvider   who is logged in there, and what it says that is not true
"""

import base64
import hashlib
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from urllib.parse import quote

import attrs
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from support.api import serving

CLIENT_ID = "payments-console"
CLIENT_SECRET = "the secret of a client, long enough"


@cache
def key(name: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def _jwk(name: str) -> dict[str, Any]:
    return {**RSAAlgorithm.to_jwk(key(name).public_key(), as_dict=True), "kid": name, "use": "sig"}


@attrs.define
class IdentityProvider:
    """`person` has the claims of whoever is logged in there; `lies` replace claims of the next ID tokens."""

    url: str = ""
    redirect_uri: str = ""
    person: dict[str, Any] = attrs.field(factory=dict)
    lies: dict[str, Any] = attrs.field(factory=dict)
    described: dict[str, Any] = attrs.field(factory=dict)
    signed_by: str = "current"
    called: str = "current"
    codes: dict[str, dict[str, str]] = attrs.field(factory=dict)
    bare: Response | None = None

    async def describe(self, _: Request) -> Response:
        names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        whole = {"issuer": self.url, **{name: f"{self.url}/{path}" for name, path in names.items()}, **self.described}
        return self.bare or JSONResponse(whole)

    async def keys(self, _: Request) -> Response:
        return JSONResponse({"keys": [_jwk("former"), _jwk("current")]})

    async def authorize(self, request: Request) -> Response:
        """Log the person in at once, and send the browser back with a code."""
        asked = dict(request.query_params)
        said = (asked["client_id"], asked["response_type"], asked["code_challenge_method"])
        assert said == (CLIENT_ID, "code", "S256")
        assert asked["redirect_uri"] == self.redirect_uri
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return RedirectResponse(f"{self.redirect_uri}?code={code}&state={asked['state']}", 302)

    async def token(self, request: Request) -> Response:
        """Exchange a code, once, for who was asked with its challenge."""
        form = dict((await request.form()).items())
        asked = self.codes.pop(str(form.get("code")), None)
        if request.headers.get("authorization") != _basic():
            return JSONResponse({"error": "invalid_client"}, 401)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(str(form.get("code_verifier")).encode()).digest())
        if not asked or challenge.decode().rstrip("=") != asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse({"access_token": "a", "token_type": "Bearer", "id_token": self._id_token(asked["nonce"])})

    def _id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": nonce}
        whole = {**claims, **self.person, **self.lies}
        said = {name: value for name, value in whole.items() if value is not None}
        return jwt.encode(said, key(self.signed_by), algorithm="RS256", headers={"kid": self.called})


def _basic() -> str:
    pair = f"{quote(CLIENT_ID, safe='')}:{quote(CLIENT_SECRET, safe='')}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


@contextmanager
def running_identity_provider() -> Iterator[IdentityProvider]:
    """Serve an identity provider."""
    provider = IdentityProvider()
    routes = [
        Route("/.well-known/openid-configuration", provider.describe),
        Route("/keys", provider.keys),
        Route("/authorize", provider.authorize),
        Route("/token", provider.token, methods=["POST"]),
    ]
    with serving(Starlette(routes=routes)) as url:
        provider.url = url
        yield provider
