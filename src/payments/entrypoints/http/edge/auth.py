"""Authentication: a buyer (JWT), the shop's server (API key), or a browser with one payment (client token)."""

from enum import StrEnum

import attrs

from payments.domain.access import ApiKey, Scope
from payments.domain.errors import PaymentNotFound
from payments.domain.values import Caller, MerchantId
from payments.entrypoints.http.shapes.errors import NotAllowed, Unauthenticated
from payments.entrypoints.service import Service
from payments.entrypoints.tokens import API_KEY, CLIENT_TOKEN, MAX_TOKEN_LENGTH, BadToken, key_digest


class Who(StrEnum):
    """The three kinds of credentials, as the OpenAPI document names them."""

    BUYER = "buyerToken"
    SHOP = "apiKey"
    CLIENT = "clientToken"


@attrs.frozen
class Identity:
    """An authenticated caller. A client token is valid for `payment` only."""

    who: Who
    caller: Caller
    payment: MerchantId | None = None
    key: ApiKey | None = None
    """The API key of the shop's server, which may not do everything that the shop may."""

    @property
    def name(self) -> str:
        """Who is counted: a buyer, a shop's key, or the browser with one payment's token."""
        return f"client {self.payment}" if self.payment else str(self.caller)

    def check(self, merchant_id: MerchantId) -> None:
        """Raises PaymentNotFound if the credentials are for another payment, as if it did not exist."""
        if self.payment not in (None, merchant_id):
            raise PaymentNotFound

    def check_scope(self, scope: Scope) -> None:
        """Raises NotAllowed if the caller is an API key without this scope."""
        if self.key and not self.key.allows(scope):
            raise NotAllowed(f"This call needs an API key with the scope `{scope}`.")


async def authenticate(service: Service, header: str | None) -> Identity:
    """Return the identity in an `Authorization` header. Raises Unauthenticated or BadToken."""
    scheme, _, token = (header or "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("This call requires the header `Authorization: Bearer` with a token or an API key.")
    if len(token) > MAX_TOKEN_LENGTH:
        raise BadToken("The token is too long.")
    if token.startswith(API_KEY):
        return await _shop(service, token)
    if token.startswith(CLIENT_TOKEN):
        buyer, payment = service.client_tokens.read(token)
        return Identity(Who.CLIENT, Caller.buyer(buyer), payment)
    return _buyer(service, token)


async def _shop(service: Service, secret: str) -> Identity:
    key, now = await service.api_keys.find_key(key_digest(secret)), service.clock.now()
    if key is None or not key.is_active(now):
        raise Unauthenticated("This API key is unknown, revoked or expired.")
    await service.api_keys.note_use(key.prefix, now)
    return Identity(Who.SHOP, Caller.shop(key.name), key=key)


def _buyer(service: Service, token: str) -> Identity:
    if service.buyer_tokens is None:
        raise Unauthenticated("Buyer tokens are not configured on this service.")
    claims = service.buyer_tokens.claims(token)
    if "order" in claims:
        raise BadToken("This token is a signed order, not a buyer's token.")
    return Identity(Who.BUYER, Caller.buyer(claims["sub"]))
