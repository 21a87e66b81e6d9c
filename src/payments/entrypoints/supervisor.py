"""Supervisor: several processes for one listening socket. It starts them, replaces those that end, and stops them all.

It forks: the processes share the socket, so no connection is refused while one is replaced. The parent opens nothing
but the socket and starts no thread, because neither connections nor threads survive a fork.

Place   one of the processes, as it knows itself: its number, its core, and how it says that it is ready
"""

import contextlib
import logging
import os
import select
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable
from typing import Final

import attrs

from payments.domain.errors import PaymentsError
from payments.entrypoints.service import BadSettings

log = logging.getLogger("payments.processes")

STOP_SECONDS: Final = 30.0
"""How long processes may finish their requests before they are killed: longer than a server takes to stop."""
LONGEST_PAUSE_SECONDS: Final = 30.0
POLL_SECONDS: Final = 0.2

Work = Callable[["Place"], None]


@attrs.frozen
class Place:
    """Number 0 is the first process. `ready` tells the parent that this process serves."""

    number: int
    ready: Callable[[], None]


@attrs.define
class _Child:
    place: int
    pid: int
    started: float


@attrs.define
class Supervisor:
    """Runs *work* in *processes* processes until SIGTERM or SIGINT; a second signal kills them."""

    work: Work
    processes: int
    _running: dict[int, _Child] = attrs.field(factory=dict, init=False)
    _failures: dict[int, int] = attrs.field(factory=dict, init=False)
    _due: dict[int, float] = attrs.field(factory=dict, init=False)
    _signals: int = attrs.field(default=0, init=False)
    _alive: tuple[int, int] = attrs.field(factory=os.pipe, init=False)  # its end tells children that the parent is gone

    def run(self, announce: Callable[[], None]) -> None:
        """Call *announce* once all serve, and return when all have ended. Raises BadSettings if one cannot start."""
        before = {number: signal.signal(number, self._on_signal) for number in (signal.SIGTERM, signal.SIGINT)}
        before[signal.SIGHUP] = signal.signal(signal.SIGHUP, self._pass_on)
        try:
            if self._start_all():
                announce()
            while not self._signals:
                self._replace_ended()
                time.sleep(POLL_SECONDS)
        finally:
            self._stop_all()
            for number, handler in before.items():
                signal.signal(number, handler)
            for end in self._alive:
                os.close(end)

    def _on_signal(self, *_: object) -> None:
        self._signals += 1
        if self._signals > 1:
            self._send(signal.SIGKILL)

    def _pass_on(self, number: int, _: object) -> None:
        self._send(signal.Signals(number))

    def _start_all(self) -> bool:
        for number in range(self.processes):
            ready = self._fork(number)
            try:
                while not self._signals and not select.select([ready], [], [], POLL_SECONDS)[0]:
                    pass
                if not self._signals and not os.read(ready, 1):
                    raise BadSettings("A process could not start; its reason stands above. Nothing was started.")
            finally:
                os.close(ready)
            if self._signals:
                return False
        return True

    def _fork(self, number: int) -> int:
        """Start the process with this number. Returns the pipe that says when it is ready; it ends if that fails."""
        sys.stdout.flush()
        sys.stderr.flush()
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reader)
            self._be_child(number, writer)
        os.close(writer)
        self._running[pid] = _Child(number, pid, time.monotonic())
        return reader

    def _be_child(self, number: int, ready: int) -> None:
        """Work in the new process, and end it: nothing of the parent's stack may go on here."""
        code = 1
        try:
            self._enter_child(number)
            self.work(Place(number, lambda: _tell(ready)))
            code = 0
        except KeyboardInterrupt:
            code = 0
        except PaymentsError as error:
            sys.stderr.write(f"{error}\n")
            code = 2
        except BaseException:  # noqa: BLE001 - the process ends here
            traceback.print_exc()
        finally:
            with contextlib.suppress(OSError, ValueError):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(code)

    def _enter_child(self, number: int) -> None:
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, signal.default_int_handler)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # a new process reads the settings anyway
        if self._signals:  # it came before these handlers
            raise KeyboardInterrupt
        os.close(self._alive[1])
        threading.Thread(target=self._end_with_parent, daemon=True, name="parent").start()
        pin(number)

    def _end_with_parent(self) -> None:
        os.read(self._alive[0], 1)  # returns when the parent, which alone holds the other end, is gone
        os.kill(os.getpid(), signal.SIGTERM)

    def _replace_ended(self) -> None:
        for child in self._ended():
            lived = time.monotonic() - child.started
            failures = 0 if lived > LONGEST_PAUSE_SECONDS else self._failures.get(child.place, 0) + 1
            pause = min(2.0 ** (failures - 2), LONGEST_PAUSE_SECONDS) if failures > 1 else 0.0
            self._failures[child.place] = failures
            self._due[child.place] = time.monotonic() + pause
            log.error("process %s (%s) ended by itself and is replaced in %.0f s", child.place, child.pid, pause)
        for number in [number for number, at in self._due.items() if at <= time.monotonic()]:
            del self._due[number]
            os.close(self._fork(number))

    def _ended(self) -> Iterable[_Child]:
        for pid in list(self._running):
            if os.waitpid(pid, os.WNOHANG)[0]:
                yield self._running.pop(pid)

    def _send(self, number: signal.Signals) -> None:
        for pid in list(self._running):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def _stop_all(self) -> None:
        self._send(signal.SIGTERM)
        ends = time.monotonic() + STOP_SECONDS
        while self._running and time.monotonic() < ends:
            if not list(self._ended()):
                time.sleep(0.02)
        if self._running:
            log.warning("%s processes did not end in time and are killed", len(self._running))
        self._send(signal.SIGKILL)
        for pid in self._running:
            os.waitpid(pid, 0)


def pin(number: int) -> None:
    """Hold this process on one core, where the system allows it: threads that share a core hand over cheaply."""
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        with contextlib.suppress(OSError):
            os.sched_setaffinity(0, {cores[number % len(cores)]})


def _tell(ready: int) -> None:
    with contextlib.suppress(OSError):  # a parent that replaced an ended process does not listen
        os.write(ready, b"r")
    os.close(ready)
