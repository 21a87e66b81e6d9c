"""Authentication: a buyer (JWT), the shop's server (API key), or a browser with one payment (client token)."""

from enum import StrEnum

import attrs

from payments.domain.errors import PaymentNotFound
from payments.domain.values import Caller, MerchantId
from payments.entrypoints.http.shapes.errors import Unauthenticated
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

    def check(self, merchant_id: MerchantId) -> None:
        """Raises PaymentNotFound if the credentials are for another payment, as if it did not exist."""
        if self.payment not in (None, merchant_id):
            raise PaymentNotFound


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
    key = await service.api_keys.find_key(key_digest(secret))
    if key is None:
        raise Unauthenticated("This API key is unknown or revoked.")
    return Identity(Who.SHOP, Caller.shop(key.name))


def _buyer(service: Service, token: str) -> Identity:
    if service.buyer_tokens is None:
        raise Unauthenticated("Buyer tokens are not configured on this service.")
    claims = service.buyer_tokens.claims(token)
    if "order" in claims:
        raise BadToken("This token is a signed order, not a buyer's token.")
    return Identity(Who.BUYER, Caller.buyer(claims["sub"]))
