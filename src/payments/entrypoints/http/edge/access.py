"""Who may call which route, and whose payments they reach: the one table that code and tests are driven from.

A route without a row cannot be built. A caller without a cell in its row gets 403; only PUBLIC needs no credentials.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import attrs

from payments.entrypoints.http.edge.auth import Who


class Reach(StrEnum):
    """Whose payments a caller reaches: their own (others are answered as absent ones), or those of any buyer."""

    OWN = "own"
    ANY = "any"


@attrs.frozen
class Access:
    """One row: the callers of a route, each with its reach. Without callers nobody may call it, unless it is public."""

    callers: Mapping[Who, Reach] = attrs.field(factory=dict)
    public: bool = False


PUBLIC: Final = Access(public=True)
"""Anybody, without credentials."""

_ALL: Final = Access({Who.BUYER: Reach.OWN, Who.SHOP: Reach.ANY, Who.CLIENT: Reach.OWN})
_NO_BROWSER_TOKEN: Final = Access({Who.BUYER: Reach.OWN, Who.SHOP: Reach.ANY})
_SHOP: Final = Access({Who.SHOP: Reach.ANY})

ACCESS: Final[Mapping[tuple[str, str], Access]] = MappingProxyType(
    {
        ("POST", "/payments"): _NO_BROWSER_TOKEN,
        ("GET", "/payments"): _NO_BROWSER_TOKEN,
        ("GET", "/payments/{merchant_id}"): _ALL,
        ("GET", "/payments/{merchant_id}/events"): _ALL,
        ("POST", "/payments/{merchant_id}/complete"): _ALL,
        ("POST", "/payments/{merchant_id}/abandon"): _ALL,
        ("POST", "/payments/{merchant_id}/cancel"): _NO_BROWSER_TOKEN,
        ("POST", "/payments/{merchant_id}/refunds"): _SHOP,
        ("GET", "/payments/{merchant_id}/refunds"): _SHOP,
        ("GET", "/strays"): _SHOP,
        ("POST", "/payments/{merchant_id}/strays/{gateway_id}/return"): _SHOP,
        ("POST", "/payments/{merchant_id}/strays/{gateway_id}/hold"): _SHOP,
        ("GET", "/orphans"): _SHOP,
        ("POST", "/orphans/{gateway_id}/hold"): _SHOP,
        ("POST", "/webhooks/iamport"): PUBLIC,
        ("GET", "/payments/return"): PUBLIC,
        ("GET", "/healthz"): PUBLIC,
        ("GET", "/readyz"): PUBLIC,
        ("GET", "/metrics"): _SHOP,
        ("GET", "/openapi.json"): PUBLIC,
        ("GET", "/payments.js"): PUBLIC,
        ("GET", "/docs"): PUBLIC,
        ("GET", "/docs/docs.js"): PUBLIC,
        ("GET", "/docs/swagger-ui-bundle.js"): PUBLIC,
        ("GET", "/docs/swagger-ui.css"): PUBLIC,
    }
)


def access_to(method: str, path: str) -> Access:
    """Return the row of a route. Raises LookupError without one: a new route must say who may call it."""
    try:
        return ACCESS[method, path]
    except KeyError:
        raise LookupError(f"{method} {path} has no row in the table of access.") from None
