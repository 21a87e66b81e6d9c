"""Service: everything that an entrypoint needs, wired by bootstrap, without the name of any adapter."""

from collections.abc import Callable, Coroutine
from typing import Any

import attrs

from payments.domain.access import ApiKeys, IdempotencyKeys
from payments.domain.errors import PaymentsError
from payments.domain.messages import Outbox
from payments.domain.payment import Payment
from payments.domain.ports import Clock, PaymentRepository
from payments.domain.use_cases.checkout import Checkout
from payments.domain.use_cases.outbox import Courier
from payments.domain.use_cases.pricing import Pricing
from payments.domain.use_cases.reconciliation import Reconciliation
from payments.domain.use_cases.refreshing import Refresher
from payments.domain.use_cases.refunds import Refunds
from payments.domain.use_cases.sweep import Sweep
from payments.domain.use_cases.wiring import UseCases
from payments.entrypoints.sending import Sending
from payments.entrypoints.tokens import ClientTokens, Verifier


class BadSettings(PaymentsError):
    """The settings are wrong or incomplete. Nothing was started."""

    slug = "bad-settings"


class NotReady(PaymentsError):
    """The service cannot take traffic: its database is not writable, or has another schema."""

    slug = "not-ready"


@attrs.frozen(kw_only=True)
class Window:
    """What a browser needs to open the provider's window: its script, the shop's code, and the parameters."""

    script: str
    user_code: str
    request_pay: dict[str, Any]


@attrs.frozen(kw_only=True)
class Contact:
    """The buyer's contact data for the window, passed on and not stored. Some providers require the phone."""

    name: str = ""
    phone: str = ""
    email: str = ""


@attrs.frozen(kw_only=True)
class Web:
    """Options of the HTTP API. `queue` is how many requests may wait for a thread before others get 503."""

    allowed_origins: tuple[str, ...] = ()
    return_page: str = ""
    threads: int = 16
    queue: int = 64
    max_body: int = 64 * 1024  # bytes

    @property
    def strangers(self) -> int:
        """How many more use cases may run at a time for callers without credentials."""
        return max(self.threads // 4, 1)


@attrs.frozen(kw_only=True)
class Service:
    """`courier` is None without an endpoint or subscriber. `suspends`: the adapters need an event loop."""

    use_cases: UseCases
    clock: Clock
    payments: PaymentRepository
    outbox: Outbox
    courier: Courier | None = None
    pricing: Pricing
    api_keys: ApiKeys
    idempotency: IdempotencyKeys
    buyer_tokens: Verifier | None = None
    order_tokens: Verifier | None = None
    client_tokens: ClientTokens
    window: Callable[[Payment, Contact], Window]
    ready: Callable[[], Coroutine[Any, Any, None]]
    web: Web = attrs.field(factory=Web)
    sending: Sending = attrs.field(factory=Sending)
    suspends: bool = False

    @property
    def checkout(self) -> Checkout:
        return self.use_cases.checkout

    @property
    def refunds(self) -> Refunds:
        return self.use_cases.refunds

    @property
    def refresher(self) -> Refresher:
        return self.use_cases.refresher

    @property
    def sweep(self) -> Sweep:
        return self.use_cases.sweep

    @property
    def reconciliation(self) -> Reconciliation:
        return self.use_cases.reconciliation
