"""Heads that two servers could read differently, or that are meant for another host, are refused."""

import socket
from urllib.parse import urlsplit

import pytest
from support.api import RunningApi, running_api, slug
from support.patience import EVENTUALLY

from payments.entrypoints.http.edge.heads import MAX_HEADERS
from payments.entrypoints.service import Web


def raw(api: RunningApi, head: bytes) -> bytes:
    """Send *head*, and return all that comes until the server closes."""
    parts = urlsplit(api.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=EVENTUALLY) as client:
        client.sendall(head)
        received = b""
        while more := client.recv(65_536):
            received += more
        return received


def test_two_lengths_of_one_body_close_the_connection(api: RunningApi):
    """Fails where a proxy in front takes the other length, and what follows is a request of somebody else."""
    head = b"POST /webhooks/iamport HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
    answer = raw(api, head + b"0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400")
    assert answer.count(b"HTTP/1.1") == 1


def test_too_many_headers_are_refused(api: RunningApi):
    answer = api.get("/payments", headers={f"X-{number}": "1" for number in range(MAX_HEADERS)})
    assert (answer.status_code, slug(answer)) == (431, "head-too-large")


@pytest.mark.parametrize("host", ["evil.test", "pay.shop.test.evil.test", "", "127.0.0.1"])
def test_an_unknown_host_is_refused_where_hosts_are_named(host):
    with running_api(web=Web(allowed_hosts=("pay.shop.test",))) as api:
        assert slug(api.get("/payments", headers={"Host": host})) == "wrong-host"
        for known in ("pay.shop.test", "PAY.shop.test:8443"):
            assert api.get("/payments", headers=api.alice | {"Host": known}).status_code == 200
        assert api.get("/readyz", headers={"Host": host}).status_code == 200  # probes know no name
