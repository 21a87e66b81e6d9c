"""A wired shop on memory: the use cases over a store, a provider and a clock that a test controls."""

import itertools
from collections.abc import Callable, Coroutine, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

import attrs

from payments.adapters.in_process.subscribers import Subscribers
from payments.adapters.memory.gateway import MemoryGateway
from payments.adapters.memory.store import MemoryStore
from payments.domain.messages import Message
from payments.domain.payment import Payment
from payments.domain.ports import Alarm, Gateways, MerchantIdPolicy, Store
from payments.domain.schedule import EXPIRES_AFTER
from payments.domain.use_cases.channel_rules import ChannelRules
from payments.domain.use_cases.outbox import Courier
from payments.domain.use_cases.rules import Rules
from payments.domain.use_cases.wiring import HasUseCases, Policy, UseCases
from payments.domain.values import DEFAULT_PROVIDER, GatewayId, MerchantId, Mode, RefundId
from payments.entrypoints.blocking import run

T = TypeVar("T")

NOON: Final = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)  # a Monday noon in Seoul


@attrs.define
class ManualClock:
    """A clock that stands still until it is moved."""

    time: datetime = NOON

    def now(self) -> datetime:
        """Return the time, aware and in UTC."""
        return self.time

    def advance(self, **span: float) -> None:
        """Move forward by the arguments of a timedelta: `advance(minutes=30)`."""
        self.time += timedelta(**span)


@attrs.define
class NumberedIds:
    """Ids in a row: m_1, r_2, m_3, … Give each shop over one store another *first* number."""

    first: int = 1
    _numbers: Iterator[int] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._numbers = itertools.count(self.first)

    def merchant_id(self) -> MerchantId:
        """Return the next id, for a payment."""
        return MerchantId(f"m_{next(self._numbers)}")

    def refund_id(self) -> RefundId:
        """Return the next id, for a refund."""
        return RefundId(f"r_{next(self._numbers)}")

    def is_ours(self, merchant_id: MerchantId) -> bool:
        """Return whether the id looks like one of these."""
        return merchant_id.startswith("m_")


@attrs.define
class KeptAlarms:
    """Alarms that a test can look at."""

    raised: list[Alarm] = attrs.Factory(list)

    async def raise_alarm(self, alarm: Alarm) -> None:
        """Keep the alarm, which must say in words what happened."""
        assert alarm.sentence, alarm  # noqa: S101 - it is what a test asserts
        self.raised.append(alarm)


@attrs.frozen(kw_only=True)
class Shop(HasUseCases):
    """Everything a shop is made of. `messages` are those that `work` delivered, oldest first."""

    store: Store
    gateway: MemoryGateway
    clock: ManualClock
    alarms: KeptAlarms
    courier: Courier
    messages: list[Message]

    @staticmethod
    def run(use_case: Coroutine[Any, Any, T]) -> T:
        """Return what the use case returns, or raise what it raises."""
        return run(use_case)

    def pay(self, payment: Payment) -> GatewayId:
        """Have the buyer pay in the provider's window, and return the attempt. Nobody here is told about it."""
        attempt = self.gateway.open(payment.merchant_id, payment.price)
        self.gateway.approve(attempt)
        return attempt

    def work(self) -> None:
        """Do what `payments worker` does, once: visit the payments that are due, and deliver what waits."""
        self.run(self.sweep.sweep())
        while self.run(self.courier.deliver()):
            pass


def shop(
    *,
    store: Store | None = None,
    ids: MerchantIdPolicy | None = None,
    clock: ManualClock | None = None,
    hold_strays: bool = False,
    expires_after: timedelta = EXPIRES_AFTER,
    rules: Rules | None = None,
    channel_rules: ChannelRules | None = None,
    jitter: Callable[[], float] = lambda: 1.0,
    others: Mapping[str, MemoryGateway] | None = None,
) -> Shop:
    """Return a shop in test mode. Its store is in memory, unless another *store* is given.

    *others* are the gateways of further providers, by name.
    """
    store, clock, messages = store or MemoryStore.empty(), clock or ManualClock(), list[Message]()
    gateway, alarms = MemoryGateway(clock.now), KeptAlarms()
    use_cases = UseCases.over(
        payments=store.payments,
        orphans=store.orphans,
        gateway=Gateways({DEFAULT_PROVIDER: gateway, **(others or {})}),
        ids=ids or NumberedIds(),
        clock=clock,
        alarms=alarms,
        policy=Policy(mode=Mode.TEST, hold_strays=hold_strays, expires_after=expires_after, rules=rules or Rules()),
        audit=store.people.audit,
        channel_rules=channel_rules,
    )
    return Shop(
        store=store,
        gateway=gateway,
        clock=clock,
        alarms=alarms,
        use_cases=use_cases,
        courier=Courier(outbox=store.outbox, publisher=Subscribers((messages.append,)), clock=clock, jitter=jitter),
        messages=messages,
    )
