"""The breaker: when it opens, what passes then, and that only silence counts."""

import pytest
from support.shops import Overridden

from payments.adapters.memory.gateway import MemoryGateway
from payments.domain.errors import ContractViolation, CredentialsRefused, NotSent, Rejected, StillAtWork, Unknown
from payments.domain.values import MerchantId
from payments.entrypoints.blocking import run
from payments.entrypoints.guarding.breaker import (
    FIRST_WAIT_SECONDS,
    OPENS_AFTER,
    PROBE_SECONDS,
    Breaker,
    Guarded,
    State,
)


class Provider:
    """A gateway that raises `error` while it is set, and counts its calls; `now` is the breaker's time."""

    def __init__(self) -> None:
        self.now, self.calls, self.error = 0.0, 0, None
        self.breaker = Breaker(lambda: self.now)
        self.guarded = Guarded(Overridden(MemoryGateway(), attempts=self.attempts), self.breaker)

    async def attempts(self, _):
        self.calls += 1
        if self.error:
            raise self.error

    def ask(self, *names):
        for name in names:
            run(self.guarded.attempts(MerchantId(name)))

    def fail(self, error, names="abcde"):
        self.error = error
        for name in names:
            with pytest.raises(type(error)):
                self.ask(name)


@pytest.fixture
def provider():
    return Provider()


def test_after_silence_about_several_payments_nobody_waits_for_the_provider(provider):
    provider.fail(Unknown("no answer"))
    assert (provider.calls, provider.breaker.state) == (OPENS_AFTER, State.OPEN)
    for _ in range(100):
        with pytest.raises(NotSent):
            provider.ask("z")
    assert provider.calls == OPENS_AFTER


def test_then_one_call_is_sent_and_its_answer_opens_the_way(provider):
    provider.fail(Unknown("no answer"))
    provider.error, provider.now = None, FIRST_WAIT_SECONDS
    provider.ask("a", "b")
    assert (provider.calls, provider.breaker.state) == (OPENS_AFTER + 2, State.CLOSED)


def test_while_the_probe_is_on_its_way_no_other_call_is_sent(provider):
    provider.fail(Unknown("no answer"))
    provider.now = FIRST_WAIT_SECONDS
    provider.breaker.enter()
    assert provider.breaker.state is State.HALF_OPEN
    with pytest.raises(NotSent):
        provider.breaker.enter()
    provider.now += PROBE_SECONDS  # it never came back
    provider.breaker.enter()


def test_each_wait_is_twice_the_one_before_up_to_a_minute(provider):
    provider.fail(Unknown("no answer"))
    waits = []
    for _ in range(6):
        start = provider.now
        while True:
            try:
                provider.ask("a")
            except NotSent:
                provider.now += 1
            except Unknown:
                break
        waits.append(provider.now - start)
    assert waits == [5, 10, 20, 40, 60, 60]


@pytest.mark.parametrize(
    "error", [Rejected("no"), ContractViolation("x"), CredentialsRefused("keys"), StillAtWork("busy")]
)
def test_an_answer_of_any_kind_is_no_silence(provider, error):
    provider.fail(Unknown("no answer"), "abcd")
    provider.fail(error, "e")
    provider.fail(Unknown("no answer"), "abcd")
    assert provider.breaker.state is State.CLOSED


def test_a_payment_that_is_never_answered_does_not_close_the_shop(provider):
    provider.fail(Unknown("no answer"), "ab" * 20)
    assert provider.breaker.state is State.CLOSED
