"""Visitors and signed orders: everything is signed, nothing is stored.

Visitor         a demo buyer, in a signed cookie
Signer          signs that cookie, the JWT with which the buyer's browser calls the payments API, and orders
"""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import attrs
import jwt

from payments.entrypoints.display import Language
from payments.entrypoints.shop.catalogue import Plan
from payments.entrypoints.stories.words import Words

COOKIE_LIFE: Final = timedelta(days=30)
TOKEN_LIFE: Final = timedelta(minutes=10)
ORDER_LIFE: Final = timedelta(hours=24)
_HERE: Final = "shop-visitor"

NAMES: Final = (
    Words("동백", "Camellia"),
    Words("민들레", "Dandelion"),
    Words("해바라기", "Sunflower"),
    Words("수국", "Hydrangea"),
    Words("은방울", "Lily"),
    Words("나팔꽃", "Morning Glory"),
    Words("벚꽃", "Cherry Blossom"),
    Words("라벤더", "Lavender"),
)


@attrs.frozen
class Visitor:
    """A demo buyer. `id` is the buyer in the payments API; `flower` chooses one of NAMES."""

    id: str
    flower: int

    @classmethod
    def random(cls) -> "Visitor":
        return cls(f"demo-{secrets.token_hex(8)}", secrets.randbelow(len(NAMES)))

    @property
    def name(self) -> Words:
        return NAMES[self.flower % len(NAMES)]


@attrs.frozen(kw_only=True)
class Signer:
    """The shop's signatures. `secret` is shared with the payments API, `cookie_secret` with nobody."""

    secret: str = attrs.field(repr=False)
    issuer: str
    audience: str
    cookie_secret: str = attrs.field(factory=lambda: secrets.token_hex(32), repr=False)

    def token(self, visitor: Visitor) -> str:
        """Return a short-lived JWT for the buyer's calls of the payments API."""
        return self._signed({"sub": visitor.id}, TOKEN_LIFE)

    def order(self, visitor: Visitor, order: str, plan: Plan, language: Language, channel: str = "") -> str:
        """Return a signed order: buyer, order, name, price and channel. A browser cannot change it."""
        claims = {
            "sub": visitor.id,
            "order": order,
            "name": plan.name.read_in(language),
            "amount": plan.price,
            "currency": "KRW",
        } | ({"channel": channel} if channel else {})
        return self._signed(claims, ORDER_LIFE)

    def _signed(self, claims: dict[str, Any], life: timedelta) -> str:
        now = datetime.now(UTC)
        whole = {"iss": self.issuer, "aud": self.audience, "iat": now, "exp": now + life, **claims}
        return jwt.encode(whole, self.secret, algorithm="HS256")

    def cookie(self, visitor: Visitor) -> str:
        """Return the cookie that remembers a visitor."""
        claims = {"aud": _HERE, "sub": visitor.id, "flower": visitor.flower, "exp": datetime.now(UTC) + COOKIE_LIFE}
        return jwt.encode(claims, self.cookie_secret, algorithm="HS256")

    def visitor(self, cookie: str) -> Visitor | None:
        """Return the visitor in a cookie of ours; None for any other text."""
        try:
            claims = jwt.decode(
                cookie,
                self.cookie_secret,
                algorithms=["HS256"],
                audience=_HERE,
                options={"require": ["exp", "aud", "sub", "flower"]},
            )
            return Visitor(claims["sub"], int(claims["flower"]))
        except (jwt.InvalidTokenError, ValueError):
            return None
