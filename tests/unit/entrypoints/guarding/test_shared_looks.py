"""Looks are shared by who asks at once, and nobody gets an answer that is older than the question."""

import asyncio

import pytest
from support.shops import Overridden

from payments.adapters.memory.gateway import MemoryGateway
from payments.domain.errors import Unknown
from payments.domain.values import MerchantId
from payments.entrypoints.guarding.shared_looks import SharedLooks

M = MerchantId("m")


class Slow:
    """A provider whose looks end when the test says so: each answers with its number."""

    def __init__(self):
        self.begun, self.gates, self.error = 0, [asyncio.Event() for _ in range(5)], None
        self.looks = SharedLooks(Overridden(MemoryGateway(), attempts=self.attempts, find=self.attempts))

    async def attempts(self, _):
        number, self.begun = self.begun, self.begun + 1
        await self.gates[number].wait()
        if self.error:
            raise self.error
        return number

    def ask(self, name=M):
        return asyncio.create_task(self.looks.attempts(name))

    async def settle(self):
        for _ in range(10):
            await asyncio.sleep(0)


def test_a_hundred_who_ask_at_once_are_two_looks():
    async def story():
        provider = Slow()
        asked = [provider.ask() for _ in range(100)]
        await provider.settle()
        assert provider.begun == 1
        provider.gates[0].set()
        provider.gates[1].set()
        answers = await asyncio.gather(*asked)
        assert (answers[0], set(answers[1:]), provider.begun) == (0, {1}, 2)
        assert not provider.looks._lines

    asyncio.run(story())


def test_who_asks_during_a_look_gets_one_that_began_later():
    async def story():
        provider = Slow()
        first = provider.ask()
        await provider.settle()
        second = provider.ask()
        provider.gates[0].set()
        await provider.settle()
        third = provider.ask()  # the second look has begun
        for gate in provider.gates:
            gate.set()
        assert await asyncio.gather(first, second, third) == [0, 1, 2]

    asyncio.run(story())


def test_different_payments_do_not_wait_for_each_other():
    async def story():
        provider = Slow()
        both = [provider.ask(), provider.ask(MerchantId("other"))]
        await provider.settle()
        assert provider.begun == 2
        provider.gates[0].set()
        provider.gates[1].set()
        assert await asyncio.gather(*both) == [0, 1]

    asyncio.run(story())


def test_who_leaves_takes_the_answer_from_nobody():
    async def story():
        provider = Slow()
        first, second, third = provider.ask(), provider.ask(), provider.ask()
        await provider.settle()
        first.cancel()
        second.cancel()
        for gate in provider.gates:
            gate.set()
        assert await third == 1

    asyncio.run(story())


def test_a_failure_is_told_to_all_who_share_it_and_the_next_look_is_a_new_one():
    async def story():
        provider = Slow()
        provider.error = Unknown("no answer")
        for gate in provider.gates:
            gate.set()
        for one in [provider.ask(), provider.ask(), provider.ask()]:
            with pytest.raises(Unknown):
                await one
        provider.error = None
        assert await provider.ask() == 2

    asyncio.run(story())
