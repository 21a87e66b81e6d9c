"""Outgoing webhooks over real sockets: which addresses are called, and as whom."""

import socket

import pytest
from integration.webhooks.publishing import MESSAGE, failure_of, publisher_to, resolve_to
from support.endpoint import Endpoint, answers, certificate_for
from support.patience import EVENTUALLY
from support.system.town import held_port

from payments.adapters.webhooks import addresses
from payments.entrypoints.blocking import run


def test_a_refused_connection_is_a_failure():
    with held_port() as port:
        assert "could not be reached" in str(failure_of(publisher_to(f"http://127.0.0.1:{port}/")))


def test_an_unknown_host_name_is_a_failure(monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert "could not be reached" in str(failure_of(publisher_to("https://shop.example/")))


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"]
)
def test_our_own_network_is_not_reachable(host):
    """Without TLS at the other end, a connection would show as one; none may come."""
    with Endpoint() as endpoint:
        publisher = publisher_to(f"https://{host}:{endpoint.port}/", allow_private=False)
        assert "not a public address" in str(failure_of(publisher)) or host.startswith(("[", "0x", "2"))
        assert endpoint.connections == 0


def test_a_host_with_one_private_address_is_refused(monkeypatch):
    with Endpoint() as endpoint:
        resolve_to(monkeypatch, [["93.184.215.14", "127.0.0.1"]])
        assert "not a public address" in str(
            failure_of(publisher_to(f"https://shop.example:{endpoint.port}/", allow_private=False))
        )
        assert endpoint.connections == 0


def test_a_name_that_changes_its_address_is_not_followed(monkeypatch):
    """127.0.0.2 plays the public address. If a second look-up were made to connect, it would lead to 127.0.0.1."""
    monkeypatch.setattr(addresses, "is_public", lambda address: str(address) == "127.0.0.2")
    with (
        socket.create_server(("127.0.0.1", 0)) as private,  # first: of its ports others have many, also as callers
        Endpoint(host="127.0.0.2", port=private.getsockname()[1]) as public,
    ):
        private.setblocking(False)
        asked = resolve_to(monkeypatch, [["127.0.0.2"], ["127.0.0.1"]])
        publisher = publisher_to(f"http://shop.example:{public.port}/")
        object.__setattr__(publisher.settings, "allow_private", False)  # plain http, so that the body can be seen
        run(publisher.publish(MESSAGE))
        assert public.received.get(timeout=EVENTUALLY).headers["host"] == f"shop.example:{public.port}"
        assert asked == ["shop.example"]
        with pytest.raises(BlockingIOError):
            private.accept()
        assert "not a public address" in str(failure_of(publisher))


def test_after_an_address_that_does_not_answer_the_next_one_is_tried(monkeypatch):
    with Endpoint() as endpoint:
        resolve_to(monkeypatch, [["127.0.0.3", "127.0.0.1"]])
        run(publisher_to(f"http://shop.example:{endpoint.port}/").publish(MESSAGE))
        assert endpoint.connections == 1


def test_the_certificate_is_checked_against_the_name_not_the_address(monkeypatch, tmp_path):
    authority, tls = certificate_for("shop.example", tmp_path)
    names: list[str | None] = []
    tls.sni_callback = lambda _, name, __: names.append(name)
    resolve_to(monkeypatch, [["127.0.0.1"]])
    with Endpoint(tls=tls) as endpoint:
        right, wrong = (f"https://{host}:{endpoint.port}/" for host in ("shop.example", "other.example"))
        run(publisher_to(right, ca_file=str(authority)).publish(MESSAGE))
        assert endpoint.received.get(timeout=EVENTUALLY).body == MESSAGE.body.encode()
        assert names == ["shop.example"]
        assert "TLS" in str(failure_of(publisher_to(wrong, ca_file=str(authority))))
        assert "TLS" in str(failure_of(publisher_to(right)))  # nobody knows this authority
        assert endpoint.received.empty()


def test_the_environments_proxies_are_ignored(monkeypatch, tmp_path):
    (tmp_path / ".netrc").write_text("default login thief password thief\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    with Endpoint() as proxy, Endpoint(answers(200, Set_Cookie="a=b")) as endpoint:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        publisher = publisher_to(endpoint.url)
        run(publisher.publish(MESSAGE))
        run(publisher.publish(MESSAGE))
        for _ in range(2):
            headers = endpoint.received.get().headers
            assert not {"authorization", "cookie"} & headers.keys()
        assert proxy.connections == 0
