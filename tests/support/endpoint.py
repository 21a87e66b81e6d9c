"""Endpoint: a webhook receiver on a real socket that behaves as badly as it is told.

├── Endpoint            listens on this machine, keeps what it receives, answers by the next of its manners
├── answers, drips...   manners: what to do with a connection whose request has been read
└── certificate_for     a certificate authority of this test's own, and a server's TLS context
"""

import datetime
import queue
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import attrs
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from support.patience import EVENTUALLY


@attrs.frozen
class Received:
    """One request as it came in; header names in lower case."""

    line: str
    headers: dict[str, str]
    body: bytes


Manner = Callable[[socket.socket, "Endpoint"], None]


def answers(status: int, body: bytes = b"ok", **headers: str) -> Manner:
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return lambda connection, _: connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)


def says(text: bytes) -> Manner:
    """Send exactly this, and close."""
    return lambda connection, _: connection.sendall(text)


def hangs(_: socket.socket, endpoint: "Endpoint") -> None:
    """Say nothing until the test is over."""
    endpoint.closing.wait()


def resets(connection: socket.socket, _: "Endpoint") -> None:
    """Slam the door."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def drips(head: bytes, drop: bytes, every: float = 0.02) -> Manner:
    """Send *head*, then *drop* for ever: no single read ever has to wait long."""

    def drip(connection: socket.socket, endpoint: "Endpoint") -> None:
        connection.sendall(head)
        while not endpoint.closing.wait(every):
            connection.sendall(drop)

    return drip


def pours(head: bytes, chunk: bytes = b"x" * 65536) -> Manner:
    """Send *head*, then an endless body as fast as it is taken; count what was taken."""

    def pour(connection: socket.socket, endpoint: "Endpoint") -> None:
        connection.sendall(head)
        while not endpoint.closing.is_set():
            endpoint.poured += connection.send(chunk)

    return pour


class Endpoint:
    """Use it in a `with`; `manners` are used up one after the other, the last stays."""

    def __init__(
        self, *manners: Manner, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
    ) -> None:
        self.manners = list(manners) or [answers(200)]
        self.received: queue.Queue[Received] = queue.Queue()
        self.connections = 0
        self.poured = 0
        self.closing = threading.Event()
        self._tls = tls
        self._listener = socket.create_server((host, port), backlog=64)
        self._threads: list[threading.Thread] = []

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?token=T0KEN"

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        with socket.socket() as caller:  # wakes the listening thread, and asks no look-up for it
            caller.connect(self._listener.getsockname())
            self._threads[0].join()
        self._listener.close()
        for thread in self._threads:
            thread.join(timeout=EVENTUALLY)

    def _start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self.closing.is_set():
            connection, _ = self._listener.accept()
            if self.closing.is_set():
                connection.close()
                return
            self.connections += 1
            self._start(lambda connection=connection: self._serve(connection))  # type: ignore[misc]

    def _serve(self, plain: socket.socket) -> None:
        with plain:
            try:
                with self._tls.wrap_socket(plain, server_side=True) if self._tls else plain as connection:
                    self.received.put(_read(connection))
                    manner = self.manners.pop(0) if len(self.manners) > 1 else self.manners[0]
                    manner(connection, self)
            except OSError:
                return  # the other side left, which is often the point


def _read(connection: socket.socket) -> Received:
    text = b""
    while b"\r\n\r\n" not in text:
        piece = connection.recv(65536)
        if not piece:
            raise ConnectionError("no request came")
        text += piece
    head, _, body = text.partition(b"\r\n\r\n")
    line, *fields = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (field.partition(": ") for field in fields)}
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(65536)
    return Received(line, headers, body)


def certificate_for(host: str, folder: Path) -> tuple[Path, ssl.SSLContext]:
    """Return the file of a new authority that vouches for *host* alone, and the context of a server that shows it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a test")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    authority, secret = folder / "authority.pem", folder / "key.pem"
    authority.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority, secret)
    return authority, context
