"""WebhookPublisher: sends one message as one POST. Every failure is raised as DeliveryFailed."""

import ssl
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from typing import Final

import attrs
import requests
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.exceptions import HTTPError

from payments.adapters.webhooks.dialling import Dialler, PrivateAddressError
from payments.adapters.webhooks.retry_after import wait_of
from payments.adapters.webhooks.settings import WebhookSettings, host_of
from payments.adapters.webhooks.signing import Signer
from payments.adapters.webhooks.transport import DialledAdapter
from payments.domain.messages import DeliveryFailed, Message

MAX_BODY_BYTES: Final = 64 * 1024
"""How much of an answer's body is read and thrown away. Only the status matters."""

GONE: Final = 410
BUSY: Final = (429, 503)


def utc_now() -> datetime:
    """Return the time in UTC."""
    return datetime.now(UTC)


@attrs.frozen
class WebhookPublisher:
    """Sends messages to one endpoint. 2xx is delivered, 410 makes a dead letter, and any other answer is retried.

    With 429 and 503, `Retry-After` is honoured. Every message has a new connection, because the endpoint
    may close an idle one just as it is used again.
    """

    settings: WebhookSettings
    now: Callable[[], datetime] = utc_now
    _signer: Signer = attrs.field(init=False, repr=False)
    _tls: ssl.SSLContext = attrs.field(init=False, repr=False)

    @_signer.default
    def _signer_of_settings(self) -> Signer:
        return Signer.of(self.settings.secrets)

    @_tls.default
    def _tls_of_settings(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.settings.ca_file or DEFAULT_CA_BUNDLE_PATH)

    async def publish(self, message: Message) -> None:
        """Send the message once, within `total_seconds`. Raises DeliveryFailed."""
        settings = self.settings
        times = (settings.connect_seconds, settings.total_seconds)
        with (
            Dialler(*times, allow_private=settings.allow_private) as dialler,
            closing(DialledAdapter(dialler.dial, self._tls)) as adapter,
        ):
            try:
                answer = adapter.send(self._request(message), stream=True, timeout=times)
            except (requests.RequestException, HTTPError, OSError, ValueError, PrivateAddressError) as error:
                raise DeliveryFailed(self._sentence(error, dialler)) from None  # their texts contain the URL
            with closing(answer):
                if dialler.remaining <= 0:  # headers that were cut off look like an answer
                    raise DeliveryFailed(self._timed_out())
                _drain(answer)
                self._judge(answer)

    def _request(self, message: Message) -> requests.PreparedRequest:
        body = message.body.encode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "payments-webhooks",
            "Accept-Encoding": "identity",
            "Connection": "close",
        } | self._signer.headers(message.id, int(self.now().timestamp()), body)
        return requests.Request("POST", self.settings.url, headers=headers, data=body).prepare()

    def _judge(self, answer: requests.Response) -> None:
        status = answer.status_code
        if 200 <= status < 300:
            return
        answered = f"{host_of(self.settings.url)} answered {status}"
        if status == GONE:
            raise DeliveryFailed(f"{answered}: it accepts no more messages.", gone=True)
        if 300 <= status < 400:
            raise DeliveryFailed(f"{answered}; redirects are not followed. Configure the new URL.")
        wait = wait_of(answer.headers.get("Retry-After"), self.now()) if status in BUSY else None
        raise DeliveryFailed(f"{answered}.", retry_after=wait)

    def _sentence(self, error: Exception, dialler: Dialler) -> str:
        host = host_of(self.settings.url)
        if isinstance(error, PrivateAddressError):
            return f"{host} is not a public address. Nothing was sent. To send there, allow private addresses."
        if dialler.remaining <= 0:
            return self._timed_out()
        if isinstance(error, requests.exceptions.SSLError):
            return f"The TLS connection to {host} failed. Check its certificate."
        if not dialler.dialled:
            return f"{host} could not be reached. Nothing was sent."
        return f"{host} closed the connection, or its answer is not HTTP."

    def _timed_out(self) -> str:
        return f"{host_of(self.settings.url)} did not answer within {self.settings.total_seconds:g} s."


def _drain(answer: requests.Response) -> None:
    """Read a bounded part of the body. An error is ignored, because the status has arrived."""
    try:
        answer.raw.read(MAX_BODY_BYTES, decode_content=False)
    except (HTTPError, OSError, ValueError):
        return
