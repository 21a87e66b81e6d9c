"""OpenIdOptions: log-in to the console by an identity provider, and what its people may do."""

from collections.abc import Iterator, Mapping
from typing import Final

import typed_settings as ts
from typed_settings import Secret, option

from payments.domain.access import Scope
from payments.entrypoints.settings.accounts import secret_option
from payments.entrypoints.settings.addresses import host_of, is_https, is_web

NOBODY: Final[dict[str, str]] = {}
_HERE: Final = ("127.0.0.1", "localhost", "::1")


@ts.settings(kw_only=True)
class OpenIdOptions:
    """Single sign-on by OpenID Connect; without an issuer there is none."""

    issuer: str = option(default="", help="the identity provider's issuer, as its discovery document names it")
    client_id: str = option(default="", help="our client id there")
    client_secret: Secret[str] = secret_option("our client secret there")
    scopes: str = option(default="openid profile email", help="the scopes to ask for; some providers need groups too")
    name_claim: str = option(default="preferred_username", help="the claim with the name of a new operator")
    groups_claim: str = option(default="groups", help="the claim of the ID token with a person's groups")
    groups: dict[str, str] = option(default=NOBODY, help="what the people of a group may do: read, pay, refund, admin")
    subjects: dict[str, str] = option(default=NOBODY, help="what single people may do, by their subject (sub)")


def scopes_of(words: str) -> frozenset[Scope]:
    """Return the scopes in a text such as `pay, refund`. Raises ValueError."""
    return frozenset(map(Scope, words.replace(",", " ").split()))


def openid_errors(given: OpenIdOptions, public_url: str) -> Iterator[str]:
    """Yield what is wrong in any mode, one sentence each."""
    whole = [given.issuer, given.client_id, given.client_secret.get_secret_value()]
    if not any(whole):
        return
    if not all(whole):
        yield "openid.issuer, openid.client_id and openid.client_secret must be set together."
    if not is_https(given.issuer) and not (is_web(given.issuer) and host_of(given.issuer) in _HERE):
        yield "openid.issuer must be an https:// address."
    if "openid" not in given.scopes.split():
        yield "openid.scopes must contain openid."
    if not public_url:
        yield "http.public_url must be set for single sign-on: people come back to it."
    if not (given.groups or given.subjects):
        yield "openid.groups or openid.subjects must say who may log in."
    yield from _role_errors("openid.groups", given.groups)
    yield from _role_errors("openid.subjects", given.subjects)


def _role_errors(name: str, roles: Mapping[str, str]) -> Iterator[str]:
    for who, words in roles.items():
        try:
            found = scopes_of(words)
        except ValueError:
            found = frozenset()
        if not found:
            yield f"{name}: {who} must have one or more of {', '.join(Scope)}."
