"""The way to the provider: a call or its answer may get lost on it, or arrive after everyone gave up.

Like those of the real transports, a call has a deadline: a process that was stopped for longer sends nothing.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from unit.domain.worlds.processes import Pausing

from payments.adapters.memory.gateway import MemoryGateway
from payments.domain.errors import GatewayError, NotSent, Unknown
from payments.entrypoints.blocking import run

PATIENCE = timedelta(minutes=5)
"""How long a call may take to leave, and how long one that nobody waits for any more may still be on its way."""


class Fault(Enum):
    """What may befall a call to the provider."""

    NOT_SENT = "it never left, and we know"
    LOST = "it never arrived, and we do not know"
    UNANSWERED = "it was done, and we do not know"
    LATE = "it is done after we gave up on it"


class Wire(Pausing):
    """The way to the provider. `faults` befall the next calls, one each; `in_flight` are those that arrive late.

    `replaced` answers calls by name, instead of the provider.
    """

    def __init__(
        self, provider: MemoryGateway, now: Callable[[], datetime], witness: Callable[[str, tuple[Any, ...]], None]
    ) -> None:
        super().__init__(provider)
        self.provider = provider
        self.replaced: dict[str, Callable[..., object]] = {}
        self.faults: list[Fault | None] = []
        self.in_flight: list[tuple[datetime, Callable[[], object]]] = []
        self._now, self._witness = now, witness

    @property
    def listing_span(self) -> timedelta:
        return self.provider.listing_span

    async def _leaving(self, name: str) -> None:
        leaves_before = self._now() + PATIENCE
        await super()._leaving(name)
        if self._now() > leaves_before:
            raise NotSent("The deadline of this call passed before it left. Nothing was sent.")

    async def _work(self, name: str, *args: Any, **_: Any) -> Any:
        self._witness(name, args)
        fault = self.faults.pop(0) if self.faults else None
        if fault is Fault.NOT_SENT:
            raise NotSent("The provider was not reached. Nothing was sent.")
        if fault is Fault.LATE:
            self.in_flight.append((self._now(), lambda: run(super(Wire, self)._work(name, *args))))
        if fault in (Fault.LOST, Fault.LATE):
            raise Unknown("The provider did not answer.")
        answer = self.replaced[name](*args) if name in self.replaced else await super()._work(name, *args)
        if fault is Fault.UNANSWERED:
            raise Unknown("The provider's answer was lost.")
        return answer

    def connect(self, provider: MemoryGateway) -> None:
        """Lead to another provider from now on."""
        self._port = self.provider = provider

    def arrive(self, before: datetime | None = None) -> None:
        """Let those arrive that are on their way (since before that time): nobody hears the answers."""
        due = [flight for flight in self.in_flight if before is None or flight[0] < before]
        self.in_flight = [flight for flight in self.in_flight if flight not in due]
        for _, work in due:
            try:
                work()
            except GatewayError:
                continue  # the provider said no, and nobody was there to hear it
