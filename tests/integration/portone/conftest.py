"""A gateway of V2 that talks to a scripted provider; every test that asks for it runs on both transports."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
from integration.iamport.scripted import Scripted
from integration.portone.looped import LoopedPortOne

from payments.adapters.portone import PortOneGateway, PortOneSettings
from payments.domain.values import Mode

GATEWAYS: Final = {"requests": PortOneGateway, "aiohttp": LoopedPortOne}
API_SECRET: Final = "v2-secret-0123456789"


@pytest.fixture(params=GATEWAYS.values(), ids=GATEWAYS)
def gateway_to(request: pytest.FixtureRequest) -> Iterator[Callable[..., Any]]:
    """`gateway_to(server_or_url, deadline=0.5)`: a gateway that tries once, unless told otherwise."""
    with contextlib.ExitStack() as open_gateways:

        def make(server: Scripted | str, **changes: Any) -> Any:
            facts: dict[str, Any] = {"api_secret": API_SECRET, "store_id": "store-1", "mode": Mode.TEST, "tries": 1}
            facts |= {"api_url": server if isinstance(server, str) else server.url}
            facts |= {"refund_deadline": changes.get("deadline", 15.0)}
            return open_gateways.enter_context(request.param(PortOneSettings(**facts | changes)))

        yield make
