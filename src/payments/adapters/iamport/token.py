"""Tokens: the one access token of a key pair, fetched once however many threads ask, and renewed before it ends."""

import threading
import time
from collections.abc import Callable
from typing import Final

import attrs

from payments.adapters.iamport.transport import Deadline
from payments.adapters.iamport.wire import Grant
from payments.domain.errors import NotSent

RENEWAL: Final = 60.0
"""Seconds before its end from which a token is asked for anew: from then on the provider prolongs it."""


@attrs.frozen
class _Held:
    token: str = attrs.field(repr=False)
    ends: float


class Tokens:
    """A token that *fetch* gets. It lives by the provider's clock; the count begins before it was asked for."""

    def __init__(self, fetch: Callable[[Deadline], Grant], clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch, self._clock = fetch, clock
        self._held: _Held | None = None
        self._fetching = threading.Lock()
        self._replacing = threading.Lock()  # never held while the provider is asked

    def get(self, ends: Deadline) -> str:
        """Return a token that is good for a while. Raises NotSent, or Rejected where the keys are wrong."""
        held = self._held
        if held is not None and self._good(held):
            return held.token
        if not self._fetching.acquire(timeout=ends.left):
            raise NotSent("No access token could be had from the provider in time. Nothing else was sent; try again.")
        try:
            held = self._held
            if held is None or not self._good(held):
                asked = self._clock()
                grant = self._fetch(ends)
                return self._hold(_Held(grant.token, asked + grant.life))
            return held.token
        finally:
            self._fetching.release()

    def forget(self, token: str) -> None:
        """Hold *token* for refused; a newer one stays, so that many refusals of one token fetch one new token."""
        with self._replacing:
            if self._held is not None and self._held.token == token:
                self._held = None

    def _hold(self, held: _Held) -> str:
        with self._replacing:
            self._held = held
        return held.token

    @property
    def held(self) -> str:
        """The token at hand, good or not; empty without one."""
        held = self._held
        return held.token if held else ""

    def _good(self, held: _Held) -> bool:
        return held.ends - self._clock() >= RENEWAL
