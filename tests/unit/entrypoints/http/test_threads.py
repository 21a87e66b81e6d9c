"""Use cases run whole, one thread each, never more than fit; adapters that suspend need no thread."""

import asyncio
import threading

import pytest
from support.patience import EVENTUALLY

from payments.entrypoints.http.edge.threads import Threads
from payments.entrypoints.http.shapes.errors import Busy


@pytest.fixture
def threads():
    pool = Threads(1, 1)
    yield pool
    pool.close()


async def where() -> str:
    return threading.current_thread().name


def test_a_use_case_runs_off_the_event_loop(threads):
    assert asyncio.run(threads.run(where())).startswith("use-case")


def test_where_adapters_suspend_it_is_awaited_in_the_loop():
    async def suspends() -> str:
        await asyncio.sleep(0)
        return await where()

    pool = Threads(1, 0, suspends=True)
    assert asyncio.run(pool.run(suspends())) == threading.current_thread().name
    pool.close()


def test_what_it_raises_comes_out(threads):
    async def fails() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        asyncio.run(threads.run(fails()))
    assert asyncio.run(threads.run(where()))


def test_one_more_than_fits_is_turned_away_and_never_runs(threads):
    """The queue would grow without end if a place were not counted; a place would leak if it were not given back."""
    leave, ran = threading.Event(), []

    async def work(number: int) -> None:
        assert leave.wait(EVENTUALLY)
        ran.append(number)

    async def crowd() -> None:
        at_work = [asyncio.create_task(threads.run(work(number))) for number in range(2)]
        await asyncio.sleep(0)
        for number in range(2, 5):
            with pytest.raises(Busy):
                await threads.run(work(number))
        leave.set()
        await asyncio.gather(*at_work)
        await threads.run(work(9))

    asyncio.run(crowd())
    assert ran == [0, 1, 9]


def test_one_whose_caller_left_before_it_began_never_runs(threads):
    leave, ran = threading.Event(), []

    async def work(name: str) -> None:
        assert leave.wait(EVENTUALLY)
        ran.append(name)

    async def impatient() -> None:
        first = asyncio.create_task(threads.run(work("first")))
        second = asyncio.create_task(threads.run(work("second")))
        await asyncio.sleep(0)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        leave.set()
        await first
        await threads.run(work("third"))

    asyncio.run(impatient())
    assert ran == ["first", "third"]


def test_what_runs_and_what_waits_can_be_seen():
    async def seen() -> list[tuple[int, int]]:
        lane, go, found = Threads(1, 1, suspends=True), asyncio.Event(), []
        found.append((lane.running, lane.waiting))
        tasks = [asyncio.create_task(lane.run(go.wait())) for _ in range(2)]
        await asyncio.sleep(0)
        found.append((lane.running, lane.waiting))
        go.set()
        await asyncio.gather(*tasks)
        found.append((lane.running, lane.waiting))
        lane.close()
        return found

    assert asyncio.run(seen()) == [(0, 0), (1, 1), (0, 0)]


def test_a_lane_with_a_time_limit_answers_when_it_is_over():
    """Fails where a database that stands still leaves every probe without an answer."""

    async def never() -> None:
        await asyncio.Event().wait()

    async def probes() -> list[object]:
        lane = Threads(1, 1, suspends=True, seconds=0.05)
        return await asyncio.gather(lane.run(never()), lane.run(never()), return_exceptions=True)

    assert [type(answer) for answer in asyncio.run(probes())] == [Busy, Busy]


def test_a_time_limit_of_the_use_case_itself_is_not_the_lane_s():
    async def times_out() -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        asyncio.run(Threads(1, 1, suspends=True, seconds=10).run(times_out()))
