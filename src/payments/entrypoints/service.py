"""Service: everything that an entrypoint needs, wired by bootstrap, without the name of any adapter."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

import attrs

from payments.domain.access import ApiKeys, IdempotencyKeys
from payments.domain.errors import PaymentsError
from payments.domain.messages import Outbox
from payments.domain.people.ports import People
from payments.domain.ports import Backlog, Clock, HintReader, PaymentRepository, PaymentWindow, Store
from payments.domain.use_cases.accounting.settlements import Settlements
from payments.domain.use_cases.comparing import Comparing
from payments.domain.use_cases.hints import HintTaker
from payments.domain.use_cases.outbox import Courier
from payments.domain.use_cases.pricing import Pricing
from payments.domain.use_cases.reporting import Reporting
from payments.domain.use_cases.wiring import HasUseCases
from payments.entrypoints.channels.told import ChannelTold
from payments.entrypoints.limits import Limits
from payments.entrypoints.logs import cut
from payments.entrypoints.sending import Sending
from payments.entrypoints.tokens import ClientTokens, Verifier

if TYPE_CHECKING:  # prometheus-client is an extra
    from payments.entrypoints.observing.metrics import Metrics


class BadSettings(PaymentsError):
    """The settings are wrong or incomplete. Nothing was started."""

    slug = "bad-settings"


@attrs.define
class NotReady(PaymentsError):
    """The service cannot take traffic: its database is not writable, or has another schema.

    `reason` is the slug of what keeps it from that.
    """

    slug = "not-ready"
    reason: str = ""


class NotStarted(PaymentsError):
    """A host program did not enter the lifespan of its payments, so nothing is open."""

    slug = "not-started"


@attrs.frozen(kw_only=True)
class Web:
    """Options of the HTTP API. `threads` use cases run at a time, in threads or on an event loop, and `queue` may wait.

    What comes beyond is answered 503.
    """

    allowed_origins: tuple[str, ...] = ()
    allowed_hosts: tuple[str, ...] = ()
    return_page: str = ""
    threads: int = 16
    queue: int = 64
    shown_address: Callable[[str], str] = cut
    """How log lines name the address of a caller."""
    longest_request: timedelta = timedelta(seconds=30)
    """How long one request may take; an idempotency key whose process died is free again after it."""

    @property
    def strangers(self) -> int:
        """How many more calls of returning phones may run at a time, and as many webhooks."""
        return max(self.threads // 4, 1)

    @property
    def readers(self) -> int:
        """How many more calls may run at a time that never wait for the provider."""
        return max(self.threads // 2, 1)

    @property
    def at_once(self) -> int:
        """How many calls may run at a time in all lanes together, with one probe."""
        return self.threads + self.readers + 2 * self.strangers + 1


@attrs.frozen(kw_only=True)
class Service(HasUseCases):
    """`courier` is None without an endpoint or subscriber, `metrics` without prometheus-client.

    `suspends`: the adapters need an event loop. `zone`: where the shop's days begin and end.
    """

    clock: Clock
    payments: PaymentRepository
    outbox: Outbox
    hints: HintTaker
    courier: Courier | None = None
    pricing: Pricing
    api_keys: ApiKeys
    people: People
    idempotency: IdempotencyKeys
    buyer_tokens: Verifier | None = None
    order_tokens: Verifier | None = None
    client_tokens: ClientTokens
    window: PaymentWindow
    readers: Mapping[str, HintReader] = attrs.field(factory=dict)
    ready: Callable[[], Coroutine[Any, Any, None]]
    backlog: Callable[[datetime, datetime], Coroutine[Any, Any, Backlog]]
    channels: Callable[[], Sequence[ChannelTold]] = tuple
    metrics: "Metrics | None" = None
    web: Web = attrs.field(factory=Web)
    sending: Sending = attrs.field(factory=Sending)
    limits: Limits = attrs.field(factory=Limits)
    zone: tzinfo = UTC
    reporting: Reporting
    comparing: Comparing
    settlements: Settlements
    provider_states: Callable[[], Mapping[str, str]] = dict
    """The state of the breaker before each provider, by name; empty where there is none."""
    suspends: bool = False

    @property
    def provider_state(self) -> str | None:
        """The state of the provider that answers least; None where there is no breaker."""
        states = set(self.provider_states().values())
        return next((state for state in ("open", "half-open", "closed") if state in states), None)


def readiness(store: Store) -> Callable[[], Coroutine[Any, Any, None]]:
    """Return what raises NotReady while the store cannot be used."""

    async def ready() -> None:
        trouble = await store.health()
        if trouble:
            raise NotReady(str(trouble), reason=trouble.slug)

    return ready
