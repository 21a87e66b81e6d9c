"""What the sandbox remembers of webhooks and calls may be read while its other threads add to it."""

from collections.abc import Iterator

import attrs
import pytest

from payments.entrypoints.sandbox import Clock, SandboxSettings
from payments.entrypoints.sandbox.wire.faces import IamportFace
from payments.entrypoints.sandbox.wire.journal import Journal
from payments.entrypoints.sandbox.wire.webhooks import Webhooks

CALL = {"at": 0.0, "method": "GET", "path": "/", "query": {}, "body": {}, "http": 200, "code": 0, "message": None}


@attrs.define
class Observed:
    """A lock whose holder asks first whether all webhooks have ended, as another thread may at that moment."""

    webhooks: Webhooks | None = None
    have_ended: list[bool] = attrs.Factory(list)

    def __enter__(self) -> None:
        assert self.webhooks
        self.have_ended.append(self.webhooks.wait(timeout=0))

    def __exit__(self, *_: object) -> None: ...


@pytest.fixture
def observed() -> Observed:
    return Observed()


@pytest.fixture
def webhooks(observed: Observed) -> Iterator[Webhooks]:
    faces = (IamportFace(SandboxSettings()),) * 2
    observed.webhooks = Webhooks(Clock.stopped(0), faces, observed)
    yield observed.webhooks
    observed.webhooks.close()


def queue_one(webhooks: Webhooks) -> None:
    webhooks.queue("imp_1", "http://127.0.0.1:9/", {}, delay=60)


def test_a_webhook_that_goes_out_later_is_waited_for_at_no_moment(webhooks: Webhooks, observed: Observed) -> None:
    queue_one(webhooks)
    assert observed.have_ended == [True]
    assert webhooks.wait(timeout=0)


def test_more_webhooks_may_be_queued_while_the_known_ones_are_read(webhooks: Webhooks) -> None:
    queue_one(webhooks)
    for _ in webhooks.deliveries:
        queue_one(webhooks)
    assert len(webhooks.deliveries) == 2


def test_more_calls_may_come_while_the_known_ones_are_read() -> None:
    journal = Journal()
    journal.add(**CALL, milliseconds=0.0)
    for _ in journal.calls:
        journal.add(**CALL, milliseconds=0.0)
    assert [call.number for call in journal.calls] == [1, 2]
