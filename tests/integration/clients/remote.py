"""Remote: objects of a client that lives in another process, in its own language, used from a test as if here.

    client = remote.load("iamporter").Iamporter.keep(imp_key=..., imp_url=...)
    client.find_payment(imp_uid="imp_1")     # the value, or Thrown

One JSON line asks, one answers: see drivers/ for the other end.
"""

import json
import subprocess
from pathlib import Path
from typing import Any, Self

import attrs
from support.patience import EVENTUALLY


class Thrown(Exception):
    """What the client threw: its kind, its text, and its attributes."""

    def __init__(self, kind: str, text: str, attributes: dict[str, Any]) -> None:
        super().__init__(f"{kind}: {text} {attributes}")
        self.kind, self.text, self.attributes = kind, text, attributes


@attrs.frozen
class Named:
    """Something there: an object kept under a number, or what `a.b.c` of it is."""

    remote: "Remote"
    number: int
    path: tuple[str, ...] = ()

    def __getattr__(self, name: str) -> "Named":
        if name.startswith("__"):
            raise AttributeError(name)
        return attrs.evolve(self, path=(*self.path, name))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it and return what it returns, awaited."""
        return self.remote.ask("call", self, args, kwargs)

    def keep(self, *args: Any, **kwargs: Any) -> "Named":
        """Call it and leave the result there: a client, a request, a session."""
        return Named(self.remote, self.remote.ask("keep", self, args, kwargs))

    def value(self) -> Any:
        """Return it as data."""
        return self.remote.ask("value", self, (), {})

    def members(self) -> list[str]:
        """Return the names of what a module or an enumeration holds."""
        return list(self.remote.ask("members", self, (), {}))

    def names(self) -> list[str]:
        """Return the public names of what can be called on it."""
        return list(self.remote.ask("names", self, (), {}))


class Remote:
    """The other process; `with` ends it."""

    def __init__(self, command: list[str], cwd: Path, errors: Path) -> None:
        self.errors = errors
        with errors.open("w") as stderr:
            self.process = subprocess.Popen(
                command, cwd=cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, text=True
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        self.process.wait(EVENTUALLY)
        self.process.stdout.close()

    def load(self, module: str) -> Named:
        """Import a module there."""
        return Named(self, self._tell({"op": "load", "name": module}))

    def ask(self, op: str, on: Named, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Do *op* to a named thing; Thrown if the client throws."""
        return self._tell({"op": op, "on": on.number, "path": on.path, "args": args, "kwargs": kwargs})

    def _tell(self, command: dict[str, Any]) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(command, default=lambda thing: {"$": thing.number}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the client's process has ended: {self.errors.read_text()[-2000:]}")
        answer = json.loads(line)
        if "thrown" in answer:
            raise Thrown(**answer["thrown"])
        return answer["value"]
