"""Uvicorn's protocols, with limits for heads (ten seconds, and 16 KiB), for readers, and for connections.

Uvicorn itself waits forever for a request head, and for a client that does not read, so a client could hold as many
connections as the process may open files, and keep everybody else out. Its httptools protocol also keeps a head of any
size in memory.

HeadDeadline   what both share; H11HeadDeadline is here, the one over httptools in fast_head_deadline
"""

import asyncio
import socket
from typing import Any, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from payments.entrypoints.http.edge.kept import KeptConnection

HEAD_SECONDS: Final = 10.0
MAX_HEAD_SIZE: Final = 16 * 1024
"""Bytes of one request outside its body: head, chunk sizes and trailers. One read of the socket may come on top."""

MAX_UNTAKEN: Final = 64 * 1024
"""Bytes of an answer that wait for a client in memory before no more is written, and about as many in its socket."""
MOST_CONNECTIONS: Final = 1_000
"""Connections of one process, unless its server says otherwise."""
LINGER_SECONDS: Final = 1.0
"""How long a connection that is turned away may take its answer."""

_FULL: Final = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class HeadDeadline(KeptConnection):
    """Closes a connection that has not sent a complete request head in time. Stands before a protocol of uvicorn.

    Checks every `head_seconds`, and that long after a further head began: a connection without a new request since the
    last check is closed, unless a request is being answered or none has begun after an answer. One that has taken
    nothing of an answer between two checks is cut off, however long the answer is, so a client that does not read holds
    it for at most two checks. Connections beyond `most_connections` are turned away at once.
    """

    head_seconds = HEAD_SECONDS
    most_connections = MOST_CONNECTIONS
    _check: asyncio.TimerHandle
    _untaken = 0  # bytes of answers that the client had not taken at the last check
    _resumed = False
    is_turned_away = False

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)  # type: ignore[misc]  # the protocol's, which follows in the list of bases
        transport.set_write_buffer_limits(high=MAX_UNTAKEN)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, MAX_UNTAKEN)
        self._schedule_check(None)
        if len(self.connections) > self.most_connections:
            self._turn_away(transport)

    def _turn_away(self, transport: asyncio.Transport) -> None:
        """Answer before anything is read. To close with a request unread would take the answer from the client."""
        self.is_turned_away = True
        transport.write(_FULL)
        transport.write_eof()
        self._check.cancel()
        self._check = self.loop.call_later(LINGER_SECONDS, transport.abort)

    def data_received(self, data: bytes) -> None:
        if self.is_turned_away:
            return
        waited = self.is_waiting
        super().data_received(data)  # type: ignore[misc]
        if self.is_answering or self.is_waiting or self.transport.is_closing():
            return
        if self.is_between_requests:  # its answer had been given before the rest of its body came
            self.wait_for_next()
        elif waited:
            self._check.cancel()
            self._schedule_check(self.cycle)

    def resume_writing(self) -> None:
        self._resumed = True  # the client took enough for more to be written
        super().resume_writing()  # type: ignore[misc]

    def _schedule_check(self, last_request: Any) -> None:
        self._check = self.loop.call_later(self.head_seconds, self._close_if_silent, last_request)

    def _close_if_silent(self, last_request: Any) -> None:
        """*last_request* is the newest request at the time of the previous check."""
        untaken, before = self.transport.get_write_buffer_size(), self._untaken
        if untaken and untaken >= before > 0 and not self._resumed:
            self.transport.abort()  # to close it would wait for the client
            return
        self._untaken, self._resumed = untaken, False
        if self.transport.is_closing():
            if untaken:
                self._schedule_check(self.cycle)
            return
        if self.cycle is last_request and not self.is_answering and not self.is_waiting:
            self.transport.close()
        else:
            self._schedule_check(self.cycle)

    @property
    def is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    @property
    def is_waiting(self) -> bool:
        """Whether an answer was given and nothing of another request has come."""
        return self.timeout_keep_alive_task is not None and self.is_between_requests

    @property
    def is_between_requests(self) -> bool:
        """Whether the parser has read a whole request and nothing of another."""
        raise NotImplementedError

    def connection_lost(self, exc: Exception | None) -> None:
        self._check.cancel()
        super().connection_lost(exc)  # type: ignore[misc]


class H11HeadDeadline(HeadDeadline, H11Protocol):  # type: ignore[misc]  # typed as a transport, not a base transport
    """Over h11, which is always installed, and limits the size of a head itself."""

    def handle_events(self) -> None:
        before = self.cycle
        super().handle_events()
        if self.cycle is not before:
            self.announce()

    @property
    def is_between_requests(self) -> bool:
        return self.cycle is not None and self.conn.their_state is h11.IDLE and not self.conn.trailing_data[0]
