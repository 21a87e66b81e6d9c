"""StruckCall: one call of the API that faults strike, from its first byte to its last.

Refused calls are not even read. Otherwise: read, wait, let others act, do the work, let others act, note it in the
journal, wait, and answer wrongly or not at all.
"""

import asyncio
import time
from contextlib import nullcontext
from typing import TYPE_CHECKING, Final

import attrs
from starlette.requests import Request
from starlette.responses import Response

from payments.entrypoints.sandbox.faults import answers as faults_answers
from payments.entrypoints.sandbox.faults.acts import ACTS, act, as_it_was, has_past
from payments.entrypoints.sandbox.faults.answers import HTML, JSON
from payments.entrypoints.sandbox.faults.armed import Armed
from payments.entrypoints.sandbox.faults.transport import Broken, Dripping, transport_of
from payments.entrypoints.sandbox.payments.messages import Refusal, RefusedError
from payments.entrypoints.sandbox.wire.wire import Call, Envelope, Reply

if TYPE_CHECKING:
    from payments.entrypoints.sandbox.api.endpoint import Endpoint

INSTEAD: Final = ("error", "html")
MANGLING: Final = ("truncated", "garbage", "missing", "ill-typed")
SENDING: Final = ("drop", "cut", "drip")
NOTHING_SAID: Final = Envelope(0, 0, None, None)
"""What the journal has of a call that was not answered because nothing was done."""


@attrs.define
class StruckCall:
    """A call, and the faults that are to strike it; `struck` are those that did."""

    endpoint: "Endpoint"
    request: Request
    hits: list[Armed]
    struck: list[Armed] = attrs.field(factory=list, init=False)

    async def answered(self) -> Response:
        """Return what is sent, after the work, if any, was done."""
        with self.endpoint.sandbox.faults.under_way():
            if refusing := self._first(("refuse",)):
                return self._refused(refusing)
            response = await self._worked()
        return self._sent(response)

    def _first(self, kinds: tuple[str, ...], *, done: bool | None = None) -> Armed | None:
        meant = (hit for hit in self.hits if hit.fault.what in kinds and done in (None, hit.fault.done))
        return next(meant, None)

    def _strike(self, hit: Armed) -> Armed:
        hit.applied += 1
        self.struck.append(hit)
        return hit

    def _refused(self, hit: Armed) -> Response:
        transport = transport_of(self.request)
        self._strike(hit)
        self._record(None, NOTHING_SAID, time.perf_counter())
        return Broken(transport, reset=True)

    async def _worked(self) -> Response:
        began, call, endpoint = time.perf_counter(), None, self.endpoint
        instead = self._first(INSTEAD, done=False)
        try:
            call = await endpoint.read(self.request)
            await self._wait(done=False)
            if instead:
                self._strike(instead)
                envelope = faults_answers.error_envelope(int(instead.fault.setting))
            else:
                envelope = Envelope.of(self._work(call))
        except RefusedError as error:
            envelope = Envelope.of(error.refusal)
        response = self._mangled(envelope, instead)
        self._foretell()
        self._record(call, envelope, began)
        await self._wait(done=True)
        return response

    async def _wait(self, *, done: bool) -> None:
        for hit in self.hits:
            if hit.fault.what == "delay" and hit.fault.done is done:
                if not done:
                    self._strike(hit)
                await asyncio.sleep(float(hit.fault.setting))

    def _foretell(self) -> None:
        """Count what is still to come of this call, so that the journal has it while it comes."""
        sending = self._first(SENDING)
        for hit in self.hits:
            if hit is sending or (hit.fault.what == "delay" and hit.fault.done):
                self._strike(hit)

    def _work(self, call: Call) -> Reply | Refusal:
        sandbox = self.endpoint.sandbox
        with sandbox.lock:
            sandbox.catch_up()
            if self.endpoint.entry.token and (ending := self._first(("token",))):
                self._strike(ending)
                sandbox.tokens.expire()
            self._act(call, done=False)
            try:
                return self.endpoint.answer(call, self._handled)
            finally:
                self._act(call, done=True)

    def _handled(self, call: Call) -> Reply:
        sandbox, old = self.endpoint.sandbox, self._first(("stale",))
        is_old = old is not None and has_past(sandbox, call)
        shown = as_it_was(sandbox.book, int(self._strike(old).fault.setting)) if old and is_old else nullcontext()
        with shown:
            return self.endpoint.entry.handler(sandbox, call)

    def _act(self, call: Call, *, done: bool) -> None:
        for hit in self.hits:
            meant = hit.fault.what in ACTS and hit.fault.done is done
            if meant and act(self.endpoint.sandbox, call, hit.fault):
                self._strike(hit)

    def _mangled(self, envelope: Envelope, instead: Armed | None) -> Response:
        if instead is None and (instead := self._first(INSTEAD, done=True)):
            self._strike(instead)
        if instead:
            status = int(instead.fault.setting)
            if instead.fault.what == "html":
                return Response(faults_answers.page(status), status, media_type=HTML)
            envelope = faults_answers.error_envelope(status)
        response = envelope.rendered()
        if hit := self._first(MANGLING):
            return Response(_mangled(bytes(response.body), self._strike(hit)), envelope.http, media_type=JSON)
        return response

    def _sent(self, response: Response) -> Response:
        sending = self._first(SENDING)
        if sending is None:
            return response
        if sending.fault.what == "drip":
            return Dripping(response, float(sending.fault.setting))
        told = response if sending.fault.what == "cut" else None
        return Broken(transport_of(self.request), told=told)

    def _record(self, call: Call | None, envelope: Envelope, began: float) -> None:
        fault = " + ".join(hit.fault.short for hit in self.struck)
        self.endpoint.record(self.request, call, envelope, (time.perf_counter() - began) * 1000, fault)


def _mangled(body: bytes, hit: Armed) -> bytes:
    if hit.fault.what == "truncated":
        return faults_answers.truncated(body)
    if hit.fault.what == "garbage":
        return faults_answers.garbage(hit.chance)
    change = faults_answers.without if hit.fault.what == "missing" else faults_answers.ill_typed
    return change(body, hit.fault.value, hit.chance)
