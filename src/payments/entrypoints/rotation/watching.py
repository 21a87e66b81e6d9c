"""Watching: a thread that reloads the settings when one of their files has changed, or when SIGHUP came."""

import logging
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, Final

import attrs

from payments.entrypoints.rotation.reloading import Reloading, Stamp, stamp_of

log = logging.getLogger("payments.settings")

LOOK_EVERY_SECONDS: Final = 1.0
REPEAT_AFTER_SECONDS: Final = 60.0
"""When settings that could not be used are tried again: a provider may accept a new secret a little later."""


@attrs.define(eq=False)
class Watch:
    """One process's watch over its settings. A file that is written in two steps is read again after the second."""

    reloading: Reloading
    _seen: Sequence[Stamp] = attrs.field(init=False)
    _asked: bool = attrs.field(default=False, init=False)
    _repeat_at: float | None = attrs.field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        self._seen = self.reloading.source.stamps

    def ask(self, *_: object) -> None:
        """Have the settings read again soon. A signal's handler may call it, because it takes no lock."""
        self._asked = True

    def look(self) -> None:
        """Read the settings again if there is a reason."""
        stamps = tuple(map(stamp_of, self.reloading.source.files()))
        due = self._repeat_at is not None and time.monotonic() >= self._repeat_at
        if not (self._asked or due or stamps != self._seen):
            return
        self._asked, self._seen = False, stamps
        done = self.reloading.reload()
        self._repeat_at = None if done else time.monotonic() + REPEAT_AFTER_SECONDS


@contextmanager
def watching(reloading: Reloading, *, hangup: bool = True) -> Iterator[Watch]:
    """Look once, then keep looking in a thread. In the main thread, SIGHUP is handled meanwhile if *hangup* is set."""
    watch, stop = Watch(reloading), threading.Event()
    watch.look()
    thread = threading.Thread(target=_keep_looking, args=(watch, stop), name="payments-settings", daemon=True)
    with _on_hangup(watch) if hangup else nullcontext():
        thread.start()
        try:
            yield watch
        finally:
            stop.set()
            thread.join()


def _keep_looking(watch: Watch, stop: threading.Event) -> None:
    while not stop.wait(LOOK_EVERY_SECONDS):
        try:
            watch.look()
        except Exception:
            log.exception("the settings could not be read again: internal-error")


@contextmanager
def _on_hangup(watch: Watch) -> Iterator[None]:
    hangup: Any = getattr(signal, "SIGHUP", None)  # Windows has none
    if hangup is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(hangup, watch.ask)
    try:
        yield
    finally:
        signal.signal(hangup, before)
