"""Connections to the provider: shared, replaced after a broken answer, never inherited; and bounded repeats."""

import contextlib
import os

import pytest
from integration.iamport.scripted import (
    Scripted,
    answered,
    granted,
    reset,
)
from integration.iamport.troubles import HTML, IMP, REFUND, UNKNOWN, GatewayTo
from support.patience import given_time
from unit.adapters.iamport.rows import a_row

from payments.domain.errors import Unknown
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
def test_a_forked_process_opens_connections_of_its_own(gateway_to: GatewayTo) -> None:
    """As under a server that loads the shop before it forks; on a shared one, answers go to whoever reads first."""
    with Scripted(granted(a_row())) as server:
        gateway = gateway_to(server)
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
        assert run(gateway_to(server, tries=3).refund(REFUND, "KRW")).refunded == 300
        assert len(server.asked("/payments/cancel")) == 2
    with Scripted(answered(502, HTML), granted(a_row())) as server:
        with pytest.raises(Unknown):
            run(gateway_to(server, tries=3).refund(REFUND, "KRW"))
        assert len(server.asked("/payments/cancel")) == 1
