"""What the tests of the adapter's own behaviour ask for: a gateway that talks to a scripted provider.

GATEWAYS     both gateways: over requests, and over aiohttp on an event loop
gateway_to   makes a gateway; every test that asks for it runs on both
"""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
from integration.iamport.looped import LoopedGateway
from integration.iamport.scripted import Scripted

from payments.adapters.iamport import IamportGateway, IamportSettings
from payments.domain.values import Mode

GATEWAYS: Final = {"requests": IamportGateway, "aiohttp": LoopedGateway}

KEY, SECRET = "rest-key-0123", "rest-secret-4567"


def settings(url: str, **changes: Any) -> IamportSettings:
    facts = {"api_url": url, "key": KEY, "secret": SECRET, "user_code": "imp00000000", "mode": Mode.TEST, "tries": 1}
    facts |= {"refund_deadline": changes.get("deadline", 15.0)}
    return IamportSettings(**facts | changes)


@pytest.fixture(params=GATEWAYS.values(), ids=GATEWAYS)
def gateway_to(request: pytest.FixtureRequest) -> Iterator[Callable[..., Any]]:
    """`gateway_to(server_or_url, deadline=0.5)`: a gateway that tries once, unless told otherwise."""
    with contextlib.ExitStack() as open_gateways:

        def make(server: Scripted | str, **changes: Any) -> Any:
            url = server if isinstance(server, str) else server.url
            return open_gateways.enter_context(request.param(settings(url, **changes)))

        yield make
