"""The courier's laws, on every outbox there is: at least once, the same bytes, ten tries, and never a message lost."""

import itertools
import threading
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.rounds import rounds
from support.shops import Overridden, Publishing, begun, courier_to

from payments import testing
from payments.adapters.memory.store import MemoryStore
from payments.domain.messages import DeliveryFailed, Message
from payments.domain.use_cases.outbox import DELIVERY_LEASE, DELIVERY_WAITS, LONGEST_RETRY_AFTER, Courier
from payments.entrypoints.blocking import run
from payments.testing import Shop

OUTAGE = timedelta(hours=72)
STEP = timedelta(minutes=10)
DOWN = DeliveryFailed("shop.example could not be reached.")

_firsts = itertools.count(1, 100_000)


class Killed(BaseException):
    """The worker dies here: nothing after this line happens."""


class Endpoint:
    """The shop's endpoint, down until *up_at* of the *shop*'s clock; it answers by *troubles*, then simply fails."""

    def __init__(self, shop: Shop, up_at, troubles=()) -> None:
        self.shop, self.up_at, self.troubles = shop, up_at, list(troubles)
        self.tries: defaultdict[str, list[Message]] = defaultdict(list)
        self.arrived: set[str] = set()

    async def publish(self, message: Message) -> None:
        self.tries[message.id].append(message)
        if self.shop.clock.now() < self.up_at:
            raise self.troubles.pop() if self.troubles else DOWN
        self.arrived.add(message.id)


@pytest.fixture
def shop(store) -> Shop:
    return testing.shop(store=store)


def messages_of(shop: Shop) -> list[Message]:
    """Everything that waits, without touching it: claimed for no time at all."""
    return list(run(shop.store.outbox.claim(shop.clock.now(), shop.clock.now(), 1000)))


def failing(shop: Shop, *failures: DeliveryFailed, jitter=lambda: 1.0) -> Iterator[timedelta]:
    """Let the only message fail with *failures* and then for want of a shop; yield the wait after each try."""
    dues = []

    async def postpone(message_id, due_at, error):
        dues.append(due_at)
        await shop.store.outbox.postpone(message_id, due_at, error)

    outcomes = iter(failures)

    def refuse(_: Message) -> None:
        raise next(outcomes, DOWN)

    outbox = Overridden(shop.store.outbox, postpone=postpone)
    courier = Courier(outbox=outbox, publisher=Publishing(refuse), clock=shop.clock, jitter=jitter)
    while True:
        assert list(run(courier.deliver())) == []
        if not dues:
            return
        due = dues.pop()
        yield due - shop.clock.now()
        shop.clock.time = due - timedelta(seconds=1)
        assert messages_of(shop) == []  # not a second early
        shop.clock.time = due


def only_message(shop: Shop) -> Message:
    """Leave one message in the outbox."""
    begun(shop)
    first, second = messages_of(shop)
    run(shop.store.outbox.delivered(second.id))
    return first


troubles = st.one_of(
    st.builds(
        lambda wait: DeliveryFailed("shop.example answered 503.", retry_after=wait),
        st.timedeltas(timedelta(seconds=1), timedelta(days=30)),
    ),
    st.just(Killed()),
)


def outage(store, begins: list[int], jitters: list[float], what: list[BaseException]) -> None:
    """Live through an outage and what follows; *begins* are minutes after its start at which a payment begins."""
    shop = testing.shop(store=store, ids=testing.NumberedIds(next(_firsts)))
    start, jitter = shop.clock.now(), itertools.cycle(jitters)
    endpoint = Endpoint(shop, start + OUTAGE, what)
    written: dict[str, Message] = {}
    begins = sorted(begins, reverse=True)
    while shop.clock.now() < start + OUTAGE + LONGEST_RETRY_AFTER * 2:
        while begins and start + timedelta(minutes=begins[-1]) <= shop.clock.now():
            begins.pop()
            begun(shop, f"order-{shop.clock.now()}-{len(begins)}")
            written |= {message.id: message for message in messages_of(shop) if message.tries == 0}
        deliver_all(courier_to(shop, endpoint, lambda: next(jitter)))
        shop.clock.time += STEP
    assert endpoint.arrived == written.keys()
    assert not run(store.outbox.dead(10))
    for message_id, tries in endpoint.tries.items():
        told = {(message.id, message.body) for message in tries}
        assert told == {(message_id, written[message_id].body)}  # every repeat, to the byte


def deliver_all(courier: Courier) -> None:
    for _ in range(100):
        try:
            if not run(courier.deliver()):
                return
        except Killed:
            continue  # another worker takes its place
    raise AssertionError("the outbox is never done")


lives = {
    "begins": st.lists(st.integers(0, 72 * 60), min_size=1, max_size=4),
    "jitters": st.lists(st.floats(1.0, 1.1), min_size=1, max_size=5),
    "what": st.lists(troubles, max_size=8),
}


@pytest.mark.soak
@given(**lives)
@settings(max_examples=rounds(40, 1000), suppress_health_check=[HealthCheck.too_slow])
def test_after_three_days_without_a_shop_every_event_arrives(begins, jitters, what):
    outage(MemoryStore.empty(), begins, jitters, what)


