"""How long a call that failed waits before it is made again."""

import logging
import random
import socket
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import attrs
import pytest

from payments.adapters.http_wire import calling, connection
from payments.adapters.http_wire.calling import FIRST_RETRY_SECONDS, Target, logged, patiently
from payments.adapters.http_wire.transport import Deadline
from payments.domain.errors import NotSent
from payments.entrypoints.blocking import run


@attrs.define
class Pausing:
    """A transport that notes its pauses and takes none."""

    pauses: list[float] = attrs.Factory(list)

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)


async def answered() -> int:
    return 200


async def refused() -> None:
    raise NotSent("nobody answers")


def test_each_pause_is_twice_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "uniform", lambda *_: 1.0)
    transport: Any = Pausing()
    with pytest.raises(NotSent):
        run(patiently(Target(method="GET", path="/"), refused, transport, 5, Deadline(3600)))
    assert transport.pauses == [FIRST_RETRY_SECONDS * factor for factor in (1, 2, 4, 8)]


@pytest.mark.parametrize("drawn", [0.5, 1.5])
def test_a_pause_is_half_to_one_and_a_half_times_as_long(monkeypatch: pytest.MonkeyPatch, drawn: float) -> None:
    monkeypatch.setattr(random, "uniform", lambda *_: drawn)
    transport: Any = Pausing()
    with pytest.raises(NotSent):
        run(patiently(Target(method="GET", path="/"), refused, transport, 2, Deadline(3600)))
    assert transport.pauses == [FIRST_RETRY_SECONDS * drawn]


def test_the_log_tells_how_many_milliseconds_a_call_took(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ticks = iter([10.0, 10.25])
    monkeypatch.setattr(calling, "time", SimpleNamespace(perf_counter=lambda: next(ticks)))
    with caplog.at_level(logging.INFO, "calls"):
        run(logged(Target(method="GET", path="/"), answered, logging.getLogger("calls"), str))
    assert caplog.messages == ["GET /: 200 in 250 ms"]


@pytest.mark.parametrize(("left", "is_read"), [(0.5, True), (0.0, False)])
def test_an_answer_is_read_until_its_deadline_and_not_beyond(
    monkeypatch: pytest.MonkeyPatch, left: float, is_read: bool
) -> None:
    now, (ours, theirs) = [100.0], socket.socketpair()
    monkeypatch.setattr(connection, "time", SimpleNamespace(monotonic=lambda: now[0]))
    with ours, theirs:
        theirs.send(b"paid")
        ours.settimeout(9)
        reader = connection._DeadlineReader(ours.makefile("rb", buffering=0), ours)
        now[0] += 9 - left
        with nullcontext() if is_read else pytest.raises(TimeoutError):
            assert reader.read(4) == b"paid"
        reader.close()
