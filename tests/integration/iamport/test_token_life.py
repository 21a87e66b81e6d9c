"""The access token on a real socket: fetched once for all, renewed in time, and once more where it is refused."""

import asyncio
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from integration.iamport.scripted import TOKEN, Act, Scripted, Seen, answered, enveloped, granted, refused, token
from support.patience import EVENTUALLY
from unit.adapters.iamport.rows import a_row

from payments.adapters.http_wire.loop_transport import LoopTurn
from payments.adapters.http_wire.requests_transport import ThreadTurn
from payments.adapters.http_wire.transport import Deadline
from payments.adapters.iamport import IamportGateway
from payments.adapters.iamport.token import Tokens
from payments.adapters.iamport.wire import Grant
from payments.domain.errors import CredentialsRefused, NotSent
from payments.domain.money import Money
from payments.domain.refund import Refund
from payments.domain.values import GatewayId, MerchantId, RefundId
from payments.entrypoints.blocking import run
from payments.testing import NOON

pytestmark = pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")

GatewayTo = Callable[..., IamportGateway]
IMP, NAME, WON = GatewayId("imp_056607798398"), MerchantId("m_1"), Money(1000)
REFUND = Refund(id=RefundId("r_1"), gateway_id=IMP, amount=300, remainder=1000, by="shop:x", requested_at=NOON)
UNAUTHORIZED = refused(401, -1, "Unauthorized")


def test_fifty_calls_fetch_one_token(gateway_to: GatewayTo) -> None:
    with Scripted(granted(a_row())) as server:
        gateway = gateway_to(server)
        for _ in range(50):
            run(gateway.find(IMP))
        assert (server.tokens_asked, len(server.asked())) == (1, 50)
        assert {seen.headers["authorization"] for seen in server.asked()} == {f"Bearer {TOKEN}"}
        assert "authorization" not in server.asked("/users", tokens=True)[0].headers


def at_once(threads: int, act: Callable[[], object]) -> None:
    """Run *act* in so many threads, let loose together."""
    gate = threading.Barrier(threads)

    def go(_: int) -> None:
        gate.wait(EVENTUALLY)
        act()

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(go, range(threads)))


def test_sixteen_threads_fetch_one_token(gateway_to: GatewayTo) -> None:
    with Scripted(granted(a_row())) as server:
        gateway = gateway_to(server, deadline=EVENTUALLY)
        at_once(16, lambda: run(gateway.find(IMP)))
        assert (server.tokens_asked, len(server.asked())) == (1, 16)
        assert server.connections <= 16


def only_with(good: str) -> Act:
    """Grant what comes with the *good* token, refuse what comes with another."""

    def act(server: Scripted, connection: socket.socket, seen: Seen) -> bool:
        known = seen.headers.get("authorization") == f"Bearer {good}"
        return (granted(a_row()) if known else UNAUTHORIZED)(server, connection, seen)

    return act


def test_a_refused_token_is_replaced_once_and_the_call_is_retried(gateway_to: GatewayTo) -> None:
    with Scripted(UNAUTHORIZED, granted(a_row()), token_acts=(token(), token(text="new"))) as server:
        gateway = gateway_to(server)
        assert run(gateway.find(IMP)) is not None
        assert [seen.headers["authorization"] for seen in server.asked()] == [f"Bearer {TOKEN}", "Bearer new"]
        run(gateway.find(IMP))
        assert server.tokens_asked == 2


def test_sixteen_refusals_of_one_token_fetch_one_new_token(gateway_to: GatewayTo) -> None:
    with Scripted(only_with(TOKEN), token_acts=(token(), token(text="new"))) as server:
        gateway = gateway_to(server, deadline=EVENTUALLY)
        run(gateway.find(IMP))
        server.acts = [only_with("new")]
        at_once(16, lambda: run(gateway.find(IMP)))
        assert server.tokens_asked == 2


def test_a_call_refused_with_a_fresh_token_too_is_our_own_fault(gateway_to: GatewayTo) -> None:
    with Scripted(UNAUTHORIZED) as server:
        with pytest.raises(CredentialsRefused):
            run(gateway_to(server, tries=3).find(IMP))
        assert (server.tokens_asked, len(server.asked())) == (2, 2)


def test_an_address_that_the_provider_does_not_accept_is_our_own_fault(gateway_to: GatewayTo) -> None:
    """Taken for a refusal of the price, it would fail every payment; of a refund, it would end it."""
    with Scripted(refused(403, -1, "허용되지 않은 IP입니다.")) as server:
        for act in (lambda gateway: gateway.prepare(NAME, WON), lambda gateway: gateway.refund(REFUND, "KRW", NAME)):
            with pytest.raises(CredentialsRefused):
                run(act(gateway_to(server, tries=3)))
        assert (server.tokens_asked, len(server.asked())) == (2, 2)


