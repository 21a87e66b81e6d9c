"""What the worker deletes, and when: old idempotency keys, and messages that nobody receives."""

from datetime import timedelta

import pytest
from support.world import Publishing, World

from payments.domain.schedule import LEASE
from payments.entrypoints.blocking import run
from payments.entrypoints.worker.forgetting import Forgetting
from payments.entrypoints.worker.running import Worker


@pytest.fixture
def world() -> World:
    return World()


def test_idempotency_keys_are_forgotten_after_seven_days(world):
    keys = world.store.idempotency_keys
    run(keys.claim_key("s", "old", "f", world.clock.now(), world.clock.now() + LEASE))
    world.clock.advance(days=3)
    run(keys.claim_key("s", "young", "f", world.clock.now(), world.clock.now() + LEASE))
    world.clock.advance(days=4, seconds=1)
    assert Forgetting(keys, world.clock, 3600.0)() == 3600.0
    assert run(keys.forget_keys(world.clock.now() + timedelta(days=1))) == 1  # the young one was still there


def test_messages_that_nobody_receives_are_deleted_after_thirty_days(world):
    """Without an endpoint or a subscriber the outbox would grow for ever."""
    world.begun()
    begun = world.clock.now()
    forgetting = Forgetting(world.store.idempotency_keys, world.clock, 3600.0, unreceived=world.store.outbox)
    for seconds, waiting in ((30 * 86_400, 2), (1, 0)):  # not a second before
        world.clock.advance(seconds=seconds)
        assert forgetting() == 3600.0
        assert len(run(world.store.outbox.claim(world.clock.now(), begun, 10))) == waiting


def test_messages_beyond_one_batch_are_deleted_in_the_next(world, monkeypatch):
    monkeypatch.setattr("payments.entrypoints.worker.forgetting.DELETE_BATCH", 2)
    world.begun()  # two messages
    world.clock.advance(days=31)
    forgetting = Forgetting(world.store.idempotency_keys, world.clock, 3600.0, unreceived=world.store.outbox)
    assert [forgetting(), forgetting()] == [0, 3600.0]


@pytest.mark.parametrize("somebody", [True, False])
def test_messages_are_deleted_only_if_nobody_receives_them(world, somebody):
    courier = world.courier(Publishing()) if somebody else None
    worker = Worker(
        sweep=world.sweep,
        reconciliation=world.reconciliation,
        courier=courier,
        outbox=world.store.outbox,
        keys=world.store.idempotency_keys,
    )
    assert (worker._forgetting().step.unreceived is None) == somebody