@pytest.mark.soak
@given(**lives)
@settings(max_examples=rounds(3, 50), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_after_three_days_without_a_shop_every_event_arrives_from_every_outbox(store, begins, jitters, what):
    outage(store, begins, jitters, what)


def test_ten_tries_over_three_days_then_a_dead_letter(shop):
    message = only_message(shop)
    waits = list(failing(shop))
    assert waits == list(DELIVERY_WAITS)
    assert len(waits) + 1 == 10
    assert sum(waits, timedelta()) > OUTAGE
    [dead] = run(shop.store.outbox.dead(10))
    assert (dead.id, dead.body, dead.tries, dead.error) == (message.id, message.body, 10, str(DOWN))
    shop.clock.advance(days=365)
    assert messages_of(shop) == []  # nobody tries a dead letter


@given(jitter=st.floats(1.0, 1.1))
def test_a_wait_is_stretched_by_its_jitter_and_never_shortened(jitter):
    shop = testing.shop()
    only_message(shop)
    for wait, planned in zip(failing(shop, jitter=lambda: jitter), DELIVERY_WAITS, strict=True):
        assert planned <= wait <= planned * 1.1
        assert abs(wait - planned * jitter) <= timedelta(microseconds=1)


def test_the_shop_is_given_the_time_it_asks_for_but_not_more_than_two_days(shop):
    only_message(shop)
    busy = [DeliveryFailed("busy", retry_after=wait) for wait in (timedelta(hours=1), timedelta(days=9), None)]
    hour, longest, *rest = failing(shop, *busy)
    assert (hour, longest) == (timedelta(hours=1), LONGEST_RETRY_AFTER)
    assert rest == list(DELIVERY_WAITS[2:])  # afterwards it goes on where it was


def test_a_shorter_wish_does_not_hurry_us(shop):
    only_message(shop)
    first, second, *_ = failing(shop, *[DeliveryFailed("busy", retry_after=timedelta(seconds=1))] * 2)
    assert (first, second) == DELIVERY_WAITS[:2]


def test_a_shop_that_wants_no_more_gets_no_more(shop):
    message = only_message(shop)
    assert list(failing(shop, DeliveryFailed("shop.example answered 410.", gone=True))) == []
    [dead] = run(shop.store.outbox.dead(10))
    assert (dead.id, dead.tries, dead.error) == (message.id, 1, "shop.example answered 410.")


def test_a_dead_letter_that_is_replayed_is_the_same_message_with_ten_new_tries(shop):
    message = only_message(shop)
    list(failing(shop))
    assert run(shop.store.outbox.replay(message.id, shop.clock.now()))
    assert not run(shop.store.outbox.dead(10))
    assert list(failing(shop)) == list(DELIVERY_WAITS)
    assert run(shop.store.outbox.replay(message.id, shop.clock.now()))
    publisher = Publishing()
    [arrived] = run(courier_to(shop, publisher).deliver())
    assert (arrived.id, arrived.body) == (message.id, message.body)
    assert messages_of(shop) == []
    assert not run(shop.store.outbox.replay(message.id, shop.clock.now()))  # it has arrived


def test_only_a_dead_letter_is_replayed(shop):
    message = only_message(shop)
    assert not run(shop.store.outbox.replay(message.id, shop.clock.now()))
    assert not run(shop.store.outbox.replay("m_0_1", shop.clock.now()))


def test_a_message_whose_courier_died_comes_again_after_its_lease_and_no_try_is_counted(shop):
    message = only_message(shop)

    def die(_: Message) -> None:
        raise Killed

    with pytest.raises(Killed):
        run(courier_to(shop, Publishing(die)).deliver())
    shop.clock.time += DELIVERY_LEASE - timedelta(seconds=1)
    assert messages_of(shop) == []
    shop.clock.advance(seconds=1)
    assert messages_of(shop) == [message]


def test_two_couriers_at_once_tell_nothing_twice(shop):
    for n in range(20):
        begun(shop, f"order-{n}")
    told: list[str] = []
    publisher = Publishing(lambda message: told.append(message.id))
    threads = [
        threading.Thread(target=lambda: deliver_all(courier_to(shop, publisher)), name=f"courier-{n}") for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == sorted(f"m_{n}_{version}" for n in range(1, 21) for version in (1, 2))


class Switched:
    """The shop's endpoint: away until it is up, and it never takes the messages in `refused`."""

    def __init__(self, *refused: str) -> None:
        self.up, self.refused, self.asked = False, set(refused), list[str]()

    async def publish(self, message: Message) -> None:
        self.asked.append(message.id)
        if not self.up or message.id in self.refused:
            raise DOWN


def test_once_the_shop_answers_again_what_waits_is_delivered_at_once(shop):
    """Fails where each message waits its own time: after an outage of hours, that is hours more."""
    for n in range(3):
        begun(shop, f"order-{n}")
    endpoint = Switched()
    courier = courier_to(shop, endpoint)
    for wait in DELIVERY_WAITS[:5]:
        run(courier.deliver(100))
        shop.clock.time += wait * 1.1
    run(courier.deliver(100))  # each waits for five hours now
    endpoint.up = True
    begun(shop, "order-new")
    while run(courier.deliver(100)):
        pass
    assert not messages_of(shop)
    assert not run(shop.store.outbox.waiting(100))


def test_a_message_that_the_shop_never_takes_keeps_its_own_waits(shop):
    """Fails where each message that arrives brings it forward: its ten tries would be gone in minutes."""
    begun(shop, "order-0")
    endpoint = Switched(refused := messages_of(shop)[0].id)
    endpoint.up = True
    courier = courier_to(shop, endpoint)
    for n in range(60):
        begun(shop, f"other-{n}")
        run(courier.deliver(100))
        shop.clock.time += timedelta(minutes=1)
    on_its_own = sum(sum(DELIVERY_WAITS[:n], timedelta()) < timedelta(hours=1) for n in range(len(DELIVERY_WAITS)))
    assert endpoint.asked.count(refused) <= on_its_own + 1  # and when the first other one arrived after it had failed