def test_wrong_keys_are_refused_in_the_providers_words(gateway_to: GatewayTo) -> None:
    no = refused(401, -1, "인증에 실패하였습니다. API키와 secret을 확인하세요.")
    with Scripted(granted(a_row()), token_acts=(no,)) as server:
        with pytest.raises(CredentialsRefused, match="Check the key and the secret"):
            run(gateway_to(server, tries=3).find(IMP))
        assert (server.tokens_asked, server.asked()) == (1, [])


REFUSED_TOKENS = {
    "a missing key": (refused(400, -1, "imp_key, imp_secret 파라메터가 누락되었습니다."), CredentialsRefused),
    "an address": (refused(403, -1, "허용되지 않은 IP입니다."), CredentialsRefused),
    "maintenance": (refused(200, -1, "서비스 점검 중입니다."), NotSent),
    "a wall before the provider": (answered(403, b"<html>"), NotSent),
}


@pytest.mark.parametrize(("act", "error"), REFUSED_TOKENS.values(), ids=REFUSED_TOKENS)
def test_a_refused_token_is_never_a_refused_refund(gateway_to: GatewayTo, act: Act, error: type[NotSent]) -> None:
    """The call itself was not sent: told refused, the refund would be given up, and the price would fail a payment."""
    with Scripted(granted(a_row()), token_acts=(act,)) as server:
        for call in (lambda gateway: gateway.refund(REFUND, "KRW", NAME), lambda gateway: gateway.prepare(NAME, WON)):
            with pytest.raises(NotSent) as told:
                run(call(gateway_to(server)))
            assert type(told.value) is error
        assert server.asked() == []


def test_a_token_in_its_last_minute_is_renewed(gateway_to: GatewayTo) -> None:
    """By the answer's own clock, which is years behind ours here; else it would be fetched for every call, or never."""
    with Scripted(granted(a_row()), token_acts=(token(life=59), token(life=1800))) as server:
        gateway = gateway_to(server)
        for _ in range(3):
            run(gateway.find(IMP))
        assert server.tokens_asked == 2


def test_a_failed_fetch_leaves_the_next_call_to_try(gateway_to: GatewayTo) -> None:
    with Scripted(granted(a_row()), token_acts=(enveloped(500, -1, None, None), token())) as server:
        assert run(gateway_to(server, tries=2).find(IMP)) is not None
        assert server.tokens_asked == 2


# The holder itself, on a clock of the test's own.


class Provider:
    def __init__(self) -> None:
        self.now, self.fetched = 0.0, 0

    async def fetch(self, _: Deadline) -> Grant:
        self.fetched += 1
        self.now += 5  # the answer took this long, and the token's life began somewhere within
        return Grant(f"token-{self.fetched}", 1800)

    def tokens(self) -> Tokens:
        return Tokens(self.fetch, ThreadTurn(), lambda: self.now)


def test_a_tokens_lifetime_starts_before_the_request() -> None:
    provider = Provider()
    tokens = provider.tokens()
    assert run(tokens.get(Deadline(1))) == "token-1"
    provider.now = 1800 - 60
    assert run(tokens.get(Deadline(1))) == "token-1"
    provider.now = 1800 - 59.9
    assert run(tokens.get(Deadline(1))) == "token-2"


def test_a_late_refusal_of_an_old_token_keeps_the_new_one() -> None:
    tokens = Provider().tokens()
    old = run(tokens.get(Deadline(1)))
    tokens.forget(old)
    new = run(tokens.get(Deadline(1)))
    tokens.forget(old)
    assert run(tokens.get(Deadline(1))) == new != old


def test_a_fetch_that_hangs_holds_no_thread_past_its_deadline() -> None:
    began, release = threading.Event(), threading.Event()

    async def slow(_: Deadline) -> Grant:
        began.set()
        release.wait(EVENTUALLY)
        return Grant("late", 1800)

    tokens = Tokens(slow, ThreadTurn())
    first = threading.Thread(target=lambda: run(tokens.get(Deadline(EVENTUALLY))))
    first.start()
    assert began.wait(EVENTUALLY)
    tokens.forget("any")  # nor does a refusal wait for it
    with pytest.raises(NotSent):
        run(tokens.get(Deadline(0.1)))
    release.set()
    first.join()
    assert run(tokens.get(Deadline(0))) == "late"


def test_a_task_that_leaves_while_it_fetches_hands_over_to_the_next() -> None:
    """On an event loop a caller can be cut off; the others must not wait for its token for ever."""
    fetches = 0

    began = asyncio.Event()

    async def first_hangs(_: Deadline) -> Grant:
        nonlocal fetches
        fetches += 1
        if fetches == 1:
            began.set()
            await asyncio.Event().wait()
        return Grant("second", 1800)

    async def scenario() -> None:
        tokens = Tokens(first_hangs, LoopTurn())
        first, second = (asyncio.create_task(tokens.get(Deadline(EVENTUALLY))) for _ in range(2))
        await began.wait()
        with pytest.raises(NotSent):
            await tokens.get(Deadline(0.1))
        first.cancel()
        assert await second == "second"
        assert (first.cancelled(), fetches) == (True, 2)

    asyncio.run(scenario())
