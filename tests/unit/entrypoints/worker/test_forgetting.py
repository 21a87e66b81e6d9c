"""What the worker deletes, and when: old idempotency keys, and messages that nobody receives."""

from datetime import timedelta

import pytest
from support.shops import Publishing, begun, courier_to

from payments.domain.people.operators import SESSION_LIFE, Operator, Session
from payments.domain.schedule import LEASE
from payments.domain.use_cases.hints import HintTaker
from payments.entrypoints.blocking import run
from payments.entrypoints.worker.forgetting import Forgetting
from payments.entrypoints.worker.running import Worker


def test_idempotency_keys_are_forgotten_after_seven_days(shop):
    keys = shop.store.idempotency_keys
    run(keys.claim_key("s", "old", "f", shop.clock.now(), shop.clock.now() + LEASE))
    shop.clock.advance(days=3)
    run(keys.claim_key("s", "young", "f", shop.clock.now(), shop.clock.now() + LEASE))
    shop.clock.advance(days=4, seconds=1)
    assert Forgetting(keys, shop.store.hints, shop.clock, 3600.0)() == 3600.0
    assert run(keys.forget_keys(shop.clock.now() + timedelta(days=1))) == 1  # the young one was still there


def test_sessions_of_operators_are_forgotten_once_they_can_no_longer_be_used(shop):
    operators = shop.store.people.operators
    now = shop.clock.now()
    run(operators.add(Operator(name="kim", password="hash", created_at=now)))
    run(operators.begin_session(Session(digest="d", operator="kim", created_at=now, seen_at=now)))
    forgetting = Forgetting(shop.store.idempotency_keys, shop.store.hints, shop.clock, 3600.0, operators)
    for step, stored in ((SESSION_LIFE, 1), (timedelta(seconds=1), 0)):  # not a second before
        shop.clock.advance(seconds=step.total_seconds())
        assert forgetting() == 3600.0
        assert len(run(operators.sessions())) == stored


def test_messages_that_nobody_receives_are_deleted_after_thirty_days(shop):
    """Without an endpoint or a subscriber the outbox would grow for ever."""
    begun(shop)
    then = shop.clock.now()
    forgetting = Forgetting(
        shop.store.idempotency_keys, shop.store.hints, shop.clock, 3600.0, unreceived=shop.store.outbox
    )
    for seconds, waiting in ((30 * 86_400, 2), (1, 0)):  # not a second before
        shop.clock.advance(seconds=seconds)
        assert forgetting() == 3600.0
        assert len(run(shop.store.outbox.claim(shop.clock.now(), then, 10))) == waiting


def test_messages_beyond_one_batch_are_deleted_in_the_next(shop, monkeypatch):
    monkeypatch.setattr("payments.entrypoints.worker.forgetting.DELETE_BATCH", 2)
    begun(shop)  # two messages
    shop.clock.advance(days=31)
    forgetting = Forgetting(
        shop.store.idempotency_keys, shop.store.hints, shop.clock, 3600.0, unreceived=shop.store.outbox
    )
    assert [forgetting(), forgetting()] == [0, 3600.0]


@pytest.mark.parametrize("somebody", [True, False])
def test_messages_are_deleted_only_if_nobody_receives_them(shop, somebody):
    courier = courier_to(shop, Publishing()) if somebody else None
    worker = Worker(
        sweep=shop.sweep,
        reconciliation=shop.reconciliation,
        hints=HintTaker(hints=shop.store.hints, refresher=shop.refresher, clock=shop.clock),
        courier=courier,
        outbox=shop.store.outbox,
        keys=shop.store.idempotency_keys,
    )
    assert (worker._forgetting().step.unreceived is None) == somebody
