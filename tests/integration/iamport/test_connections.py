"""Connections to the provider: shared, replaced after a broken answer, never inherited; and bounded repeats."""

import asyncio
import contextlib
import os

import pytest
from integration.iamport.conftest import settings
from integration.iamport.scripted import (
    Scripted,
    answered,
    granted,
    hang,
    reset,
)
from integration.iamport.troubles import HTML, IMP, NAME, REFUND, UNKNOWN, GatewayTo
from support.patience import given_time
from unit.adapters.iamport.rows import a_row

from payments.adapters.iamport import IamportGateway, LoopIamportGateway
from payments.domain.errors import NotSent, Unknown
from payments.entrypoints.blocking import run


def test_a_broken_answer_does_not_cost_a_connection(gateway_to: GatewayTo) -> None:
    """A place that is not given back would hang the third call of a pool of two."""
    broken = [UNKNOWN["a huge body that says so"], UNKNOWN["half a body"], reset, UNKNOWN["a redirect"]] * 3
    with Scripted(*broken, granted(a_row())) as server:
        gateway = gateway_to(server, connections=2, body_cap=1 << 20)
        for _ in broken:
            with pytest.raises(Unknown):
                run(gateway.find(IMP))
        assert run(gateway.find(IMP)) is not None


def test_good_calls_share_one_connection(gateway_to: GatewayTo) -> None:
    with Scripted(granted(a_row())) as server:
        gateway = gateway_to(server)
        for _ in range(20):
            run(gateway.find(IMP))
        assert server.connections == 1


@pytest.mark.filterwarnings("ignore:This process")
def test_a_forked_process_opens_connections_of_its_own() -> None:
    """As under a server that loads the shop before it forks; on a shared one, answers go to whoever reads first.

    With requests only: an event loop does not survive a fork.
    """
    with Scripted(granted(a_row())) as server, IamportGateway(settings(server.url)) as gateway:
        run(gateway.find(IMP))
        child = os.fork()
        if child == 0:
            with contextlib.suppress(BaseException):
                os._exit(0 if run(gateway.find(IMP)) else 1)
            os._exit(2)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        run(gateway.find(IMP))
        assert server.connections == 2


# What may be sent again, and what may not.


def test_a_read_is_retried_after_a_failure(gateway_to: GatewayTo) -> None:
    with Scripted(answered(502, HTML), reset, granted(a_row())) as server:
        assert run(gateway_to(server, tries=3).find(IMP)) is not None
        assert len(server.asked()) == 3


def test_repeats_are_bounded_by_number(gateway_to: GatewayTo) -> None:
    with Scripted(answered(502, HTML)) as server:
        with pytest.raises(Unknown):
            run(gateway_to(server, tries=3).find(IMP))
        assert len(server.asked()) == 3


def test_repeats_are_bounded_by_time(gateway_to: GatewayTo) -> None:
    """The pauses double: all ten tries would take longer than any of the deadlines here."""

    def ends_early(deadline: float) -> None:
        with Scripted(answered(502, HTML)) as server:
            with pytest.raises(Unknown):
                run(gateway_to(server, tries=10, deadline=deadline).find(IMP))
            assert 1 <= len(server.asked()) < 10

    given_time(ends_early)


def test_a_cancel_is_retried_only_if_it_was_not_sent(gateway_to: GatewayTo) -> None:
    with Scripted(answered(429, HTML), granted(a_row(cancel_amount=300, status="cancelled"))) as server:
        assert run(gateway_to(server, tries=3).refund(REFUND, "KRW", NAME)).refunded == 300
        assert len(server.asked("/payments/cancel")) == 2
    with Scripted(answered(502, HTML), granted(a_row())) as server:
        with pytest.raises(Unknown):
            run(gateway_to(server, tries=3).refund(REFUND, "KRW", NAME))
        assert len(server.asked("/payments/cancel")) == 1


def test_a_closed_gateway_on_a_loop_sends_nothing() -> None:
    async def scenario(url: str) -> None:
        async with LoopIamportGateway(settings(url)) as gateway:
            assert await gateway.find(IMP) is not None
        with pytest.raises(NotSent):
            await gateway.find(IMP)

    with Scripted(granted(a_row())) as server:
        asyncio.run(scenario(server.url))
        assert len(server.asked()) == 1


def test_a_call_that_is_cut_off_gives_its_connection_back() -> None:
    async def scenario(url: str) -> None:
        async with LoopIamportGateway(settings(url, connections=1)) as gateway:
            hanging = asyncio.create_task(gateway.find(IMP))
            while not server.asked():
                await asyncio.sleep(0)
            hanging.cancel()
            await asyncio.gather(hanging, return_exceptions=True)
            assert await gateway.find(IMP) is not None

    with Scripted(hang, granted(a_row())) as server:
        asyncio.run(scenario(server.url))
