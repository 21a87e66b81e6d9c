"""A shop at the border to its provider: the real use cases over SQLite, Iamport's client, and the sandbox on a socket.

account      one account at the provider: a sandbox whose clock stands still
Installation a shop on that account, with a database of its own; both live by the sandbox's clock
"""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs

from payments.adapters.iamport import IamportGateway, IamportSettings
from payments.adapters.sql.store import SqlStore, open_store
from payments.adapters.system.merchant_ids import RandomIds
from payments.domain.event import EventKind
from payments.domain.money import Money
from payments.domain.payment import Payment
from payments.domain.refunding import RefundOrder
from payments.domain.use_cases.checkout import Outcome
from payments.domain.use_cases.wiring import Policy, UseCases
from payments.domain.values import Caller, GatewayId, MerchantId, Method, Mode, Offer
from payments.entrypoints.blocking import run
from payments.entrypoints.sandbox import Clock, Sandbox, SandboxSettings, running_sandbox
from payments.entrypoints.sandbox.payments.channels import CHANNELS
from payments.testing.shop import KeptAlarms

PRICE = 10_000
SHOP, BUYER = Caller.shop("operator"), Caller.buyer("buyer")
LIVE_CHANNEL, TEST_CHANNEL = CHANNELS[0].channel_key, CHANNELS[1].channel_key
_orders = itertools.count(1)


@contextmanager
def account(*, live: bool = False, **settings: Any) -> Iterator[Sandbox]:
    """Open an account at the provider; of a *live* one, the default channel takes real money."""
    channels = (attrs.evolve(CHANNELS[0], sandbox=not live), *CHANNELS[1:])
    facts = SandboxSettings(seed=7, channels=channels, **settings)
    with running_sandbox(facts, clock=Clock.stopped()) as sandbox:
        yield sandbox


@attrs.frozen
class SandboxClock:
    sandbox: Sandbox

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.sandbox.clock.exact(), UTC)


@attrs.frozen(kw_only=True)
class Installation:
    """One shop, and what its buyers and its worker do."""

    sandbox: Sandbox
    gateway: IamportGateway
    store: SqlStore
    ids: RandomIds
    alarms: KeptAlarms
    use_cases: UseCases

    def begin(self) -> MerchantId:
        """Begin a payment of PRICE, and return its id."""
        offer, order = Offer("멤버십", Money(PRICE)), f"order-{next(_orders)}"
        payment: Payment = run(self.use_cases.checkout.begin("buyer", order, offer, Method.CARD, BUYER))
        return payment.merchant_id

    def window(self, merchant_id: MerchantId, **params: Any) -> GatewayId:
        return GatewayId(self.sandbox.open_window(merchant_id, PRICE, **params))

    def paid(self) -> tuple[MerchantId, GatewayId]:
        """Have a buyer pay, and the shop learn of it at once."""
        merchant_id = self.begin()
        window = self.window(merchant_id)
        self.sandbox.approve(window)
        self.complete(merchant_id, window)
        return merchant_id, window

    def complete(self, merchant_id: MerchantId, window: GatewayId) -> Payment:
        outcome: Outcome = run(self.use_cases.checkout.complete(BUYER, merchant_id, window))
        return outcome.payment

    def refund(self, merchant_id: MerchantId, amount: int) -> Outcome:
        order = RefundOrder(reason="고객 요청", amount=amount)
        outcome: Outcome = run(self.use_cases.refunds.refund(SHOP, merchant_id, order))
        return outcome

    def payment(self, merchant_id: MerchantId) -> Payment:
        found: Payment = run(self.store.payments.get(merchant_id))
        return found

    def events(self, merchant_id: MerchantId) -> list[EventKind]:
        return [event.kind for event in run(self.store.payments.timeline(merchant_id))]

    def sweep(self) -> list[Exception]:
        """Visit what is due, and return the troubles."""
        return [trouble.error for trouble in run(self.use_cases.sweep.sweep()).troubles]

    def after(self, *, rounds: int = 1, **span: float) -> list[Exception]:
        """Let time pass, and sweep; so many times. Return the troubles."""
        troubles: list[Exception] = []
        for _ in range(rounds):
            self.sandbox.move_clock(timedelta(**span).total_seconds())
            troubles += self.sweep()
        return troubles

    def given_back(self, window: GatewayId) -> int:
        """Return what the provider has refunded of an attempt."""
        return int(self.sandbox.payment(window).cancel_amount)

    def sends(self, window: GatewayId) -> int:
        """Return how often a cancel of the attempt was sent."""
        return sum(call.body["imp_uid"] == window for call in self.sandbox.journal.of("/payments/cancel"))


@contextmanager
def installation(sandbox: Sandbox, folder: Path, mode: Mode = Mode.TEST, prefix: str = "") -> Iterator[Installation]:
    """Open a shop on this account, with a database in *folder*."""
    store = open_store(f"sqlite:///{folder}/shop.db", mode, create=True, prefix=prefix)
    ids, alarms, clock = RandomIds(store.prefix), KeptAlarms(), SandboxClock(sandbox)
    with IamportGateway(_settings(sandbox, mode)) as gateway:
        use_cases = UseCases.over(
            payments=store.payments,
            orphans=store.orphans,
            gateway=gateway,
            ids=ids,
            clock=clock,
            alarms=alarms,
            policy=Policy(mode=mode),
        )
        yield Installation(sandbox=sandbox, gateway=gateway, store=store, ids=ids, alarms=alarms, use_cases=use_cases)
    store.close()


def _settings(sandbox: Sandbox, mode: Mode) -> IamportSettings:
    """Return settings for a sandbox; those of a live shop refuse its address, so the mode is set behind their back."""
    facts = sandbox.settings
    keys: dict[str, Any] = {"key": facts.key, "secret": facts.secret, "user_code": facts.user_code}
    settings = IamportSettings(api_url=sandbox.url, mode=Mode.TEST, page_size=3, **keys)
    object.__setattr__(settings, "mode", mode)
    return settings
