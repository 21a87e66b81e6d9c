"""A publisher to an endpoint of the test, the message it sends, and the failure that it reports."""

import socket

import pytest
from builders import NOON

from payments.adapters.webhooks import WebhookPublisher, WebhookSettings, new_secret
from payments.domain.messages import DeliveryFailed, Message
from payments.entrypoints.blocking import run

SECRET = new_secret()

BODY = '{"type":"payment.captured","order":"멤버십"}'
MESSAGE = Message(id="m_1_3", merchant_id="m_1", version=3, body=BODY, created_at=NOON)

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


def resolve_to(monkeypatch: pytest.MonkeyPatch, answers: list[list[str]]) -> list[str]:
    """Make the n-th resolving of a host name return the n-th of *answers*; return the list of resolved names."""
    resolved: list[str] = []

    def getaddrinfo(host, port, **_):
        resolved.append(host)
        found = answers[min(len(resolved), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return resolved
