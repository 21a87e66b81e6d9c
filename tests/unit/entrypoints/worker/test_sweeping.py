"""The worker's sweep: paced by what it finds, and stopped by no single payment."""

import logging

import pytest
from support.shops import begun, captured

from payments.domain.errors import ContractViolation, Unknown
from payments.domain.machine import Status
from payments.domain.schedule import CHECK_WAITS
from payments.entrypoints.blocking import run
from payments.entrypoints.worker.loops import Troubled
from payments.entrypoints.worker.pace import Pace
from payments.entrypoints.worker.sweeping import Sweeping


def test_a_full_batch_is_followed_by_the_next_at_once_and_an_empty_one_by_a_wait(shop):
    for n in range(3):
        begun(shop, f"o{n}")
    shop.clock.advance(seconds=31)
    step = Sweeping(shop.sweep, limit=2, idle=1.0)
    assert [step(), step(), step()] == [0, 1.0, 1.0]
    assert shop.gateway.calls.count("attempts") == 3


def test_a_batch_in_which_all_fail_slows_the_sweep_down(shop, caplog):
    for n in range(2):
        begun(shop, f"o{n}")
    shop.clock.advance(seconds=31)
    shop.gateway.trouble("attempts", Unknown("no answer"), times=2)
    with pytest.raises(Troubled, match="gateway-unknown"):
        Sweeping(shop.sweep, limit=2, idle=1.0)()
    [line] = [record for record in caplog.records if record.name == "payments.worker"]
    assert "2 checked, 0 changed; gateway-unknown: m_" in line.message


def test_a_bug_in_one_payment_does_not_starve_the_rest_of_the_batch(shop, caplog):
    """The poisoned one is due first, and would be claimed first with the same others for ever."""
    poisoned, healthy = begun(shop, "o1"), begun(shop, "o2")
    captured(shop, healthy.merchant_id)
    shop.clock.advance(seconds=31)
    ask = shop.gateway.attempts

    async def attempts(merchant_id):
        if merchant_id == poisoned.merchant_id:
            raise ZeroDivisionError
        return await ask(merchant_id)

    shop.gateway.attempts = attempts
    Sweeping(shop.sweep, limit=20, idle=1.0)()
    assert run(shop.store.payments.get(healthy.merchant_id)).status is Status.PAID
    assert any(record.exc_info and poisoned.merchant_id in record.message for record in caplog.records)


def test_what_a_person_should_look_at_is_logged_in_its_own_words(shop, caplog):
    begun(shop)
    shop.clock.advance(seconds=31)
    shop.gateway.trouble("attempts", ContractViolation("the answer is about another payment"))
    with pytest.raises(Troubled):
        Sweeping(shop.sweep, limit=2, idle=1.0)()
    assert [r.message for r in caplog.records if r.levelno == logging.ERROR] == [
        "sweep: m_1: the answer is about another payment"
    ]


def test_the_default_pace_finds_money_without_a_webhook_within_a_minute():
    pace = Pace()
    assert pace.reconcile_every + pace.idle < 60
    assert CHECK_WAITS[0].total_seconds() + pace.idle < 60
