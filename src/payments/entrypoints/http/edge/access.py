"""Who may call which route, whose payments they reach, and the scope that an API key needs for it.

It is the one table that code and tests are driven from. A route without a row cannot be built, nor can a row of the
shop without a scope. A caller without a cell in its row gets 403; only PUBLIC needs no credentials.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import attrs

from payments.domain.access import Scope
from payments.entrypoints.http.edge.auth import Who


class Reach(StrEnum):
    """Whose payments a caller reaches: their own (others are answered as absent ones), or those of any buyer."""

    OWN = "own"
    ANY = "any"


@attrs.frozen
class Access:
    """One row: the callers of a route, each with its reach. Without callers nobody may call it, unless it is public.

    `scope` is what an API key needs; a route of the shop has one. Raises LookupError where it has none.
    """

    callers: Mapping[Who, Reach] = attrs.field(factory=dict)
    scope: Scope | None = None
    public: bool = False

    def __attrs_post_init__(self) -> None:
        if (Who.SHOP in self.callers) is not (self.scope is not None):
            raise LookupError("A row names a scope for API keys if it lets the shop call, and only then.")


PUBLIC: Final = Access(public=True)
"""Anybody, without credentials."""

_ALL: Final = {Who.BUYER: Reach.OWN, Who.SHOP: Reach.ANY, Who.CLIENT: Reach.OWN}
_NO_BROWSER_TOKEN: Final = {Who.BUYER: Reach.OWN, Who.SHOP: Reach.ANY}
_SHOP: Final = {Who.SHOP: Reach.ANY}

ACCESS: Final[Mapping[tuple[str, str], Access]] = MappingProxyType(
    {
        ("POST", "/payments"): Access(_NO_BROWSER_TOKEN, Scope.PAY),
        ("GET", "/payments"): Access(_NO_BROWSER_TOKEN, Scope.READ),
        ("GET", "/payments/{merchant_id}"): Access(_ALL, Scope.READ),
        ("GET", "/payments/{merchant_id}/events"): Access(_ALL, Scope.READ),
        ("POST", "/payments/{merchant_id}/complete"): Access(_ALL, Scope.PAY),
        ("POST", "/payments/{merchant_id}/abandon"): Access(_ALL, Scope.PAY),
        ("POST", "/payments/{merchant_id}/cancel"): Access(_NO_BROWSER_TOKEN, Scope.PAY),
        ("POST", "/payments/{merchant_id}/refunds"): Access(_SHOP, Scope.REFUND),
        ("GET", "/payments/{merchant_id}/refunds"): Access(_SHOP, Scope.READ),
        ("POST", "/payments/{merchant_id}/outside-refunds"): Access(_SHOP, Scope.REFUND),
        ("POST", "/payments/{merchant_id}/outside-refunds/{refund_id}/merge"): Access(_SHOP, Scope.REFUND),
        ("POST", "/payments/{merchant_id}/outside-refunds/{refund_id}/count"): Access(_SHOP, Scope.REFUND),
        ("GET", "/channels"): Access(_SHOP, Scope.READ),
        ("POST", "/payments/{merchant_id}/refunds/{refund_id}/approve"): Access(_SHOP, Scope.REFUND),
        ("POST", "/payments/{merchant_id}/refunds/{refund_id}/reject"): Access(_SHOP, Scope.REFUND),
        ("GET", "/strays"): Access(_SHOP, Scope.READ),
        ("POST", "/payments/{merchant_id}/strays/{gateway_id}/return"): Access(_SHOP, Scope.REFUND),
        ("POST", "/payments/{merchant_id}/strays/{gateway_id}/hold"): Access(_SHOP, Scope.ADMIN),
        ("GET", "/reports/sums"): Access(_SHOP, Scope.READ),
        ("GET", "/reports/sums.csv"): Access(_SHOP, Scope.READ),
        ("GET", "/settlements"): Access(_SHOP, Scope.READ),
        ("GET", "/reconciliations"): Access(_SHOP, Scope.READ),
        ("GET", "/orphans"): Access(_SHOP, Scope.READ),
        ("POST", "/orphans/{gateway_id}/hold"): Access(_SHOP, Scope.ADMIN),
        ("POST", "/webhooks/{provider}"): PUBLIC,
        ("GET", "/payments/return"): PUBLIC,
        ("GET", "/healthz"): PUBLIC,
        ("GET", "/readyz"): PUBLIC,
        ("GET", "/metrics"): Access(_SHOP, Scope.READ),
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
