"""Which scope an API key needs for a route. A route of the shop without a row cannot be built."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from payments.domain.access import Scope

SCOPES: Final[Mapping[tuple[str, str], Scope]] = MappingProxyType(
    {
        ("POST", "/payments"): Scope.PAY,
        ("GET", "/payments"): Scope.READ,
        ("GET", "/payments/{merchant_id}"): Scope.READ,
        ("GET", "/payments/{merchant_id}/events"): Scope.READ,
        ("POST", "/payments/{merchant_id}/complete"): Scope.PAY,
        ("POST", "/payments/{merchant_id}/abandon"): Scope.PAY,
        ("POST", "/payments/{merchant_id}/cancel"): Scope.PAY,
        ("POST", "/payments/{merchant_id}/refunds"): Scope.REFUND,
        ("GET", "/payments/{merchant_id}/refunds"): Scope.READ,
        ("GET", "/strays"): Scope.READ,
        ("POST", "/payments/{merchant_id}/strays/{gateway_id}/return"): Scope.REFUND,
        ("POST", "/payments/{merchant_id}/strays/{gateway_id}/hold"): Scope.ADMIN,
        ("GET", "/orphans"): Scope.READ,
        ("POST", "/orphans/{gateway_id}/hold"): Scope.ADMIN,
        ("GET", "/metrics"): Scope.READ,
    }
)


def scope_of(method: str, path: str) -> Scope:
    """Return the scope that an API key needs. Raises LookupError without a row: a new route must name one."""
    try:
        return SCOPES[method, path]
    except KeyError:
        raise LookupError(f"{method} {path} has no row in the table of scopes.") from None
