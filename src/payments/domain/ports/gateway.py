"""Gateway: what the domain asks of a provider. Gateways: the gateway of each provider, by its name."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

import attrs

from payments.domain.errors import ProviderNotConfigured
from payments.domain.money import Money
from payments.domain.refund import Refund
from payments.domain.report import Report
from payments.domain.values import DEFAULT_PROVIDER, GatewayId, MerchantId


@attrs.frozen
class Attempts:
    """All attempts under one merchant id. `unreadable` describes the rows that no report could be made of."""

    reports: tuple[Report, ...] = ()
    unreadable: tuple[str, ...] = ()


@attrs.frozen
class ListingPage:
    """One page of the provider's own list; `total` counts the rows of all pages.

    `skipped` describes the rows that no report could be made of, one sentence each.
    """

    reports: tuple[Report, ...]
    pages: int
    total: int
    skipped: tuple[str, ...] = ()


class Gateway(Protocol):
    """One provider. Every method raises GatewayError (NotSent, Unknown, Rejected, ContractViolation), nothing else.

    An attempt is named by its gateway id *and* its merchant id, because providers differ in which of them they look up.
    """

    @property
    def listing_span(self) -> timedelta:
        """The longest stretch of time that one listing may cover."""

    async def prepare(self, merchant_id: MerchantId, price: Money) -> None:
        """Make the provider refuse any other amount for this id. Safe to repeat, also with another price."""

    async def find(self, gateway_id: GatewayId, merchant_id: MerchantId | None = None) -> Report | None:
        """Return what the provider says of one attempt; None if it knows none.

        *merchant_id* is None where whoever named the attempt did not say it; a provider may then know none.
        """

    async def attempts(self, merchant_id: MerchantId) -> Attempts:
        """Return all attempts under our id: the newest alone could hide the paid one."""

    async def refund(self, refund: Refund, currency: str, merchant_id: MerchantId) -> Report:
        """Refund once: the remainder is sent as checksum. Returns the attempt afterwards.

        *currency* is the capture's: a refund counts in its minor units, and a provider may count in major ones. A
        refund that the provider has accepted and not finished is REQUESTED in the history of the attempt. Raises
        StillAtWork where the provider says that an earlier send is being executed: that is not a refusal.
        """

    async def revoke(self, gateway_id: GatewayId, merchant_id: MerchantId) -> Report:
        """Close a virtual account that waits for a deposit. Returns the attempt afterwards."""

    async def listing(self, since: datetime, until: datetime, page: int) -> ListingPage:
        """Return a page (from 1) of all attempts that reached their present state in [since, until]."""


class ShadowList(Protocol):
    """The payments of another provider as this one shows them, for a comparison before a shop moves."""

    @property
    def listing_span(self) -> timedelta:
        """The longest stretch of time that one listing may cover."""

    async def shadow_listing(self, since: datetime, until: datetime, page: int) -> ListingPage:
        """Return a page (from 1) of the other provider's payments that changed in [since, until]."""


@attrs.frozen
class Gateways:
    """The gateways of a shop. New payments use the provider of their channel; every later call is the payment's own."""

    by_name: Mapping[str, Gateway]

    @classmethod
    def given(cls, gateway: "Gateway | Gateways") -> "Gateways":
        """Return *gateway* as the only one of a shop, under the name of payments that say no other."""
        return gateway if isinstance(gateway, Gateways) else cls({DEFAULT_PROVIDER: gateway})

    def of(self, provider: str) -> Gateway:
        """Return the gateway of *provider*. Raises ProviderNotConfigured."""
        gateway = self.by_name.get(provider)
        if gateway is None:
            raise ProviderNotConfigured(
                f"The settings have no account at the provider {provider}, which made this payment. Nothing was sent."
            )
        return gateway
