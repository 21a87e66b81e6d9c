"""Limits: how often a buyer, a key, an address or a payment may be served, and how much of a buyer at a time.

Policy    so many requests per so many seconds
Budget    the requests of each key under one policy, by GCRA: two numbers a key, and the wait until the next one fits
Shares    how many requests of one caller are at work
Limits    all of them, for one process
"""

import ipaddress
import math
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Self

import attrs

from payments.domain.errors import PaymentsError

MOST_KEYS: Final = 20_000
"""How many buyers, keys or addresses are remembered under one policy; the longest unseen is forgotten first."""


@attrs.frozen
class Policy:
    """`quota` requests per `window` seconds, also all at once; 0 is no limit."""

    name: str
    quota: int
    window: int = 60


@attrs.frozen
class Standing:
    """What is left of a policy for one key. `wait` is in seconds, 0 where the request fitted."""

    policy: Policy
    remaining: int
    wait: float = 0.0

    @property
    def headers(self) -> dict[str, str]:
        """Return the standard RateLimit fields, and Retry-After where the request did not fit."""
        policy, after = self.policy, max(1, math.ceil(self.wait or self.policy.window / max(self.policy.quota, 1)))
        fields = {
            "RateLimit-Policy": f'"{policy.name}";q={policy.quota};w={policy.window}',
            "RateLimit": f'"{policy.name}";r={self.remaining};t={after}',
        }
        return fields | {"Retry-After": str(after)} if self.wait else fields


@attrs.define
class TooManyRequests(PaymentsError):
    """The caller asks more often than a limit allows. Nothing was done."""

    slug = "too-many-requests"
    standing: Standing = Standing(Policy("none", 0), 0)

    @property
    def headers(self) -> dict[str, str]:
        return self.standing.headers


@attrs.define
class Budget:
    """Any thread may take from it. It remembers, per key, only until when the key has used its policy up."""

    policy: Policy
    seconds: Callable[[], float] = time.monotonic
    most_keys: int = MOST_KEYS
    _full_at: "OrderedDict[str, float]" = attrs.field(factory=OrderedDict, init=False)
    _lock: threading.Lock = attrs.field(factory=threading.Lock, init=False)

    def take(self, key: str) -> Standing | None:
        """Count one request; None under a policy without a limit. Raises TooManyRequests, and then counts nothing."""
        if not self.policy.quota:
            return None
        each = self.policy.window / self.policy.quota
        with self._lock:
            now = self.seconds()
            full_at = max(self._full_at.get(key, now), now) + each
            beyond = full_at - now - self.policy.window
            if beyond > each * 1e-6:
                detail = f"Too many requests. Nothing was done. Try again in {max(1, math.ceil(beyond))} s."
                raise TooManyRequests(detail, Standing(self.policy, 0, beyond))
            self._full_at[key] = full_at
            self._full_at.move_to_end(key)
            if len(self._full_at) > self.most_keys:
                self._full_at.popitem(last=False)
        return Standing(self.policy, max(0, math.floor((self.policy.window - (full_at - now)) / each + 1e-6)))


@attrs.define
class Shares:
    """At most `most` requests of one caller are at work at a time; 0 is no limit."""

    most: int
    _at_work: Counter[str] = attrs.field(factory=Counter, init=False)
    _lock: threading.Lock = attrs.field(factory=threading.Lock, init=False)

    @contextmanager
    def of(self, caller: str) -> Iterator[None]:
        """Hold a place for *caller*. Raises TooManyRequests."""
        with self._lock:
            if self.most and self._at_work[caller] >= self.most:
                standing = Standing(Policy("share", self.most, 1), 0, 1.0)
                raise TooManyRequests("Earlier requests of yours are still at work. Nothing was done.", standing)
            self._at_work[caller] += 1
        try:
            yield
        finally:
            with self._lock:
                self._at_work[caller] -= 1
                if not self._at_work[caller]:
                    del self._at_work[caller]


def _unlimited() -> Budget:
    return Budget(Policy("none", 0))


@attrs.frozen(kw_only=True)
class Limits:
    """Requests a minute for each buyer or client token, API key and address, and checks a minute of one payment.

    `failures` counts wrong credentials of an address, and `new_keys` a buyer's idempotency keys a day. `awaiting` is
    how many payments that a buyer began may await payment. 0 is no limit, everywhere.
    """

    buyer: Budget = attrs.field(factory=_unlimited)
    key: Budget = attrs.field(factory=_unlimited)
    address: Budget = attrs.field(factory=_unlimited)
    payment: Budget = attrs.field(factory=_unlimited)
    failures: Budget = attrs.field(factory=_unlimited)
    new_keys: Budget = attrs.field(factory=_unlimited)
    share: Shares = attrs.field(factory=lambda: Shares(0))
    awaiting: int = 0

    @classmethod
    def of(cls, *, share: int = 0, awaiting: int = 0, new_keys: int = 0, **per_minute: int) -> Self:
        """Return limits of these numbers; what is not named has none."""
        budgets = {name: Budget(Policy(name, quota)) for name, quota in per_minute.items()}
        budgets["new_keys"] = Budget(Policy("idempotency-keys", new_keys, 24 * 3600))
        return cls(share=Shares(share), awaiting=awaiting, **budgets)


def network_of(address: str) -> str:
    """Return the key of an address: an IPv6 caller has a network of /64 to itself."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else address
