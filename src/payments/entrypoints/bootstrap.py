"""From settings to a wired Service. Only this module and `providers` name an adapter. It closes what it opened.

opened          everything: what the API, the worker and the commands use
opened_on_loop  the same for the API on an event loop, with a second service for a worker's threads
opened_store    only the store, for commands that need no provider
"""

import random
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs

from payments.adapters.in_process.subscribers import Several, Subscriber, Subscribers
from payments.adapters.prices.toml_file import PriceList
from payments.adapters.system.alarms import LoggingAlarms
from payments.adapters.system.clock import SystemClock
from payments.adapters.system.merchant_ids import RandomIds
from payments.domain.messages import Outbox, Publisher
from payments.domain.ports import Gateway, Gateways, Prices, Store
from payments.domain.use_cases.accounting.settlements import Settlements
from payments.domain.use_cases.comparing import Comparing
from payments.domain.use_cases.hints import HintTaker
from payments.domain.use_cases.outbox import Courier
from payments.domain.use_cases.pricing import Pricing
from payments.domain.use_cases.reporting import Reporting
from payments.domain.use_cases.wiring import UseCases
from payments.entrypoints.books.periods import zone_named
from payments.entrypoints.guarding.breaker import Breaker, Guarded, uncounted
from payments.entrypoints.guarding.channels import channel_rules, channels_of, checked_window
from payments.entrypoints.guarding.shared_looks import SharedLooks
from payments.entrypoints.keys.claims import Claims
from payments.entrypoints.keys.known_keys import KnownKeys
from payments.entrypoints.off_loop import OffLoop
from payments.entrypoints.providers import accounts_of, reader_of, window_of
from payments.entrypoints.providers.account import Account, LoopGateway
from payments.entrypoints.rotation import parts
from payments.entrypoints.rotation.renewals import Renewals
from payments.entrypoints.sending import MAX_SENDS
from payments.entrypoints.service import Service, readiness
from payments.entrypoints.settings import MEMORY, OrderSettings, Settings, with_secret
from payments.entrypoints.settings.derived import (
    client_tokens,
    limits_of,
    max_concurrent_calls,
    policy,
    verifier,
    web_options,
)

if TYPE_CHECKING:
    from payments.entrypoints.observing.metrics import Metrics

WITH_AIOHTTP: Final = "Providers are called with aiohttp, on the event loop."
WITH_REQUESTS: Final = "Providers are called with requests, in threads. With aiohttp each call would cost less CPU."


def opened_store(settings: Settings) -> AbstractContextManager[Store]:
    """Return the store, for a `with` block. Raises BadInput, StorageUnavailable, or what refuses the database."""
    return closing(_store(settings))


@contextmanager
def opened(
    settings: Settings,
    *,
    subscribers: Sequence[Subscriber] = (),
    gateway: Gateway | None = None,
    prices: Prices | None = None,
    renewals: Renewals | None = None,
) -> Iterator[Service]:
    """Return a wired Service in a `with` block, which closes it at the end.

    *subscribers* in this process get every message, next to the configured webhook; then a payment's messages are
    delivered in their order. A shop that embeds us may bring
    its own *prices*, and a test its own *gateway*; *renewals* get what must be made anew when secrets change. Raises
    BadInput or what refuses the database: nothing was started.
    """
    settings, renewals = with_secret(settings), renewals or Renewals()
    with ExitStack() as stack:
        breakers = {name: Breaker() for name in settings.providers}
        asked = gateway or _guarded(_in_threads(settings, stack, renewals), breakers)
        store = stack.enter_context(closing(_store(settings)))
        publisher = _publisher(settings, subscribers, renewals)
        given = prices or _prices(settings.orders)
        wired = _wired(settings, store, asked, given, publisher, renewals, in_order=bool(subscribers))
        yield attrs.evolve(wired, provider_states=partial(_states, breakers))


