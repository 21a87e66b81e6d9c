"""Which scope an operator needs for each page and action. A page without a row cannot be built."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from payments.domain.access import Scope

PUBLIC: Final = None
"""Anybody: the page of log-in, and what it is made of."""

ACCESS: Final[Mapping[tuple[str, str], Scope | None]] = MappingProxyType(
    {
        ("GET", "/login"): PUBLIC,
        ("POST", "/login"): PUBLIC,
        ("GET", "/login/sign-on"): PUBLIC,
        ("GET", "/login/return"): PUBLIC,
        ("POST", "/language"): PUBLIC,
        ("POST", "/logout"): Scope.READ,
        ("GET", "/"): Scope.READ,
        ("GET", "/payments"): Scope.READ,
        ("GET", "/payments.csv"): Scope.READ,
        ("POST", "/filters"): Scope.READ,
        ("POST", "/filters/forget"): Scope.READ,
        ("GET", "/payments/{merchant_id}"): Scope.READ,
        ("POST", "/payments/{merchant_id}/refresh"): Scope.PAY,
        ("POST", "/payments/{merchant_id}/cancel/confirm"): Scope.PAY,
        ("POST", "/payments/{merchant_id}/cancel"): Scope.PAY,
        ("POST", "/payments/{merchant_id}/refund/confirm"): Scope.REFUND,
        ("POST", "/payments/{merchant_id}/refund"): Scope.REFUND,
        ("POST", "/payments/{merchant_id}/refunds/{refund_id}/approve"): Scope.REFUND,
        ("POST", "/payments/{merchant_id}/refunds/{refund_id}/reject"): Scope.REFUND,
        ("POST", "/payments/{merchant_id}/outside/confirm"): Scope.REFUND,
        ("POST", "/payments/{merchant_id}/outside"): Scope.REFUND,
        ("POST", "/payments/{merchant_id}/outside/{refund_id}/merge"): Scope.REFUND,
        ("POST", "/payments/{merchant_id}/outside/{refund_id}/count"): Scope.REFUND,
        ("POST", "/payments/{merchant_id}/strays/{gateway_id}/hold"): Scope.ADMIN,
        ("GET", "/messages"): Scope.READ,
        ("POST", "/messages/replay"): Scope.ADMIN,
        ("POST", "/messages/skip"): Scope.ADMIN,
        ("GET", "/reports"): Scope.READ,
        ("GET", "/reports.csv"): Scope.READ,
        ("GET", "/reports.json"): Scope.READ,
        ("GET", "/reconciliation"): Scope.READ,
        ("POST", "/reconciliation"): Scope.PAY,
        ("GET", "/reconciliation/{comparison_id}"): Scope.READ,
        ("GET", "/settlements"): Scope.READ,
        ("POST", "/settlements"): Scope.READ,
        ("GET", "/settlements/{settlement_id}"): Scope.READ,
        ("GET", "/settlements/{settlement_id}/findings.csv"): Scope.READ,
        ("GET", "/jobs/{job_id}"): Scope.READ,
        ("POST", "/orphans/hold"): Scope.ADMIN,
        ("GET", "/settings"): Scope.ADMIN,
        ("POST", "/settings/check"): Scope.ADMIN,
        ("GET", "/people"): Scope.ADMIN,
        ("POST", "/people/revoke"): Scope.ADMIN,
        ("POST", "/people/end"): Scope.ADMIN,
        ("GET", "/audit"): Scope.ADMIN,
    }
)


def scope_of(method: str, path: str) -> Scope | None:
    """Return the scope that a page needs, or PUBLIC. Raises LookupError where the table has no row for it."""
    try:
        return ACCESS[method, path]
    except KeyError:
        raise LookupError(f"{method} {path} has no row in the console's table of access.") from None
