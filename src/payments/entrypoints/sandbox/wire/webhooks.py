"""Webhooks: sends them to the shop from a thread of its own, and records what became of each."""

import contextlib
import heapq
import itertools
import queue
import threading
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Final

import attrs
import requests

from payments.entrypoints.sandbox.clock import Clock
from payments.entrypoints.sandbox.errors import NotPossible
from payments.entrypoints.sandbox.payments.rows import Notice
from payments.entrypoints.sandbox.wire.delivery import Delivery
from payments.entrypoints.sandbox.wire.faces import Face

POLL_SECONDS: Final = 0.2
CLOSE_TIMEOUT_SECONDS: Final = 5
MAX_WAITING: Final = 1000
MAX_KEPT: Final = 1000


@attrs.define
class Webhooks:
    """A bounded queue and one sending thread, which the first delivery starts."""

    clock: Clock
    faces: tuple[Face, Face]
    """V1's, and V2's."""
    lock: AbstractContextManager[object] = attrs.field(factory=threading.RLock)
    """The sandbox's lock: what a delivery reports is certain once its holder has released it."""
    rows: dict[int, dict[str, Any]] = attrs.field(factory=dict, repr=False)
    """The deliveries as JSON, by number: those of an earlier process at first."""
    urls: dict[str, list[str]] = attrs.field(factory=dict, repr=False)
    """Where the webhooks of a payment go, by imp_uid; settled by its first one."""
    strike: "Callable[..., list[Delivery]] | None" = None
    """Called in place of `queue`, with the webhooks first: queues what faults make of a webhook."""
    _kept: deque[Delivery] = attrs.field(factory=lambda: deque(maxlen=MAX_KEPT), init=False)
    _numbers: "itertools.count[int]" = attrs.field(factory=lambda: itertools.count(1), init=False)
    _queue: "queue.Queue[Delivery | None]" = attrs.field(factory=lambda: queue.Queue(MAX_WAITING), init=False)
    _later: list[tuple[float, int, Delivery]] = attrs.field(factory=list, init=False)
    _queue_lock: threading.Lock = attrs.field(factory=threading.Lock, init=False)
    _thread: threading.Thread | None = attrs.field(default=None, init=False)
    _closed: bool = attrs.field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self._kept.extend(Delivery.restored(self.rows[number]) for number in sorted(self.rows))
        self._numbers = itertools.count(max(self.rows, default=0) + 1)

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """The deliveries so far, oldest first: a copy, because the sending thread adds some."""
        with self._queue_lock:
            return tuple(self._kept)

    def notify(self, notice: Notice) -> list[Delivery]:
        """Queue a webhook about *notice* to the payment's own URLs or the console's; return the deliveries."""
        row, face = notice.row, self.faces[notice.row.is_v2]
        body, about = face.message(notice)
        known = self.urls.get(row.imp_uid, [])
        urls = face.urls(notice, known)
        if urls and not notice.requested_by_api and urls != known:
            self.urls[row.imp_uid] = urls
        return self.send(row.imp_uid, urls, body, **about)

    def send(self, imp_uid: str, urls: list[str], body: dict[str, Any], **about: Any) -> list[Delivery]:
        """Queue one webhook to *urls*, or what faults make of it."""
        if self.strike is None:
            return [self.queue(imp_uid, url, body, **about) for url in urls]
        return [delivery for url in urls for delivery in self.strike(self, imp_uid, url, body, **about)]

    def queue(self, imp_uid: str, url: str, body: dict[str, Any], *, delay: float = 0, **about: Any) -> Delivery:
        """Queue one delivery, to be sent *delay* seconds from now by the sandbox's clock; *about*: its other fields."""
        delivery = self._added(imp_uid, url, body, delay, **about)
        self._start()
        if not delay:
            self._put(delivery)
        return delivery

    def _added(self, imp_uid: str, url: str, body: dict[str, Any], delay: float = 0, **about: Any) -> Delivery:
        delivery = Delivery(
            number=next(self._numbers),
            imp_uid=imp_uid,
            url=url,
            body=dict(body),
            queued_at=self.clock.exact(),
            **{"format": "json", **about},
        )
        with self._queue_lock:  # together: `wait` would wait for one that it does not know to go out later
            self._kept.append(delivery)
            if delay:
                heapq.heappush(self._later, (self.clock.exact() + delay, delivery.number, delivery))
        with self.lock:
            self.rows[delivery.number] = delivery.shown()
            if len(self.rows) > MAX_KEPT:
                del self.rows[next(iter(self.rows))]
        return delivery

    def lose(self, imp_uid: str, url: str, body: dict[str, Any], **about: Any) -> Delivery:
        """Record a delivery that never goes out."""
        delivery = self._added(imp_uid, url, body, **about)
        self._end(delivery, 0, "lost by a fault")
        return delivery

    def send_now(self, deliveries: list[Delivery]) -> None:
        """Send those of *deliveries* at once that wait for their time."""
        if not deliveries:
            return
        numbers = {delivery.number for delivery in deliveries}
        with self._queue_lock:
            self._later = [(0.0 if number in numbers else due, number, late) for due, number, late in self._later]
            heapq.heapify(self._later)
        self.wake()

    def _put(self, delivery: Delivery) -> None:
        try:
            self._queue.put_nowait(delivery)
        except queue.Full:
            self._end(delivery, 0, f"dropped: {MAX_WAITING} webhooks are waiting already")

    def _end(self, delivery: Delivery, http: int, error: str) -> None:
        delivery.finish(self.clock.exact(), http, error)
        with self.lock:
            if delivery.number in self.rows:
                self.rows[delivery.number] = delivery.shown()

    def resume(self) -> None:
        """Send the deliveries of an earlier process that have not ended."""
        for delivery in self.deliveries:
            if delivery.http is None:
                self._start()
                self._put(delivery)

    def resend(self, imp_uid: str) -> list[Delivery]:
        """Send a payment's newest webhook again, to the same URLs. Raises NotPossible if it never had one."""
        past = self.of(imp_uid)
        if not past:
            raise NotPossible(f"{imp_uid} has had no webhook: nothing that happened to it sends one, or no URL is set")
        latest = {delivery.url: delivery for delivery in past if delivery.body == past[-1].body}
        return [self.again(delivery, trigger="MANUAL") for delivery in latest.values()]

    def again(self, delivery: Delivery, **changes: Any) -> Delivery:
        """Queue a delivery once more; *changes*: what is different about it."""
        about: dict[str, Any] = {"format": delivery.format, "message": delivery.message, "trigger": delivery.trigger}
        return self.queue(delivery.imp_uid, delivery.url, delivery.body, **(about | changes))

    def of(self, imp_uid: str) -> list[Delivery]:
        """Return the recorded deliveries of a payment, oldest first."""
        return [delivery for delivery in self.deliveries if delivery.imp_uid == imp_uid]

    def wait(self, timeout: float = 45, imp_uid: str = "") -> bool:
        """Wait until all that is queued (about *imp_uid*) has ended, except what goes out later.

        Returns False after *timeout* seconds.
        """
        with self._queue_lock:
            later = {number for _, number, _ in self._later}
            queued = [each for each in self._kept if imp_uid in ("", each.imp_uid) and each.number not in later]
        return all(delivery.wait(timeout) for delivery in queued)

    def wake(self) -> None:
        """Have the thread read the clock now instead of a moment later."""
        with contextlib.suppress(queue.Full):
            self._queue.put_nowait(None)

    def close(self) -> None:
        """Stop the thread after its current delivery, without waiting for a shop that hangs."""
        self._closed = True
        self.wake()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(timeout=CLOSE_TIMEOUT_SECONDS)

    def _start(self) -> None:
        with self._queue_lock:
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._work, name="sandbox-webhooks", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        with requests.Session() as session:
            session.trust_env = False
            while not self._closed:
                self._take_due()
                try:
                    delivery = self._queue.get(timeout=POLL_SECONDS)
                except queue.Empty:
                    continue
                if delivery is not None:
                    self._deliver(session, delivery)

    def _take_due(self) -> None:
        with self._queue_lock:
            due = []
            while self._later and self._later[0][0] <= self.clock.exact():
                due.append(heapq.heappop(self._later)[2])
        for delivery in due:
            self._put(delivery)

    def _deliver(self, session: requests.Session, delivery: Delivery) -> None:
        with self.lock:
            """What the webhook reports is recorded once its lock is released."""
        face = self.faces[bool(delivery.message)]
        http, error = self._post(session, face, delivery)
        delay = face.repeats_after(delivery, http)
        if delay is not None:
            self.again(delivery, attempt=delivery.attempt + 1, delay=delay)
        self._end(delivery, http, error)

    def _post(self, session: requests.Session, face: Face, delivery: Delivery) -> tuple[int, str]:
        try:
            with session.post(
                delivery.url, timeout=face.timeouts(), allow_redirects=False, stream=True, **face.content(delivery)
            ) as answer:
                return answer.status_code, ""
        except (requests.RequestException, ValueError) as error:  # ValueError: not a URL
            return 0, type(error).__name__
