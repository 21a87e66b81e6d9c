"""Refunds on their way: the caller is answered in time, the work goes on, and never more than fit are at work."""

import asyncio
import logging
import threading

import pytest
from support.patience import EVENTUALLY

from payments.domain.errors import Unknown
from payments.entrypoints.blocking import run
from payments.entrypoints.sending import Sending

AT_ONCE = 0.0


async def answered() -> str:
    return "done"


async def failing() -> str:
    raise Unknown("no answer")


def test_what_ends_in_time_is_returned():
    assert run(Sending(seconds=EVENTUALLY).within_time(answered())) == "done"


def test_what_fails_in_time_is_raised():
    with pytest.raises(Unknown):
        run(Sending(seconds=EVENTUALLY).within_time(failing()))


def test_a_caller_does_not_wait_for_what_takes_too_long_and_it_ends_all_the_same():
    leave, ended = threading.Event(), threading.Event()

    async def slow() -> str:
        assert leave.wait(EVENTUALLY)
        ended.set()
        return "done"

    assert run(Sending(seconds=AT_ONCE).within_time(slow())) is None
    leave.set()
    assert ended.wait(EVENTUALLY)


def test_one_more_than_fit_never_starts_and_a_place_that_is_free_again_is_used():
    leave, started = threading.Event(), threading.Event()

    async def slow() -> None:
        assert leave.wait(EVENTUALLY)

    sending = Sending(most=1, seconds=AT_ONCE)
    assert run(sending.within_time(slow())) is None

    async def second() -> str:
        started.set()
        return "done"

    assert run(sending.within_time(second())) is None
    leave.set()
    for thread in threading.enumerate():
        if thread.name == "refund":
            thread.join(EVENTUALLY)
    assert not started.is_set()
    run(sending.within_time(second()))
    assert started.wait(EVENTUALLY)


def test_what_fails_after_its_caller_left_is_logged():
    leave, logged, messages = threading.Event(), threading.Event(), list[str]()

    class Waiting(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            messages.append(record.getMessage())
            logged.set()

    async def late() -> str:
        assert leave.wait(EVENTUALLY)
        raise Unknown("no answer")

    handler = Waiting()
    logging.getLogger("payments.http").addHandler(handler)
    try:
        assert run(Sending(seconds=AT_ONCE).within_time(late())) is None
        leave.set()
        assert logged.wait(EVENTUALLY)
    finally:
        logging.getLogger("payments.http").removeHandler(handler)
    assert "A refund is left to the worker: no answer (gateway-unknown)" in messages


def test_in_an_event_loop_too_the_caller_is_answered_in_time_and_the_work_ends():
    async def shop() -> list[str]:
        leave, ended = asyncio.Event(), list[str]()

        async def slow() -> None:
            await leave.wait()
            ended.append("slow")

        sending = Sending(most=1, seconds=AT_ONCE)
        assert await sending.within_time(slow(), suspends=True) is None
        assert await sending.within_time(answered(), suspends=True) is None  # there is no place
        leave.set()
        while not ended:
            await asyncio.sleep(0)
        return ended

    assert asyncio.run(shop()) == ["slow"]


def test_in_an_event_loop_what_ends_in_time_is_returned_or_raised():
    sending = Sending(seconds=EVENTUALLY)
    assert asyncio.run(sending.within_time(answered(), suspends=True)) == "done"
    with pytest.raises(Unknown):
        asyncio.run(sending.within_time(failing(), suspends=True))


def test_what_runs_when_the_server_stops_gets_its_grace_and_is_then_cut_off():
    async def scenario():
        sending, answered, ended = Sending(seconds=0), asyncio.Event(), []

        async def use_case(awaited):
            try:
                await awaited.wait()
                ended.append("answered")
            except asyncio.CancelledError:
                ended.append("cut off")
                raise

        for awaited in (answered, asyncio.Event()):
            assert await sending.within_time(use_case(awaited), suspends=True) is None
        answered.set()
        await sending.finish(0.1)
        await sending.finish(0.1)  # with nothing left, it returns
        return ended

    assert asyncio.run(scenario()) == ["answered", "cut off"]
