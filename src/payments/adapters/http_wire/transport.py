"""Transport: sends one request and returns its answer before a deadline. Raises NotSent or Unknown.

A request that fails before its first byte is handed to a socket was not sent. After that, the outcome is unknown.
There are two: `requests_transport` blocks its thread, `loop_transport` suspends on an event loop. What is asked, and
how answers are read, stands above them and exists once.

Reach      address and limits            Deadline   when an operation ends
Answer     status and body               Turn       one caller at a time
busy, too_late, unreachable, cut_short, too_long   what goes wrong
"""

import time
from collections.abc import Mapping
from typing import Protocol

import attrs

from payments.domain.errors import NotSent, Unknown


class Deadline:
    """The time at which an operation ends, with all its calls and retries."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """The seconds that are left; 0 after the deadline."""
        return max(0.0, self._ends - time.monotonic())


class Reach(Protocol):
    """What a transport needs of a provider's settings: its address, and the limits of connections and bodies."""

    @property
    def api_url(self) -> str: ...
    @property
    def connections(self) -> int: ...
    @property
    def connect_timeout(self) -> float: ...
    @property
    def body_cap(self) -> int: ...


@attrs.frozen
class Answer:
    """An HTTP status and the whole body."""

    status: int
    body: bytes


class Turn(Protocol):
    """Lets one caller in at a time."""

    async def take(self, ends: Deadline) -> bool:
        """Wait for the turn until *ends*, and return whether it came."""

    def release(self) -> None:
        """Let the next one in."""


class Transport(Protocol):
    """A pool of connections to one address, for at most `settings.connections` calls at a time.

    It follows no redirect, stores no cookie and uses no proxy of the environment; it never sends a request twice, and
    it reads no more than `settings.body_cap` bytes.
    """

    async def send(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes | None, ends: Deadline
    ) -> Answer:
        """Send a request to *target* (path and query, percent-encoded). Raises NotSent or Unknown."""

    async def pause(self, seconds: float) -> None:
        """Wait before a retry."""

    def turn(self) -> Turn:
        """Return a new turn, for those who use this transport."""


class Closable(Protocol):
    """Connections of an event loop."""

    async def close(self) -> None: ...


def busy() -> NotSent:
    return NotSent("All connections to the provider are busy. Nothing was sent. Try again.")


def too_late() -> NotSent:
    return NotSent("The deadline of this operation passed before the call to the provider. Nothing was sent.")


def unreachable() -> NotSent:
    return NotSent("The provider could not be reached. Nothing was sent. Try again.")


def cut_short() -> Unknown:
    return Unknown("The provider gave no full answer in time, so the outcome is unknown. Refresh before trying again.")


def too_long() -> Unknown:
    return Unknown("The provider's answer is too long, so the outcome is unknown. Refresh before trying again.")