@attrs.frozen(kw_only=True)
class Fronts:
    """One store behind two services: `loop` for an event loop, `blocking` for a worker's threads.

    `caller` is a sentence about what calls the provider from the loop, and `calls` is how many at a time.
    """

    loop: Service
    blocking: Service
    caller: str
    calls: int
    _close_gateways: Sequence[Callable[[], Coroutine[Any, Any, None]]]

    async def leave_loop(self, seconds: float) -> None:
        """Give what runs beside requests *seconds*, then cut it off, and close the connections to the providers."""
        await self.loop.sending.finish(seconds)
        for close in self._close_gateways:
            await close()


@contextmanager
def opened_on_loop(
    settings: Settings,
    *,
    subscribers: Sequence[Subscriber] = (),
    prices: Prices | None = None,
    renewals: Renewals | None = None,
) -> Iterator[Fronts]:
    """Return both services in a `with` block. The arguments are those of `opened`, as what it raises."""
    settings, renewals = with_secret(settings), renewals or Renewals()
    web, has_aiohttp = web_options(settings), find_spec("aiohttp") is not None
    web = attrs.evolve(web, threads=settings.http.concurrency) if has_aiohttp else web
    calls = web.threads + web.strangers + MAX_SENDS
    with ExitStack() as stack:
        blocking_ones = _in_threads(settings, stack, renewals)
        store = stack.enter_context(closing(_store(settings)))
        on_the_loop: dict[str, LoopGateway] = {
            name: _loop_gateway(account, calls, renewals) if has_aiohttp else OffLoop(blocking_ones[name], calls)
            for name, account in accounts_of(settings).items()
        }
        metrics = _metrics()
        on_loop = stack.enter_context(closing(_on_loop(store, metrics)))
        given, publisher = prices or _prices(settings.orders), _publisher(settings, subscribers, renewals)
        breakers = {name: Breaker() for name in settings.providers}
        count = metrics.provider_call if metrics else uncounted
        shared = _guarded(on_the_loop, breakers, count).by_name.items()
        looks = Gateways({name: SharedLooks(guarded) for name, guarded in shared})
        calls_of_worker = _guarded(blocking_ones, breakers, count)
        blocking = _wired(settings, store, calls_of_worker, given, publisher, renewals, in_order=bool(subscribers))
        loop = _wired(settings, on_loop, looks, given, publisher, renewals, in_order=bool(subscribers))
        loop = attrs.evolve(loop, provider_states=partial(_states, breakers), metrics=metrics)
        yield Fronts(
            loop=attrs.evolve(loop, web=web, suspends=True),
            blocking=blocking,
            caller=WITH_AIOHTTP if has_aiohttp else WITH_REQUESTS,
            calls=calls,
            close_gateways=[one.close for one in on_the_loop.values()],
        )


def _in_threads(settings: Settings, stack: ExitStack, renewals: Renewals) -> Mapping[str, Gateway]:
    """Return the gateway of each provider that the settings use, for threads; *stack* closes them."""
    calls, opened = max_concurrent_calls(settings), {}
    for name, account in accounts_of(settings).items():
        opened[name] = gateway = stack.enter_context(account.gateway(calls))
        renewals.add(partial(parts.renewal, name, gateway, calls))
    return opened


def _loop_gateway(account: Account, calls: int, renewals: Renewals) -> LoopGateway:
    gateway = account.loop_gateway(calls)
    renewals.add(partial(parts.renewal, account.name, gateway, calls))
    return gateway


def _guarded(
    gateways: Mapping[str, Gateway], breakers: Mapping[str, Breaker], count: Callable[..., None] = uncounted
) -> Gateways:
    return Gateways({name: Guarded(one, breakers[name], partial(count, name)) for name, one in gateways.items()})


def _states(breakers: Mapping[str, Breaker]) -> Mapping[str, str]:
    return {name: breaker.state for name, breaker in breakers.items()}


def _metrics() -> "Metrics | None":
    """Return new metrics, or None without prometheus-client."""
    if find_spec("prometheus_client") is None:
        return None
    from payments.entrypoints.observing.metrics import Metrics

    return Metrics()


def _on_loop(store: Any, metrics: "Metrics | None") -> Store:
    """Return *store* for an event loop. One in memory is the same there, because it never waits."""
    count = {"count_group": metrics.group} if metrics else {}
    suspending: Store = store.on_loop(**count) if hasattr(store, "database") else store
    return suspending


