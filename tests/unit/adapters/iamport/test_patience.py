"""How long a call that failed waits before it is made again."""

import random
from typing import Any

import attrs
import pytest

from payments.adapters.http_wire.calling import FIRST_RETRY_SECONDS, Target, patiently
from payments.adapters.http_wire.transport import Deadline
from payments.domain.errors import NotSent
from payments.entrypoints.blocking import run


@attrs.define
class Pausing:
    """A transport that notes its pauses and takes none."""

    pauses: list[float] = attrs.Factory(list)

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)


async def refused() -> None:
    raise NotSent("nobody answers")


def test_each_pause_is_twice_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "uniform", lambda *_: 1.0)
    transport: Any = Pausing()
    with pytest.raises(NotSent):
        run(patiently(Target(method="GET", path="/"), refused, transport, 5, Deadline(3600)))
    assert transport.pauses == [FIRST_RETRY_SECONDS * factor for factor in (1, 2, 4, 8)]
