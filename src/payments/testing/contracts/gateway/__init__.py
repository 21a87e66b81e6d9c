"""What every gateway must keep, as a test class to subclass.

    class TestMyGateway(GatewayContract):
        @pytest.fixture
        def provider(self) -> Provider:
            return MyProvider()      # a test account, or an imitation of the provider that you can make pay and fail

Provider            what the tests do besides calling the gateway: pay, decline, refund at the provider's own page
PaymentWindowShut   what `Provider.open` raises where the provider opens no window
LAWS                the promises by name; `left_out` says which cannot hold for this provider, and why
"""

from collections.abc import Mapping
from typing import ClassVar

import pytest

pytest.register_assert_rewrite(f"{__name__}.laws", f"{__name__}.asking")

from payments.testing.contracts.gateway.laws import LAWS  # noqa: E402 - after its assertions are registered
from payments.testing.contracts.gateway.provider import PaymentWindowShut, Provider  # noqa: E402 - as above
from payments.testing.contracts.promises import naming  # noqa: E402 - as above

__all__ = ["LAWS", "GatewayContract", "PaymentWindowShut", "Provider"]


class GatewayContract:
    """What holds of every Gateway. The fixture `provider` returns the gateway, and all that can happen behind it."""

    left_out: ClassVar[Mapping[str, str]] = {}
    """Promises that this provider cannot keep, with the reason: {"sums_in_minor_units_stay_exact": "It takes won."}."""

    @pytest.mark.parametrize("promise", LAWS)
    def test_gateway(self, provider: Provider, promise: str) -> None:
        if promise in self.left_out:
            pytest.skip(self.left_out[promise])
        naming(LAWS[promise], promise.replace("_", " "))(provider)
