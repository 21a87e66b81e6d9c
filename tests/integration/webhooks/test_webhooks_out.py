"""Outgoing webhooks over real sockets: what an endpoint may do to us, and what an address may not."""

import contextlib
import socket
import threading
from datetime import timedelta
from email.utils import format_datetime

import attrs
import pytest
from builders import NOON
from standardwebhooks import Webhook
from support.endpoint import Endpoint, answers, certificate_for, drips, hangs, pours, resets, says
from support.patience import EVENTUALLY, given_time, until

from payments.adapters.webhooks import WebhookPublisher, WebhookSettings, addresses, new_secret
from payments.domain.messages import DeliveryFailed, Message
from payments.domain.use_cases.outbox import LONGEST_RETRY_AFTER
from payments.entrypoints.blocking import run

SECRET = new_secret()
MESSAGE = Message(id="m_1_3", merchant_id="m_1", body='{"type":"payment.captured","order":"멤버십"}', created_at=NOON)
OK = b"HTTP/1.1 200 OK\r\n"


def publisher_to(url: str, **changes) -> WebhookPublisher:
    return WebhookPublisher(WebhookSettings(**{"url": url, "secrets": (SECRET,), "allow_private": True} | changes))


def failure_of(publisher: WebhookPublisher) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as caught:
        run(publisher.publish(MESSAGE))
    assert "T0KEN" not in str(caught.value)
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None  # a cause repeats the URL, and would be printed in a trace
    assert caught.value.__suppress_context__ or not caught.value.__context__
    return caught.value


def test_the_shop_gets_the_very_bytes_and_can_verify_them():
    with Endpoint(answers(500), answers(204)) as endpoint:
        failure_of(publisher_to(endpoint.url))
        run(publisher_to(endpoint.url).publish(MESSAGE))
        first, second = endpoint.received.get(), endpoint.received.get()
    assert first.line == "POST /hook?token=T0KEN HTTP/1.1"
    assert first.headers["content-type"] == "application/json"
    assert first.body == second.body == MESSAGE.body.encode()
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == MESSAGE.id
    for received in (first, second):
        Webhook(SECRET).verify(received.body, received.headers)


def test_every_send_is_stamped_with_its_own_time():
    times = iter([NOON, NOON + timedelta(hours=2)])
    with Endpoint() as endpoint:
        publisher = WebhookPublisher(publisher_to(endpoint.url).settings, now=lambda: next(times))
        run(publisher.publish(MESSAGE))
        run(publisher.publish(MESSAGE))
        stamps = [int(endpoint.received.get().headers["webhook-timestamp"]) for _ in range(2)]
    assert stamps == [int(NOON.timestamp()), int(NOON.timestamp()) + 7200]


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_delivered(status):
    with Endpoint(answers(status, b"" if status == 204 else b"ok")) as endpoint:
        run(publisher_to(endpoint.url).publish(MESSAGE))


@pytest.mark.parametrize("status", [304, 400, 401, 404, 500, 502])
def test_anything_else_is_tried_again(status):
    with Endpoint(answers(status, Retry_After="100")) as endpoint:
        failure = failure_of(publisher_to(endpoint.url))
    assert (failure.gone, failure.retry_after) == (False, None)
    assert str(status) in str(failure)


def test_410_means_no_more():
    with Endpoint(answers(410)) as endpoint:
        assert failure_of(publisher_to(endpoint.url)).gone


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_shop_says_when_to_come_back(status):
    asked = [str(90), format_datetime(NOON + timedelta(hours=1), usegmt=True), "9" * 5000, "soon"]
    with Endpoint(*(answers(status, Retry_After=text) for text in asked)) as endpoint:
        publisher = attrs.evolve(publisher_to(endpoint.url), now=lambda: NOON)
        seconds, date, longest, nonsense = (failure_of(publisher).retry_after for _ in asked)
    assert seconds == timedelta(seconds=90)
    assert date == timedelta(hours=1)
    assert longest == LONGEST_RETRY_AFTER
    assert nonsense is None


def test_a_redirect_is_not_followed_and_its_body_not_swallowed():
    with (
        Endpoint() as target,
        Endpoint(pours(f"HTTP/1.1 307 Over\r\nLocation: {target.url}\r\n\r\n".encode())) as endpoint,
    ):
        failure = failure_of(publisher_to(endpoint.url))
        assert "redirects are not followed" in str(failure)
        assert target.connections == 0
        assert endpoint.poured < 16 * 2**20  # what the buffers of two sockets hold, not what can be sent in 10 s


def test_an_endless_body_is_read_no_further_than_its_beginning():
    with Endpoint(pours(OK + b"\r\n")) as endpoint:
        run(publisher_to(endpoint.url).publish(MESSAGE))
        assert endpoint.poured < 16 * 2**20


def test_a_200_counts_even_if_the_body_never_ends_in_time():
    """The status is the answer; to send again for want of a body would tell the shop twice for nothing."""
    with Endpoint(drips(OK + b"Content-Length: 9999\r\n\r\n", b".")) as endpoint:
        given_time(lambda seconds: run(publisher_to(endpoint.url, total_seconds=seconds).publish(MESSAGE)))


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
def test_no_endpoint_holds_us_longer_than_the_total_time(manner):
    with Endpoint(manner) as endpoint:
        publisher = publisher_to(endpoint.url, total_seconds=0.5)
        assert "within 0.5 s" in str(failure_of(publisher))


