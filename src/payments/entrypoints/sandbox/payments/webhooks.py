"""Webhooks: tells the shop, from a thread of its own, and keeps what became of each delivery."""

import contextlib
import heapq
import itertools
import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Final

import attrs
import requests

from payments.entrypoints.sandbox.clock import Clock
from payments.entrypoints.sandbox.payments.book import Notice
from payments.entrypoints.sandbox.payments.messages import NotPossibleError
from payments.entrypoints.sandbox.settings import SandboxSettings

CONNECT_TIMEOUT: Final = 10
READ_TIMEOUT: Final = 30
RETRY_AFTER: Final = 60
WAITING_MAX: Final = 1000
KEPT: Final = 1000
LOOK_EVERY: Final = 0.2
CLOSE_TIMEOUT: Final = 5


@attrs.define(eq=False, kw_only=True)
class Delivery:
    """One webhook to one URL; `http` is 0 for a network error, as Iamport's console shows it, None before the end."""

    number: int
    imp_uid: str
    url: str
    body: dict[str, Any]
    format: str
    queued_at: float
    attempt: int = 1
    http: int | None = None
    error: str = ""
    fault: str = ""
    """What a fault made of it."""
    finished_at: float | None = None
    _finished: threading.Event = attrs.field(factory=threading.Event, init=False, repr=False)

    @property
    def delivered(self) -> bool:
        """Whether the shop answered 200."""
        return self.http == 200

    def wait(self, timeout: float = 45) -> bool:
        """Wait until it ended, well or badly."""
        return self._finished.wait(timeout)

    def finish(self, at: float, http: int, error: str = "") -> None:
        """Keep how it ended."""
        self.http, self.error, self.finished_at = http, error, at
        self._finished.set()

    def shown(self) -> dict[str, Any]:
        """Return it as JSON for the admin page."""
        return attrs.asdict(self, filter=lambda field, _: not field.name.startswith("_"))