def _wired(
    settings: Settings,
    store: Store,
    gateway: Gateway | Gateways,
    prices: Prices,
    publisher: Publisher | None,
    renewals: Renewals,
    *,
    in_order: bool = False,
) -> Service:
    clock, allowed = SystemClock(), channel_rules(settings)
    use_cases = UseCases.over(
        payments=store.payments,
        orphans=store.orphans,
        gateway=gateway,
        ids=RandomIds(store.prefix),
        clock=clock,
        alarms=LoggingAlarms(),
        policy=policy(settings),
        vault=renewals.made(parts.vault, settings),
        audit=store.people.audit,
        channel_rules=allowed,
    )
    answers = renewals.made(partial(parts.sealed_answers, store.idempotency_keys), settings)
    return Service(
        use_cases=use_cases,
        clock=clock,
        payments=store.payments,
        outbox=store.outbox,
        hints=HintTaker(hints=store.hints, refresher=use_cases.refresher, clock=clock),
        courier=_courier(store.outbox, publisher, clock, in_order=in_order),
        pricing=Pricing(prices),
        api_keys=KnownKeys(store.api_keys),
        people=store.people,
        idempotency=Claims(answers),
        buyer_tokens=renewals.made(lambda renewed: verifier(renewed.buyers), settings),
        order_tokens=renewals.made(lambda renewed: verifier(renewed.orders), settings),
        client_tokens=renewals.made(client_tokens, settings),
        window=checked_window(window_of(settings), use_cases.checkout),
        readers={name: renewals.made(partial(reader_of, name), settings) for name in accounts_of(settings)},
        channels=channels_of(settings),
        ready=readiness(store),
        backlog=partial(store.backlog.read, providers=settings.providers),
        web=web_options(settings),
        limits=limits_of(settings.http),
        zone=zone_named(settings.zone),
        reporting=Reporting(store.ledger),
        comparing=Comparing.over(use_cases.reconciliation, store.comparisons, RandomIds(store.prefix)),
        settlements=Settlements.over(store, RandomIds(store.prefix), clock),
    )


def _store(settings: Settings) -> Store:
    if settings.database.url == MEMORY:
        from payments.adapters.memory.store import MemoryStore

        return MemoryStore.empty(settings.merchant_id_prefix)
    from payments.adapters.sql.store import open_store

    url, create = settings.database.url, settings.database.create
    prefix, pool_size = settings.merchant_id_prefix, max_concurrent_calls(settings)
    return open_store(url, settings.mode, create=create, pool_size=pool_size, prefix=prefix)


def _prices(orders: OrderSettings) -> Prices:
    return PriceList.read(Path(orders.price_list)) if orders.price_list else PriceList({})


def _publisher(settings: Settings, subscribers: Sequence[Subscriber], renewals: Renewals) -> Publisher | None:
    endpoint = renewals.made(parts.webhook_publisher, settings)
    publishers: list[Publisher] = [endpoint] if endpoint else []
    if subscribers:
        publishers.append(Subscribers(tuple(subscribers)))
    return Several(publishers) if publishers else None


def _courier(outbox: Outbox, publisher: Publisher | None, clock: SystemClock, *, in_order: bool) -> Courier | None:
    if publisher is None:
        return None

    def jitter() -> float:
        return random.uniform(1.0, 1.1)  # noqa: S311 - it spreads retries, and keeps no secret

    return Courier(outbox=outbox, publisher=publisher, clock=clock, jitter=jitter, in_order=in_order)


def upgrade_database(settings: Settings) -> tuple[str, str]:
    """Upgrade the database's tables. Returns the revisions before ("" if there was none) and after."""
    from payments.adapters.sql.schema.naming import SCHEMA
    from payments.adapters.sql.schema.upgrading import upgrade

    return upgrade(settings.database.url), SCHEMA


def move_database(settings: Settings, target: str, progress: Callable[[str, int], None]) -> dict[str, int]:
    """Copy everything into the empty database at *target*, and compare both. Returns how many rows each table has."""
    from payments.adapters.sql.move import copy_database

    return copy_database(settings.database.url, target, progress)
