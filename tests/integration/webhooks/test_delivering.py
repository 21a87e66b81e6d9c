"""Outgoing webhooks over real sockets: what is sent, and what an endpoint's answer means."""

import threading
from datetime import timedelta
from email.utils import format_datetime

import attrs
import pytest
from builders import NOON
from integration.webhooks.publishing import MESSAGE, OK, SECRET, failure_of, publisher_to
from standardwebhooks import Webhook
from support.endpoint import Endpoint, answers, drips, pours, resets, says
from support.patience import given_time, until

from payments.adapters.webhooks import WebhookPublisher
from payments.domain.use_cases.outbox import LONGEST_RETRY_AFTER
from payments.entrypoints.blocking import run


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
def test_any_other_status_is_retried(status):
    with Endpoint(answers(status, Retry_After="100")) as endpoint:
        failure = failure_of(publisher_to(endpoint.url))
    assert (failure.gone, failure.retry_after) == (False, None)
    assert str(status) in str(failure)


def test_a_410_makes_a_dead_letter():
    with Endpoint(answers(410)) as endpoint:
        assert failure_of(publisher_to(endpoint.url)).gone


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_endpoint_says_how_long_to_wait(status):
    asked = [str(90), format_datetime(NOON + timedelta(hours=1), usegmt=True), "9" * 5000, "soon"]
    with Endpoint(*(answers(status, Retry_After=text) for text in asked)) as endpoint:
        publisher = attrs.evolve(publisher_to(endpoint.url), now=lambda: NOON)
        seconds, date, longest, nonsense = (failure_of(publisher).retry_after for _ in asked)
    assert seconds == timedelta(seconds=90)
    assert date == timedelta(hours=1)
    assert longest == LONGEST_RETRY_AFTER
    assert nonsense is None


def test_a_redirect_is_not_followed_and_its_body_is_not_read():
    with (
        Endpoint() as target,
        Endpoint(pours(f"HTTP/1.1 307 Over\r\nLocation: {target.url}\r\n\r\n".encode())) as endpoint,
    ):
        failure = failure_of(publisher_to(endpoint.url))
        assert "redirects are not followed" in str(failure)
        assert target.connections == 0
        assert endpoint.poured < 16 * 2**20  # what the buffers of two sockets hold, not what can be sent in 10 s


def test_only_the_beginning_of_an_endless_body_is_read():
    with Endpoint(pours(OK + b"\r\n")) as endpoint:
        run(publisher_to(endpoint.url).publish(MESSAGE))
        assert endpoint.poured < 16 * 2**20


def test_a_200_counts_even_if_the_body_never_ends_in_time():
    """The status is the answer; to send again for want of a body would tell the shop twice for nothing."""
    with Endpoint(drips(OK + b"Content-Length: 9999\r\n\r\n", b".")) as endpoint:
        given_time(lambda seconds: run(publisher_to(endpoint.url, total_seconds=seconds).publish(MESSAGE)))


@pytest.mark.parametrize(
    "manner",
    [resets, says(b""), says(b"SSH-2.0-OpenSSH\r\n"), says(b"HTTP/1.1 abc\r\n\r\n"), says(b"\x00" * 70_000)],
    ids=["reset", "closed", "another protocol", "no status", "garbage"],
)
def test_an_invalid_answer_is_a_failure(manner):
    with Endpoint(manner) as endpoint:
        assert "closed the connection" in str(failure_of(publisher_to(endpoint.url)))


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
