"""Use cases driven step by step: every `await` is a place to be overtaken, cut off, or killed.

├── Process       one use case on its way: a request, a webhook, a sweep; it can be killed between any two steps
└── Pausing       wraps a port: every call pauses before its work and again before its answer

No event loop, no thread, no sleep: whoever steps the processes decides the order; the same order ends the same.
"""

import itertools
from collections.abc import Callable, Coroutine, Generator
from types import coroutine
from typing import Any

from payments.domain.errors import PaymentsError


@coroutine
def pause(where: str) -> Generator[str, None, None]:
    """Stand still at a place where others may run, or this one may die."""
    yield where


class Process:
    """One use case on its way. `at` is where it stands; in the end it has a `result` or an `error`."""

    def __init__(self, name: str, use_case: Coroutine[Any, Any, Any]) -> None:
        self.name, self.at, self.alive = name, "start", True
        self.result: Any = None
        self.error: PaymentsError | None = None
        self._use_case = use_case

    def step(self) -> None:
        """Go on to the next pause, or to the end. Whatever is no PaymentsError is a bug and comes out here."""
        try:
            self.at = self._use_case.send(None)
        except StopIteration as done:
            self.alive, self.result = False, done.value
        except PaymentsError as error:
            self.alive, self.error = False, error

    def run(self, steps: int | None = None) -> "Process":
        """Go on *steps* times (None: to the end)."""
        for _ in itertools.count() if steps is None else range(steps):
            if not self.alive:
                break
            self.step()
        return self

    def kill(self) -> None:
        """Die here, as by kill -9: nothing is cleaned up, and nobody is told."""
        self._use_case.close()
        self.alive = False


class Pausing:
    """A port, every call of which pauses before its work is done and again before the answer is heard."""

    def __init__(self, port: object) -> None:
        self._port = port

    def __getattr__(self, name: str) -> Callable[..., Coroutine[Any, Any, Any]]:
        async def call(*args: Any, **named: Any) -> Any:
            await self._leaving(name)
            answer = await self._work(name, *args, **named)
            await pause(f"after {name}")
            return answer

        return call

    async def _leaving(self, name: str) -> None:
        await pause(f"before {name}")

    async def _work(self, name: str, *args: Any, **named: Any) -> Any:
        return await getattr(self._port, name)(*args, **named)
