"""On an event loop, only calls to the provider hold threads, and no more requests are admitted than before."""

import asyncio
import threading
from functools import partial

import pytest
from support.patience import EVENTUALLY, until

from payments.domain.errors import Unknown
from payments.entrypoints.http.edge.threads import Threads
from payments.entrypoints.http.shapes.errors import Busy
from payments.entrypoints.off_loop import DaemonThreads, OffLoop


class BlockingGateway:
    """Tells in which thread it was called."""

    async def find(self, gateway_id, _=None):
        if gateway_id == "lost":
            raise Unknown("no answer")
        return threading.current_thread().name


def test_a_call_to_the_provider_runs_in_a_thread_of_the_pool():
    async def scenario():
        gateway = OffLoop(BlockingGateway(), 1)
        assert (await gateway.find("imp_1")).startswith("provider")
        with pytest.raises(Unknown):
            await gateway.find("lost")
        await gateway.close()

    asyncio.run(scenario())


def test_calls_beyond_the_threads_wait_and_a_caller_that_left_is_not_called_for():
    pool, go, called = DaemonThreads(2, "few"), threading.Event(), []

    def call(number):
        called.append(number)
        go.wait(EVENTUALLY)
        return threading.current_thread().name

    running = [pool.submit(partial(call, number)) for number in range(2)]
    until(lambda: len(called) == 2)
    left, waiting = (pool.submit(partial(call, number)) for number in (2, 3))
    assert left.cancel()
    go.set()
    names = {future.result(EVENTUALLY) for future in (*running, waiting)}
    assert (names, sorted(called)) == ({"few-0", "few-1"}, [0, 1, 3])
    pool.close()


def test_what_exceeds_the_queue_is_refused_at_once_and_the_rest_takes_turns():
    async def scenario():
        lane, go, running = Threads(1, 1, suspends=True), asyncio.Event(), []

        async def use_case(number):
            running.append(number)
            await go.wait()
            return number

        first, second = (asyncio.create_task(lane.run(use_case(number))) for number in (1, 2))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            await lane.run(use_case(3))
        assert running == [1]
        go.set()
        assert await asyncio.gather(first, second) == [1, 2]
        assert await lane.run(use_case(4)) == 4
        lane.close()

    asyncio.run(scenario())


def test_a_use_case_whose_caller_left_before_its_turn_never_runs():
    async def scenario():
        lane, go, running = Threads(1, 1, suspends=True), asyncio.Event(), []

        async def use_case(number):
            running.append(number)
            await go.wait()

        first, second = (asyncio.create_task(lane.run(use_case(number))) for number in (1, 2))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)
        go.set()
        await first
        assert running == [1]
        await lane.run(use_case(3))  # and its place is free again
        lane.close()

    asyncio.run(scenario())
