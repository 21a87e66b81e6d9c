"""The access token on a real socket: fetched once for all, renewed in time, and once more where it is refused."""

import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from integration.iamport.scripted import TOKEN, Act, Scripted, Seen, enveloped, granted, refused, token
from support.patience import EVENTUALLY
from unit.adapters.iamport.rows import a_row

from payments.adapters.iamport import IamportGateway
from payments.adapters.iamport.token import Tokens
from payments.adapters.iamport.transport import Deadline
from payments.adapters.iamport.wire import Grant
from payments.domain.errors import NotSent, Rejected
from payments.domain.values import GatewayId
from payments.entrypoints.blocking import run

pytestmark = pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")

GatewayTo = Callable[..., IamportGateway]
IMP = GatewayId("imp_056607798398")
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


def test_a_call_refused_with_a_new_token_too_is_rejected(gateway_to: GatewayTo) -> None:
    with Scripted(UNAUTHORIZED) as server:
        with pytest.raises(Rejected):
            run(gateway_to(server, tries=3).find(IMP))
        assert (server.tokens_asked, len(server.asked())) == (2, 2)


def test_wrong_keys_are_rejected_with_the_providers_text(gateway_to: GatewayTo) -> None:
    no = refused(401, -1, "인증에 실패하였습니다. API키와 secret을 확인하세요.")
    with Scripted(granted(a_row()), token_acts=(no,)) as server:
        with pytest.raises(Rejected, match="Check key and secret"):
            run(gateway_to(server, tries=3).find(IMP))
        assert (server.tokens_asked, server.asked()) == (1, [])


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

    def fetch(self, _: Deadline) -> Grant:
        self.fetched += 1
        self.now += 5  # the answer took this long, and the token's life began somewhere within
        return Grant(f"token-{self.fetched}", 1800)

    def tokens(self) -> Tokens:
        return Tokens(self.fetch, lambda: self.now)


def test_a_tokens_lifetime_starts_before_the_request() -> None:
    provider = Provider()
    tokens = provider.tokens()
    assert tokens.get(Deadline(1)) == "token-1"
    provider.now = 1800 - 60
    assert tokens.get(Deadline(1)) == "token-1"
    provider.now = 1800 - 59.9
    assert tokens.get(Deadline(1)) == "token-2"


def test_a_late_refusal_of_an_old_token_keeps_the_new_one() -> None:
    tokens = Provider().tokens()
    old = tokens.get(Deadline(1))
    tokens.forget(old)
    new = tokens.get(Deadline(1))
    tokens.forget(old)
    assert tokens.get(Deadline(1)) == new != old


def test_a_fetch_that_hangs_holds_no_thread_past_its_deadline() -> None:
    began, release = threading.Event(), threading.Event()

    def slow(_: Deadline) -> Grant:
        began.set()
        release.wait(EVENTUALLY)
        return Grant("late", 1800)

    tokens = Tokens(slow)
    first = threading.Thread(target=lambda: tokens.get(Deadline(EVENTUALLY)))
    first.start()
    assert began.wait(EVENTUALLY)
    tokens.forget("any")  # nor does a refusal wait for it
    with pytest.raises(NotSent):
        tokens.get(Deadline(0.1))
    release.set()
    first.join()
    assert tokens.get(Deadline(0)) == "late"
