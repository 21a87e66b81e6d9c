"""Who calls: a buyer (JWT), a shop's server (API key), or a browser that may finish one payment (client token)."""

from enum import StrEnum

import attrs

from payments.domain.errors import PaymentNotFound
from payments.domain.values import Caller, MerchantId
from payments.entrypoints.http.shapes.errors import Unauthenticated
from payments.entrypoints.service import Service
from payments.entrypoints.tokens import API_KEY, CLIENT_TOKEN, LONGEST, BadToken, key_digest


class Who(StrEnum):
    """The three kinds of credentials, as the OpenAPI document names them."""

    BUYER = "buyerToken"
    SHOP = "apiKey"
    CLIENT = "clientToken"


@attrs.frozen
class Identity:
    """A caller whose credentials are good. A client token is good for `payment` alone."""

    who: Who
    caller: Caller
    payment: MerchantId | None = None

    def check(self, merchant_id: MerchantId) -> None:
        """Raises PaymentNotFound where the credentials are for another payment: the same answer as an absent one."""
        if self.payment not in (None, merchant_id):
            raise PaymentNotFound


async def authenticate(service: Service, header: str | None) -> Identity:
    """Return whose `Authorization` header this is. Raises Unauthenticated or BadToken."""
    scheme, _, token = (header or "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("This call needs an Authorization header: Bearer and a token or an API key.")
    if len(token) > LONGEST:
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
        raise Unauthenticated("This service takes no buyers' tokens: none are configured.")
    claims = service.buyer_tokens.claims(token)
    if "order" in claims:
        raise BadToken("This token vouches for an order, not for a buyer.")
    return Identity(Who.BUYER, Caller.buyer(claims["sub"]))
