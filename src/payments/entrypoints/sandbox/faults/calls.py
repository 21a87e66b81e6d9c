"""StruckCall: one call of the API that faults strike, from its first byte to its last, phase by phase.

A call whose connection is refused is not even read. Any other call is read, waits, and is answered by its route; others
act before or after that. Then its answer is changed, noted in the journal, delayed, and sent, or not sent.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Final, Protocol

import attrs
from starlette.requests import Request
from starlette.responses import Response

from payments.entrypoints.sandbox.errors import CallRefused, Refusal
from payments.entrypoints.sandbox.faults.active import ActiveFault, Faults
from payments.entrypoints.sandbox.faults.kind import Phase
from payments.entrypoints.sandbox.faults.scene import CallScene
from payments.entrypoints.sandbox.wire.call import Call
from payments.entrypoints.sandbox.wire.envelope import Envelope, Reply

NOT_ANSWERED: Final = Envelope(0, 0, None, None)
"""What the journal has of a call that was not answered and did nothing."""


class Route(Protocol):
    """A route of the API, which does the work."""

    async def read(self, request: Request) -> Call:
        """Read a request. Raises CallRefused."""

    def answer(self, call: Call, handle: Callable[[Call], Reply]) -> Reply | Refusal:
        """Check the token and let *handle* answer. Raises CallRefused."""

    def handle(self, call: Call) -> Reply:
        """Answer a call whose token is valid. Raises CallRefused."""

    def answered_instead(self, call: Call, envelope: Envelope) -> None:
        """Note the answer that a fault gave in place of the work."""

    def record(self, request: Request, call: Call | None, envelope: Envelope, began: float, fault: str = "") -> None:
        """Note a call in the journal; it began at *began* (`time.perf_counter`)."""


@attrs.define
class StruckCall:
    """A call, and the faults that are to strike it; `struck` are those that did."""

    route: Route
    faults: Faults
    hits: list[ActiveFault]
    scene: CallScene
    struck: list[ActiveFault] = attrs.field(factory=list, init=False)
    _began: float = attrs.field(factory=time.perf_counter, init=False)

    async def answered(self) -> Response:
        """Return what is sent, after the work, if any, was done."""
        with self.faults.under_way():
            if self._strike(Phase.CONNECTION):
                self._record(NOT_ANSWERED)
                return self._sent()
            envelope = await self._worked()
            self._strike(Phase.BODY)
            self._strike(Phase.SENDING, Phase.WAIT, done=True)
            self._record(envelope)
            await self._waited()
        return self._sent()

    def _strike(self, *phases: Phase, done: bool = False) -> bool:
        """Let the faults of *phases* strike, before the work or, with *done*, after it; return whether any did."""
        over: set[Phase] = set()
        before = len(self.struck)
        for hit in self.hits:
            kind = hit.fault.kind
            if kind.phase in phases and kind.phase not in over and (not kind.either or hit.fault.done is done):
                over |= {kind.phase} if kind.phase.strikes_once else set()
                if hit.strike(self.scene):
                    self.struck.append(hit)
        return len(self.struck) > before

    async def _worked(self) -> Envelope:
        refusal: Refusal | None = None
        try:
            self.scene.call = await self.route.read(self.scene.request)
            self._strike(Phase.WAIT)
            await self._waited()
        except CallRefused as error:
            refusal = error.refusal
        if not self._strike(Phase.ANSWER):
            self.scene.envelope = self.scene.kind.of(refusal or self._work(self.scene.call))
            self._strike(Phase.ANSWER, done=True)
        elif self.scene.call is not None and self.scene.envelope is not None:
            self.route.answered_instead(self.scene.call, self.scene.envelope)
        envelope = self.scene.envelope or NOT_ANSWERED
        self.scene.sent = self.scene.sent or envelope.rendered()
        return envelope

    async def _waited(self) -> None:
        seconds, self.scene.wait = self.scene.wait, 0.0
        if seconds:
            await asyncio.sleep(seconds)

    def _work(self, call: Call | None) -> Reply | Refusal:
        if call is None:  # unreachable: what could not be read was refused
            raise TypeError("a call that was not read cannot be answered")
        with self.scene.store.lock:
            self.scene.store.catch_up()
            self._strike(Phase.TOKEN)
            self._strike(Phase.ACT)
            try:
                return self.route.answer(call, self._handled)
            except CallRefused as error:
                return error.refusal
            finally:
                self._strike(Phase.ACT, done=True)

    def _handled(self, call: Call) -> Reply:
        self._strike(Phase.READING)
        with self.scene.while_reading:
            return self.route.handle(call)

    def _record(self, envelope: Envelope) -> None:
        fault = " + ".join(hit.fault.short for hit in self.struck)
        self.route.record(self.scene.request, self.scene.call, envelope, self._began, fault)

    def _sent(self) -> Response:
        if self.scene.sent is None:  # unreachable: every way here sets it
            raise TypeError("a call was not answered")
        return self.scene.sent
