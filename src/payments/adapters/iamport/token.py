"""Tokens: the access token of a key pair, shared by all calls and renewed before it expires."""

import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any, Final

import attrs

from payments.adapters.http_wire.transport import Deadline, Turn
from payments.adapters.iamport.wire import Grant
from payments.domain.errors import NotSent

RENEW_BEFORE_SECONDS: Final = 60.0
"""How long before its expiry a token is requested again; in that time the provider extends it."""


@attrs.frozen
class _Held:
    token: str = attrs.field(repr=False)
    ends: float


class Tokens:
    """The token that *fetch* returns to one caller at a time.

    Its lifetime is counted from before the request, so it never ends too late.
    """

    def __init__(
        self,
        fetch: Callable[[Deadline], Coroutine[Any, Any, Grant]],
        fetching: Turn,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch, self._fetching, self._clock = fetch, fetching, clock
        self._held: _Held | None = None
        self._replacing = threading.Lock()  # never held during a call to the provider

    async def get(self, ends: Deadline) -> str:
        """Return a token that is valid for a while. Raises NotSent, or Rejected if the keys are wrong."""
        held = self._held
        if held is not None and self._is_valid(held):
            return held.token
        if not await self._fetching.take(ends):
            raise NotSent("The provider gave no access token in time. Nothing else was sent. Try again.")
        try:
            held = self._held
            if held is None or not self._is_valid(held):
                requested_at = self._clock()
                grant = await self._fetch(ends)
                return self._hold(_Held(grant.token, requested_at + grant.life))
            return held.token
        finally:
            self._fetching.release()

    def forget(self, token: str) -> None:
        """Drop a refused *token*. A newer one is kept, so many refusals of one token fetch one new token."""
        with self._replacing:
            if self._held is not None and self._held.token == token:
                self._held = None

    def _hold(self, held: _Held) -> str:
        with self._replacing:
            self._held = held
        return held.token

    @property
    def held(self) -> str:
        """The current token, valid or not; empty if there is none."""
        held = self._held
        return held.token if held else ""

    def _is_valid(self, held: _Held) -> bool:
        return held.ends - self._clock() >= RENEW_BEFORE_SECONDS
