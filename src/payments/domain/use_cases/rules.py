"""Rules: what a shop requires of a payment before it begins: channels, minimums, how often an order is paid."""

from collections.abc import Mapping
from typing import Final

import attrs

from payments.domain.errors import BadInput, BelowMinimum
from payments.domain.values import DEFAULT_PROVIDER, Method, Offer

MINIMUM_CURRENCY: Final = "KRW"


@attrs.frozen(kw_only=True)
class Channel:
    """A contract with a payment company, under the shop's own name for it.

    Payments by one of `methods` are taken there, unless the shop's server names another channel.
    """

    name: str
    methods: frozenset[Method] = frozenset()
    provider: str = ""  # '': the shop's usual one


@attrs.frozen(kw_only=True)
class Rules:
    """`minimums` are in won. `one_payment_per_order`: an order is paid once in the whole shop, not once per buyer.

    `provider` begins the payments whose channel names none.
    """

    provider: str = DEFAULT_PROVIDER
    channels: tuple[Channel, ...] = ()
    minimums: Mapping[Method, int] = attrs.field(factory=dict)
    one_payment_per_order: bool = False

    def check(self, offer: Offer, method: Method) -> None:
        """Raise BelowMinimum or BadInput where no window may open for *offer* by *method*."""
        self.channel_for(offer.terms.channel, method)
        least = self.minimums.get(method, 1)
        if offer.price.currency == MINIMUM_CURRENCY and offer.price.minor < least:
            raise BelowMinimum(
                f"{offer.price.minor} won is too little for {method}: at least {least} won. No payment was created."
            )

    def provider_for(self, named: str, method: Method) -> str:
        """Return the provider that begins a payment. Raises BadInput as `channel_for` does."""
        name = self.channel_for(named, method)
        return next((one.provider for one in self.channels if one.name == name and one.provider), self.provider)

    def channel_for(self, named: str, method: Method, *, known: bool = True) -> str:
        """Return the name of the channel that takes a payment, or '' for the default one.

        Raises BadInput where the shop names a channel that does not exist, or does not take *method*; not so unless the
        channel must be *known*, as of a payment that began before the settings changed.
        """
        if not named:
            return next((channel.name for channel in self.channels if method in channel.methods), "")
        for channel in self.channels:
            if channel.name == named and (not channel.methods or method in channel.methods):
                return named
        if not known:
            return named
        names = ", ".join(channel.name for channel in self.channels) or "none"
        raise BadInput(f"No channel {named!r} takes {method}. The settings have: {names}. No payment was created.")
