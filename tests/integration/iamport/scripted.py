"""A provider on a real socket that answers as a test tells it to, also in ways no HTTP library would.

Scripted       the server: what it is asked is in `seen`, what it does next in `acts` (the last one is repeated)
granted        a success in the envelope; `refused`, `answered` others
hang, drip, reset, cut, say     what else a socket can do
"""

import contextlib
import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from typing import Any

import attrs
from support.patience import EVENTUALLY

TOKEN = "a1b2c3d4e5" * 4
TOKEN_PATH = "/users/getToken"


@attrs.frozen
class Seen:
    """A request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Act = Callable[["Scripted", socket.socket, Seen], bool]
"""Does something to a connection that has just sent a request; True to go on with the connection."""


def say(text: bytes) -> Act:
    """Send *text* as it stands and close."""

    def act(_: "Scripted", connection: socket.socket, __: Seen) -> bool:
        connection.sendall(text)
        return False

    return act


def http(status: int, body: bytes, *headers: str) -> bytes:
    """An HTTP answer with a true Content-Length."""
    lines = [f"HTTP/1.1 {status} Scripted", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def answered(status: int, body: bytes, *headers: str) -> Act:
    """A whole answer; the connection stays open."""

    def act(_: "Scripted", connection: socket.socket, __: Seen) -> bool:
        connection.sendall(http(status, body, *headers))
        return True

    return act


def enveloped(status: int, code: int, message: str | None, response: object) -> Act:
    return answered(status, json.dumps({"code": code, "message": message, "response": response}).encode())


def granted(response: object) -> Act:
    return enveloped(200, 0, None, response)


def refused(status: int, code: int, message: str) -> Act:
    return enveloped(status, code, message, None)


def token(life: float = 1800, text: str = TOKEN) -> Act:
    return granted({"access_token": text, "now": 1512446940, "expired_at": 1512446940 + life})


def hang(server: "Scripted", _: socket.socket, __: Seen) -> bool:
    """Say nothing until the end."""
    server.over.wait()
    return False


def drip(text: bytes, every: float, *, at_once: int = 0) -> Act:
    """Send a byte at a time after the first *at_once*, faster than any time-out between two reads."""

    def act(server: "Scripted", connection: socket.socket, _: Seen) -> bool:
        connection.sendall(text[:at_once])
        for byte in text[at_once:]:
            connection.sendall(bytes([byte]))
            if server.over.wait(every):
                break
        return False

    return act


def reset(_: "Scripted", connection: socket.socket, __: Seen) -> bool:
    """Break the connection off with RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


def flood(chunk: bytes) -> Act:
    """Send without end."""

    def act(server: "Scripted", connection: socket.socket, _: Seen) -> bool:
        while not server.over.is_set():
            connection.sendall(chunk)
        return False

    return act


class Scripted:
    """Serves until it is closed. Tokens are granted unless `token_acts` say otherwise."""

    def __init__(self, *acts: Act, token_acts: tuple[Act, ...] = (), tls: ssl.SSLContext | None = None) -> None:
        self.acts, self.token_acts = list(acts), list(token_acts) or [token()]
        self.seen: list[Seen] = []
        self.connections = 0
        self.over = threading.Event()
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._tls = tls
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._listener.getsockname()[1]}"
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def asked(self, path: str = "", *, tokens: bool = False) -> list[Seen]:
        """The requests whose path begins so; those for tokens only when asked for."""
        with self._lock:
            return [s for s in self.seen if s.target.startswith(path) and (s.target == TOKEN_PATH) == tokens]

    @property
    def tokens_asked(self) -> int:
        return len(self.asked(TOKEN_PATH, tokens=True))

    def __enter__(self) -> "Scripted":
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(timeout=EVENTUALLY)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with self._lock:
                self._open.append(connection)
            self._converse(connection)

    def _converse(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as reader:
            while (seen := _request(reader)) is not None:
                if not self._next(seen)(self, connection, seen):
                    return

    def _next(self, seen: Seen) -> Act:
        with self._lock:
            self.seen.append(seen)
            acts = self.token_acts if seen.target == TOKEN_PATH else self.acts
            return acts.pop(0) if len(acts) > 1 else acts[0]


def _request(reader: Any) -> Seen | None:
    first = reader.readline().decode("latin-1").split(" ")
    if len(first) != 3:
        return None  # the end, or not HTTP
    method, target, _ = first
    headers: dict[str, str] = {}
    while (line := reader.readline().decode("latin-1").strip()) != "":
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return Seen(method, target, headers, reader.read(int(headers.get("content-length", 0))))