def test_tls_hides_nobody_from_the_total_time(monkeypatch, tmp_path):
    """TLS takes the socket's first handle away: breaks if that one is to be cut."""
    authority, tls = certificate_for("shop.example", tmp_path)
    answered(monkeypatch, [["127.0.0.1"]])
    with Endpoint(drips(OK, b"X-More: and more\r\n", 0.05), tls=tls) as endpoint:

        def ends(total_seconds: float) -> None:
            url = f"https://shop.example:{endpoint.port}/"
            failure_of(publisher_to(url, ca_file=str(authority), total_seconds=total_seconds))
            assert not endpoint.received.empty()  # or it was the handshake that failed

        given_time(ends)


def test_a_tls_handshake_that_drips_does_not_hold_us():
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


@pytest.mark.parametrize(
    "manner",
    [resets, says(b""), says(b"SSH-2.0-OpenSSH\r\n"), says(b"HTTP/1.1 abc\r\n\r\n"), says(b"\x00" * 70_000)],
    ids=["reset", "closed", "another protocol", "no status", "garbage"],
)
def test_an_answer_that_is_none_is_a_failure(manner):
    with Endpoint(manner) as endpoint:
        assert "broke the connection" in str(failure_of(publisher_to(endpoint.url)))


def test_nobody_listening_is_a_failure():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert "could not be reached" in str(failure_of(publisher_to(f"http://127.0.0.1:{port}/")))


def test_a_name_that_nobody_knows_is_a_failure(monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert "could not be reached" in str(failure_of(publisher_to("https://shop.example/")))


def test_a_look_up_that_hangs_does_not_hold_us(monkeypatch):
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait() and [])
    publisher = publisher_to("https://shop.example/", total_seconds=0.3)
    try:
        failure_of(publisher)
    finally:
        over.set()


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"]
)
def test_our_own_network_is_not_called(host):
    """Without TLS at the other end, a connection would show as one; none may come."""
    with Endpoint() as endpoint:
        publisher = publisher_to(f"https://{host}:{endpoint.port}/", allow_private=False)
        assert "not a public address" in str(failure_of(publisher)) or host.startswith(("[", "0x", "2"))
        assert endpoint.connections == 0


def test_one_private_address_among_public_ones_spoils_the_name(monkeypatch):
    with Endpoint() as endpoint:
        answered(monkeypatch, [["93.184.215.14", "127.0.0.1"]])
        assert "not a public address" in str(
            failure_of(publisher_to(f"https://shop.example:{endpoint.port}/", allow_private=False))
        )
        assert endpoint.connections == 0


def test_a_name_that_changes_its_answer_gains_nothing(monkeypatch):
    """127.0.0.2 plays the public address. If a second look-up were made to connect, it would lead to 127.0.0.1."""
    monkeypatch.setattr(addresses, "is_public", lambda address: str(address) == "127.0.0.2")
    with Endpoint(host="127.0.0.2") as public, socket.create_server(("127.0.0.1", public.port)) as private:
        private.setblocking(False)
        asked = answered(monkeypatch, [["127.0.0.2"], ["127.0.0.1"]])
        publisher = publisher_to(f"http://shop.example:{public.port}/")
        object.__setattr__(publisher.settings, "allow_private", False)  # plain http, so that the body can be seen
        run(publisher.publish(MESSAGE))
        assert public.received.get(timeout=EVENTUALLY).headers["host"] == f"shop.example:{public.port}"
        assert asked == ["shop.example"]
        with pytest.raises(BlockingIOError):
            private.accept()
        assert "not a public address" in str(failure_of(publisher))


def test_an_address_that_does_not_answer_leaves_the_next_one_its_chance(monkeypatch):
    with Endpoint() as endpoint:
        answered(monkeypatch, [["127.0.0.3", "127.0.0.1"]])
        run(publisher_to(f"http://shop.example:{endpoint.port}/").publish(MESSAGE))
        assert endpoint.connections == 1


def answered(monkeypatch, answers: list[list[str]]) -> list[str]:
    """Let the n-th look-up of shop.example find the n-th of *answers*; returns what was asked."""
    asked: list[str] = []

    def getaddrinfo(host, port, **_):
        asked.append(host)
        found = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def test_the_certificate_is_checked_against_the_name_not_the_address(monkeypatch, tmp_path):
    authority, tls = certificate_for("shop.example", tmp_path)
    names: list[str | None] = []
    tls.sni_callback = lambda _, name, __: names.append(name)
    answered(monkeypatch, [["127.0.0.1"]])
    with Endpoint(tls=tls) as endpoint:
        right, wrong = (f"https://{host}:{endpoint.port}/" for host in ("shop.example", "other.example"))
        run(publisher_to(right, ca_file=str(authority)).publish(MESSAGE))
        assert endpoint.received.get(timeout=EVENTUALLY).body == MESSAGE.body.encode()
        assert names == ["shop.example"]
        assert "TLS" in str(failure_of(publisher_to(wrong, ca_file=str(authority))))
        assert "TLS" in str(failure_of(publisher_to(right)))  # nobody knows this authority
        assert endpoint.received.empty()


def test_the_environment_has_no_say(monkeypatch, tmp_path):
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


def test_many_at_once_share_one_publisher():
    with Endpoint() as endpoint:
        publisher = publisher_to(endpoint.url)
        threads = [threading.Thread(target=lambda: run(publisher.publish(MESSAGE))) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert endpoint.received.qsize() == 16


def test_no_thread_and_no_socket_is_left_behind():
    def our_kind(thread):
        return thread.name == "webhook-look-up" or isinstance(thread, threading.Timer)

    others = set(threading.enumerate())
    with Endpoint(answers(200)) as endpoint:
        publisher = publisher_to(endpoint.url)
        for _ in range(20):
            run(publisher.publish(MESSAGE))
        until(lambda: not any(our_kind(thread) for thread in set(threading.enumerate()) - others))
