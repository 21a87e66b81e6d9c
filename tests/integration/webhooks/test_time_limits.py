"""Outgoing webhooks over real sockets: however an endpoint stalls, the total time ends it."""

import contextlib
import socket
import threading

import pytest
from integration.webhooks.publishing import OK, failure_of, publisher_to, resolve_to
from support.endpoint import Endpoint, certificate_for, drips, hangs
from support.patience import given_time


@pytest.mark.parametrize(
    "manner",
    [
        hangs,
        drips(b"H", b""),
        drips(b"", b"H"),  # a status line that grows
        drips(OK, b"X-More: and more\r\n", 0.05),  # headers without an end, each in time
        drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.05),
    ],
    ids=["silence", "one byte", "status", "headers", "continue"],
)
def test_no_delivery_takes_longer_than_the_total_time(manner):
    with Endpoint(manner) as endpoint:
        publisher = publisher_to(endpoint.url, total_seconds=0.5)
        assert "within 0.5 s" in str(failure_of(publisher))


def test_the_total_time_also_holds_for_tls(monkeypatch, tmp_path):
    """TLS takes the socket's first handle away: breaks if that one is to be cut."""
    authority, tls = certificate_for("shop.example", tmp_path)
    resolve_to(monkeypatch, [["127.0.0.1"]])
    with Endpoint(drips(OK, b"X-More: and more\r\n", 0.05), tls=tls) as endpoint:

        def ends(total_seconds: float) -> None:
            url = f"https://shop.example:{endpoint.port}/"
            failure_of(publisher_to(url, ca_file=str(authority), total_seconds=total_seconds))
            assert not endpoint.received.empty()  # or it was the handshake that failed

        given_time(ends)


def test_a_slow_tls_handshake_does_not_hold_a_delivery():
    stop = threading.Event()

    def drip_a_handshake(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError):
            connection.sendall(b"\x16\x03\x03\x3f\xff\x02\x00\x3f\xfb")  # a record of 16 KiB, begun
            while not stop.wait(0.02):
                connection.sendall(b"\0")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=drip_a_handshake, args=(listener,))
        thread.start()
        publisher = publisher_to(f"https://127.0.0.1:{listener.getsockname()[1]}/", total_seconds=0.5)
        failure_of(publisher)
        stop.set()
        thread.join()


def test_a_hanging_name_resolver_does_not_hold_a_delivery(monkeypatch):
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait() and [])
    publisher = publisher_to("https://shop.example/", total_seconds=0.3)
    try:
        failure_of(publisher)
    finally:
        over.set()
