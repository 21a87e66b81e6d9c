"""Windows opened, paid, declined and refunded in any order: the gateway reports what happened, and moves money once."""

from collections.abc import Callable
from typing import Any

import attrs
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule

from payments.domain.errors import GatewayError, Rejected
from payments.domain.money import Money
from payments.domain.refund import Refund
from payments.domain.report import Rank, Report
from payments.domain.values import GatewayId, MerchantId, RefundId
from payments.entrypoints.blocking import run
from payments.testing.builders import fresh
from payments.testing.contracts.gateway.provider import PaymentWindowShut, Provider
from payments.testing.shop import NOON

PRICE = Money(1_000)


@attrs.frozen
class Known:
    """What the model knows of an attempt."""

    merchant_id: MerchantId
    rank: Rank = Rank.READY
    refunded: int = 0

    @property
    def remaining(self) -> int:
        return PRICE.minor - self.refunded if self.rank is Rank.CAPTURED else 0

    def given_back(self, amount: int) -> "Known":
        refunded = self.refunded + amount
        return attrs.evolve(self, refunded=refunded, rank=Rank.CANCELLED if refunded == PRICE.minor else self.rank)


class GatewayMachine(RuleBasedStateMachine):
    """A gateway beside a model of its provider. A subclass says how the provider is opened."""

    @staticmethod
    def open_provider() -> Provider:
        """Return the provider of a sequence. It may be the same for all: each uses merchant ids of its own."""
        raise NotImplementedError

    windows = Bundle("windows")

    def __init__(self) -> None:
        super().__init__()
        self.provider = self.open_provider()
        self.names = [MerchantId(fresh("w")) for _ in range(2)]
        self.known: dict[GatewayId, Known] = {}

    @rule(target=windows, number=st.integers(0, 1))
    def open(self, number: int) -> Any:
        """Open a window, if the provider opens one: it may refuse a second payment under one name."""
        run(self.provider.gateway.prepare(self.names[number], PRICE))
        try:
            opened = self.provider.open(self.names[number], PRICE)
        except PaymentWindowShut:
            return multiple()
        self.known[opened] = Known(self.names[number])
        return opened

    @rule(which=windows)
    def approve(self, which: GatewayId) -> None:
        """Pay in a window, unless another one under this name was paid."""
        name = self.known[which].merchant_id
        captured = any(one.rank >= Rank.CAPTURED for one in self.known.values() if one.merchant_id == name)
        if self.known[which].rank is Rank.READY and not captured:
            self.provider.approve(which)
            self.known[which] = attrs.evolve(self.known[which], rank=Rank.CAPTURED)

    @rule(which=windows)
    def decline(self, which: GatewayId) -> None:
        if self.known[which].rank is Rank.READY:
            self.provider.decline(which)
            self.known[which] = attrs.evolve(self.known[which], rank=Rank.DECLINED)

    @rule(which=windows, amount=st.integers(1, PRICE.minor), stale=st.booleans())
    def refund(self, which: GatewayId, amount: int, stale: bool) -> None:
        """Refund as we believe it is left: a wrong belief moves nothing."""
        known = self.known[which]
        refund = Refund(
            id=RefundId(fresh("r")),
            gateway_id=which,
            amount=amount,
            remainder=known.remaining + stale,
            requested_at=NOON,
            by="shop:test",
        )
        answer = self._asked(refund, known.merchant_id)
        if stale or amount > known.remaining:
            assert isinstance(answer, Rejected), "more than is left, or a wrong remainder, is refused"
            return
        self.known[which] = known.given_back(amount)
        assert isinstance(answer, Report), "what is left can be refunded"
        assert any(refund.recognises(one) for one in answer.refunds), "a refund is recognised in the history"

    @rule(which=windows, amount=st.integers(1, PRICE.minor))
    def refund_elsewhere(self, which: GatewayId, amount: int) -> None:
        """Refund at the provider's own page, past the shop."""
        if amount <= self.known[which].remaining:
            self.provider.console(which, amount)
            self.known[which] = self.known[which].given_back(amount)

    @invariant()
    def reports_every_attempt_as_it_stands(self) -> None:
        for name in self.names:
            answer = run(self.provider.gateway.attempts(name))
            assert answer.unreadable == ()
            told = {one.gateway_id: Known(one.merchant_id, one.rank, one.refunded) for one in answer.reports}
            assert told == {id_: one for id_, one in self.known.items() if one.merchant_id == name}

    @invariant()
    def finds_each_attempt(self) -> None:
        for gateway_id, known in self.known.items():
            found = run(self.provider.gateway.find(gateway_id, known.merchant_id))
            assert found is not None
            assert (found.rank, found.refunded, found.amount) == (known.rank, known.refunded, PRICE)

    def _asked(self, refund: Refund, merchant_id: MerchantId) -> Report | GatewayError:
        try:
            return run(self.provider.gateway.refund(refund, PRICE.currency, merchant_id))
        except GatewayError as error:
            return error


def gateway_machine(open_provider: Callable[[], Provider]) -> type[GatewayMachine]:
    """Return the machine for the providers that *open_provider* returns."""
    return type("GatewayMachine", (GatewayMachine,), {"open_provider": staticmethod(open_provider)})
