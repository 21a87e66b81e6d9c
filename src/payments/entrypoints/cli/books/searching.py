"""The options of a search, which every command that lists payments takes."""

from datetime import tzinfo
from typing import Annotated

import attrs
from cyclopts import Parameter

from payments.domain.books.search import Filter, PeriodOf
from payments.domain.machine import Status
from payments.domain.values import Method
from payments.entrypoints import display
from payments.entrypoints.books.periods import read_period, zone_named
from payments.entrypoints.cli.common import Common


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class Search:
    """Options of a search.

    Parameters
    ----------
    status
        Only payments with this status: awaiting, paid, failed or cancelled.
    buyer
        Only this buyer's payments.
    order
        Only payments of this order.
    called
        Only payments with this merchant id, order, gateway id, approval number or PG transaction id.
    amount
        Only payments of this amount, such as 5,000; with --period captured or refunded: with such a capture or refund.
    currency
        The currency of the amount.
    method
        Only payments by this method, such as card.
    name
        Only payments whose name begins with this.
    period
        What happened between --from and --to: payments begun, captured or refunded.
    since
        The first day, such as 2026-11-01, or a moment.
    until
        The last day, or the moment before which it must have happened.
    zone
        The time zone of --from and --to. Default: the shop's.
    paid_twice
        Only paid payments of orders that another payment paid too, whoever the buyers are. Without --from: of 90 days.
    questioned
        Only payments with money given back elsewhere that may be the same as a refund of the provider.
    """

    status: Status | None = None
    buyer: str | None = None
    order: str | None = None
    called: str | None = None
    amount: str | None = None
    currency: str = "KRW"
    method: Method | None = None
    name: str | None = None
    period: PeriodOf = PeriodOf.BEGUN
    since: Annotated[str | None, Parameter(name="--from")] = None
    until: Annotated[str | None, Parameter(name="--to")] = None
    zone: str | None = None
    paid_twice: Annotated[bool, Parameter(negative="")] = False
    questioned: Annotated[bool, Parameter(negative="")] = False

    def filter(self, shop_zone: tzinfo) -> Filter:
        """Return what to search for. Raises BadInput for an amount, a day or a zone that cannot be read."""
        zone = shop_zone if self.zone is None else zone_named(self.zone)
        return Filter(
            status=self.status,
            buyer=self.buyer,
            order=self.order,
            called=self.called,
            amount=None if self.amount is None else display.read_money(self.amount, self.currency),
            currency=None if self.amount is None else self.currency,
            method=self.method,
            name=self.name or None,
            period=read_period(self.period, self.since, self.until, zone),
            paid_twice=self.paid_twice,
            questioned=self.questioned,
        )


NO_SEARCH = Search()


def shop_zone(common: Common) -> tzinfo:
    """Return the shop's time zone. Raises BadSettings."""
    from payments.entrypoints.settings import load_settings

    return zone_named(load_settings(common.config).zone)
