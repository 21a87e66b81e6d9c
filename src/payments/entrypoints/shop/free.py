"""Orders with nothing to pay: a coupon makes the price 0, so the shop completes the order itself, without a payment.

FreeOrders   what the shop has completed, each buyer's coupon once
FreePages    the pages: the order with its coupon, and the completed order
"""

import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

import attrs
from starlette.responses import RedirectResponse, Response

from payments.entrypoints.shop.catalogue import PLANS, Plan, new_order
from payments.entrypoints.shop.showing import Visit

COUPON_PLAN: Final = PLANS[0]
"""The coupon is for one membership; others have no free order."""
_ORDER: Final = re.compile(rf"free-{COUPON_PLAN.slug}-\d{{8}}-[0-9a-f]{{10}}")


@attrs.frozen
class FreeOrders:
    """The free orders that were completed, in memory; *deliver* is called once for each.

    In a shop this is a table with a unique key for the coupon of a buyer, and completing an order is one transaction:
    insert the row unless it is there, and deliver only if it was inserted.
    """

    deliver: Callable[[str], object] = lambda _: None
    limit: int = 10_000
    """The most orders that are kept; the oldest are forgotten, as a demo may."""
    _completed: dict[str, str] = attrs.field(factory=dict, init=False)
    _lock: threading.Lock = attrs.field(factory=threading.Lock, init=False)

    def complete(self, buyer: str, order: str) -> str:
        """Complete *order* with the buyer's coupon; return the order that the coupon completed, now or before."""
        with self._lock:
            if buyer not in self._completed:
                if len(self._completed) >= self.limit:
                    del self._completed[next(iter(self._completed))]
                self._completed[buyer] = order
                self.deliver(order)
            return self._completed[buyer]

    def of(self, buyer: str) -> str | None:
        """Return the order that the buyer's coupon completed; None if it is not used yet."""
        return self._completed.get(buyer)


@attrs.frozen
class FreePages:
    """The pages of free orders, for buyers. No free order is ever signed, so none can be paid as well."""

    orders: FreeOrders = attrs.field(factory=FreeOrders)

    async def use_coupon(self, visit: Visit) -> Response:
        """Begin a free order, or show the one that the buyer has."""
        assert visit.visitor  # noqa: S101 - a page for buyers
        order = self.orders.of(visit.visitor.id) or f"free-{new_order(COUPON_PLAN, datetime.now(UTC))}"
        return _to(order)

    async def order(self, visit: Visit) -> Response:
        """Show a free order: to be completed, or completed."""
        assert visit.visitor  # noqa: S101 - a page for buyers
        order, completed = visit.request.path_params["order"], self.orders.of(visit.visitor.id)
        if not _ORDER.fullmatch(order):
            return visit.trouble("missing", 404)
        if completed not in (None, order):
            return _to(completed)
        plan: Plan = COUPON_PLAN
        return visit.page("free.html", plan=plan, order=order, completed=completed is not None)

    async def complete(self, visit: Visit) -> Response:
        """Complete a free order. A second press leads to the order that the first one completed."""
        assert visit.visitor  # noqa: S101 - a page for buyers
        order = visit.request.path_params["order"]
        if not _ORDER.fullmatch(order):
            return visit.trouble("missing", 404)
        return _to(self.orders.complete(visit.visitor.id, order))


def _to(order: str) -> RedirectResponse:
    return RedirectResponse(f"/free/{quote(order, safe='')}", 303)
