"""Which payments to list: everything that an operator may know of a payment, in one value.

Filter    the conditions; all of them must hold
Period    a stretch of time in which the payment began, was captured or was refunded
Listing   the order of a list, which follows from the filter: each page continues after the last payment seen
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import attrs

from payments.domain.errors import BadInput
from payments.domain.machine import Status
from payments.domain.values import Method, aware


class PeriodOf(StrEnum):
    """What happened in a period."""

    BEGUN = "begun"
    CAPTURED = "captured"
    REFUNDED = "refunded"


class Listing(StrEnum):
    """By what a list is sorted, the latest first: a time, or the name (from Z to A, the newest of a name first)."""

    BEGUN = "begun"
    CAPTURED = "captured"
    REFUNDED = "refunded"
    NAME = "name"


PAID_TWICE_WITHIN: Final = timedelta(days=90)
"""The period of `paid_twice` where none is given."""
LONGEST_PAID_TWICE: Final = timedelta(days=366)
_optional_time = attrs.validators.optional(aware)


@attrs.frozen(kw_only=True)
class Period:
    """From `since` on, up to `until` and without it; None: without a border. Raises BadInput where it is empty.

    A payment is in a period of captures if any capture of it was made then, also a stray; the same for refunds.
    """

    of: PeriodOf = PeriodOf.BEGUN
    since: datetime | None = attrs.field(default=None, validator=_optional_time)
    until: datetime | None = attrs.field(default=None, validator=_optional_time)

    def __attrs_post_init__(self) -> None:
        if self.since and self.until and not self.since < self.until:
            raise BadInput("A period must end after it starts.")

    def holds(self, moment: datetime) -> bool:
        """Return whether *moment* is in the period."""
        return (self.since is None or self.since <= moment) and (self.until is None or moment < self.until)


@attrs.frozen(kw_only=True)
class Filter:
    """Which payments to list. Conditions that are None or False are not asked for.

    `called` is what a person has in hand: a merchant id, an order, a gateway id, an approval number or the PG's
    transaction id. `amount`, in minor units, is the price; with a period of captures or refunds it is the sum that was
    captured or refunded then. `name` is the beginning of the name, in its exact letters. `open_strays`: those with a
    stray that nobody has decided about. `open_refunds`: those with a refund whose outcome is not known. `paid_twice`:
    paid payments of an order that another payment paid too, whoever the buyer was and whenever the other was paid.
    `questioned`: those with money recorded as given back elsewhere that an operator must decide about.
    """

    buyer: str | None = None
    status: Status | None = None
    order: str | None = None
    called: str | None = None
    method: Method | None = None
    amount: int | None = None
    currency: str | None = None
    name: str | None = None
    period: Period = attrs.field(factory=Period)
    open_strays: bool = False
    open_refunds: bool = False
    paid_twice: bool = False
    questioned: bool = False

    def bounded(self, now: datetime) -> "Filter":
        """Return the filter with the period that `paid_twice` needs, because each payment in it is compared.

        Without a start it is PAID_TWICE_WITHIN. Raises BadInput where it is longer than LONGEST_PAID_TWICE.
        """
        if not self.paid_twice:
            return self
        until = self.period.until or now
        since = self.period.since or until - PAID_TWICE_WITHIN
        if until - since > LONGEST_PAID_TWICE:
            raise BadInput(f"Orders that were paid twice are searched in at most {LONGEST_PAID_TWICE.days} days.")
        return attrs.evolve(self, period=attrs.evolve(self.period, since=since))

    @property
    def listing(self) -> Listing:
        """By what the list is sorted. Names sort a list only where no period is given."""
        no_period = self.period == Period()
        return Listing.NAME if self.name and no_period else Listing(self.period.of)