@attrs.define
class Webhooks:
    """A bounded queue and one sending thread, started by the first delivery."""

    settings: SandboxSettings
    clock: Clock
    settled: Callable[[], object] = lambda: None
    """Called before a delivery goes out: returns once what it tells is certain."""
    heard: Callable[[Delivery], object] = lambda _: None
    """Told of each delivery when it is queued and when it has ended."""
    strike: "Callable[[Webhooks, str, str, dict[str, Any]], list[Delivery]] | None" = None
    """Queues in `queue`'s place what the faults make of a webhook."""
    deliveries: deque[Delivery] = attrs.field(factory=lambda: deque(maxlen=KEPT), init=False)
    _numbers: "itertools.count[int]" = attrs.field(factory=lambda: itertools.count(1), init=False)
    _queue: "queue.Queue[Delivery | None]" = attrs.field(factory=lambda: queue.Queue(WAITING_MAX), init=False)
    _later: list[tuple[float, int, Delivery]] = attrs.field(factory=list, init=False)
    _targets: dict[str, tuple[str, ...]] = attrs.field(factory=dict, init=False)
    _lock: threading.Lock = attrs.field(factory=threading.Lock, init=False)
    _thread: threading.Thread | None = attrs.field(default=None, init=False)
    _closed: bool = attrs.field(default=False, init=False)

    def tell(self, notice: Notice) -> list[Delivery]:
        """Queue what *notice* says, to the payment's own URLs or the console's; return the deliveries."""
        row = notice.row
        body = {"imp_uid": row.imp_uid, "merchant_uid": row.merchant_uid, "status": row.status}
        if notice.cancellation_id:
            body["cancellation_id"] = notice.cancellation_id
        console: tuple[str, ...] = (self.settings.webhook_url,) if self.settings.webhook_url else ()
        if notice.asked_by_api:
            targets = console if row.imp_uid in self._targets else ()
        else:
            targets = self._targets.get(row.imp_uid) or row.behind.notice_urls or console
            self._targets |= {row.imp_uid: targets} if targets else {}
        if self.strike is None:
            return [self.queue(row.imp_uid, url, body) for url in targets]
        return [delivery for url in targets for delivery in self.strike(self, row.imp_uid, url, body)]

    def queue(self, imp_uid: str, url: str, body: dict[str, Any], *, delay: float = 0, **about: Any) -> Delivery:
        """Queue one delivery, to be sent *delay* seconds from now by the sandbox's clock; *about*: attempt, fault."""
        delivery = self._noted(imp_uid, url, body, **about)
        if delay:
            with self._lock:
                heapq.heappush(self._later, (self.clock.exact() + delay, delivery.number, delivery))
        self._start()
        if not delay:
            self._put(delivery)
        return delivery

    def _noted(self, imp_uid: str, url: str, body: dict[str, Any], **about: Any) -> Delivery:
        delivery = Delivery(
            number=next(self._numbers),
            imp_uid=imp_uid,
            url=url,
            body=dict(body),
            format=self.settings.webhook_format,
            queued_at=self.clock.exact(),
            **about,
        )
        self.deliveries.append(delivery)
        self.heard(delivery)
        return delivery

    def lose(self, imp_uid: str, url: str, body: dict[str, Any], fault: str) -> Delivery:
        """Keep a delivery that never goes out."""
        delivery = self._noted(imp_uid, url, body, fault=fault)
        self._end(delivery, 0, "lost by a fault")
        return delivery

    def hasten(self, deliveries: list[Delivery]) -> None:
        """Send those of *deliveries* now that wait for their time."""
        if not deliveries:
            return
        numbers = {delivery.number for delivery in deliveries}
        with self._lock:
            self._later = [(0.0 if number in numbers else due, number, late) for due, number, late in self._later]
            heapq.heapify(self._later)
        self.look()

    def _put(self, delivery: Delivery) -> None:
        try:
            self._queue.put_nowait(delivery)
        except queue.Full:
            self._end(delivery, 0, f"dropped: {WAITING_MAX} webhooks are waiting already")

    def _end(self, delivery: Delivery, http: int, error: str) -> None:
        delivery.finish(self.clock.exact(), http, error)
        self.heard(delivery)

    def restore(self, deliveries: Iterable[Delivery]) -> None:
        """Know *deliveries* of an earlier process; `resume` sends those that had not ended."""
        self.deliveries.extend(deliveries)
        self._numbers = itertools.count(max((delivery.number for delivery in self.deliveries), default=0) + 1)

    def resume(self) -> None:
        """Send what was restored and has not ended."""
        for delivery in list(self.deliveries):
            if delivery.http is None:
                self._start()
                self._put(delivery)

    def resend(self, imp_uid: str) -> list[Delivery]:
        """Send a payment's newest webhook again, to where it went before; NotPossibleError if it never had one."""
        past = [delivery for delivery in self.deliveries if delivery.imp_uid == imp_uid]
        if not past:
            raise NotPossibleError(f"{imp_uid} has had no webhook: none of its events tells, or no URL is set")
        latest = {delivery.url: delivery for delivery in past if delivery.body == past[-1].body}
        return [self.queue(imp_uid, delivery.url, delivery.body) for delivery in latest.values()]

    def of(self, imp_uid: str) -> list[Delivery]:
        """Return the kept deliveries of a payment, oldest first."""
        return [delivery for delivery in self.deliveries if delivery.imp_uid == imp_uid]

    def wait(self, timeout: float = 45) -> bool:
        """Wait until everything queued so far (but for what is to go later) has ended; False when *timeout* is over."""
        with self._lock:
            later = {number for _, number, _ in self._later}
        return all(delivery.wait(timeout) for delivery in list(self.deliveries) if delivery.number not in later)

    def look(self) -> None:
        """Have the thread look at the clock now instead of a moment later."""
        with contextlib.suppress(queue.Full):
            self._queue.put_nowait(None)

    def close(self) -> None:
        """Stop the thread after the delivery it is at, without waiting for a shop that hangs."""
        self._closed = True
        self.look()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(timeout=CLOSE_TIMEOUT)

    def _start(self) -> None:
        with self._lock:
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._work, name="sandbox-webhooks", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        with requests.Session() as session:
            session.trust_env = False
            while not self._closed:
                self._take_due()
                try:
                    delivery = self._queue.get(timeout=LOOK_EVERY)
                except queue.Empty:
                    continue
                if delivery is not None:
                    self._deliver(session, delivery)

    def _take_due(self) -> None:
        with self._lock:
            due = []
            while self._later and self._later[0][0] <= self.clock.exact():
                due.append(heapq.heappop(self._later)[2])
        for delivery in due:
            self._put(delivery)

    def _deliver(self, session: requests.Session, delivery: Delivery) -> None:
        self.settled()
        http, error = self._post(session, delivery)
        if (http == 0 or http >= 500) and delivery.attempt <= self.settings.webhook_retries:
            again = delivery.attempt + 1
            self.queue(delivery.imp_uid, delivery.url, delivery.body, attempt=again, delay=RETRY_AFTER)
        self._end(delivery, http, error)

    def _post(self, session: requests.Session, delivery: Delivery) -> tuple[int, str]:
        content: dict[str, Any] = {"json" if delivery.format == "json" else "data": delivery.body}
        try:
            with session.post(
                delivery.url,
                **content,
                timeout=(CONNECT_TIMEOUT, READ_TIMEOUT),
                allow_redirects=False,
                stream=True,
                headers={"User-Agent": "iamport-sandbox"},
            ) as answer:
                return answer.status_code, ""
        except (requests.RequestException, ValueError) as error:  # ValueError: an address that is none
            return 0, type(error).__name__
