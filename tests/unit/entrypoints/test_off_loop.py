"""On an event loop, only calls to the provider hold threads, and no more requests are admitted than before."""

import asyncio
import threading

import pytest

from payments.domain.errors import Unknown
from payments.entrypoints.http.edge.threads import Threads
from payments.entrypoints.http.shapes.errors import Busy
from payments.entrypoints.off_loop import OffLoop


class BlockingGateway:
    """Tells in which thread it was called."""

    async def find(self, gateway_id):
        if gateway_id == "lost":
            raise Unknown("no answer")
        return threading.current_thread().name


def test_a_call_to_the_provider_runs_in_a_thread_of_the_pool():
    gateway = OffLoop(BlockingGateway(), 1)
    assert asyncio.run(gateway.find("imp_1")).startswith("provider")
    with pytest.raises(Unknown):
        asyncio.run(gateway.find("lost"))
    gateway.close()


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
