"""Api: calls with a token, answered in Iamport's envelope; the HTTP of it becomes errors of the domain here.

NotSent     it was not sent, or 429: safe to send again, which is done a few times
Unknown     no answer, 5xx, a redirect, or anything but the envelope; sent again only where that is harmless
Rejected    the envelope refuses (a code other than 0)
CredentialsRefused   401, also with a fresh token: an operator must correct the keys
"""

import logging
import random
import time
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, urlencode

import attrs

from payments.adapters.iamport import wire
from payments.adapters.iamport.fields import cleaned
from payments.adapters.iamport.jsontext import Flat, encoded
from payments.adapters.iamport.settings import IamportSettings
from payments.adapters.iamport.token import Tokens
from payments.adapters.iamport.transport import Answer, Deadline, Transport
from payments.domain.errors import CredentialsRefused, GatewayError, NotSent, Rejected, Unknown

logger = logging.getLogger("payments.iamport")

_HEADERS: Final = {"Accept": "application/json", "User-Agent": "payments"}
_PAUSE: Final = 0.1  # seconds before the first repeat; twice as long before each further one


Query = Mapping[str, str | int]


@attrs.frozen(kw_only=True)
class Call:
    """One call: `path` with `{}` for the id that stands in `about`. A `harmless` one may be sent twice."""

    method: str
    path: str
    about: str = ""
    query: Query = attrs.field(factory=dict)
    body: Flat | None = None
    harmless: bool = False

    @property
    def target(self) -> str:
        """Path and query as they are sent; an id can break out of neither, also not as `.` or `..`."""
        about = quote(self.about, safe="", errors="surrogatepass").replace(".", "%2E")
        path = self.path.replace("{}", about)
        return f"{path}?{urlencode(self.query)}" if self.query else path


@attrs.frozen
class Reply:
    """An answer in the envelope, so of Iamport itself; it may still be a refusal, and with 4xx it always is."""

    status: int
    envelope: wire.Envelope

    @property
    def is_refusal(self) -> bool:
        return self.envelope.code != 0

    @property
    def is_absence(self) -> bool:
        """Whether Iamport says that there is no such thing; a 404 of anything before it is no Reply."""
        return self.status == 404


class Api:
    """Iamport's REST API over a transport. Any thread may call it."""

    def __init__(self, settings: IamportSettings) -> None:
        self._settings = settings
        self._transport = Transport(settings)
        self._tokens = Tokens(self._fetch_token)

    def close(self) -> None:
        self._transport.close()

    def ask(self, call: Call, ends: Deadline) -> Reply:
        """Return the answer, refusals included; repeats what is harmless.

        Raises NotSent, CredentialsRefused or Unknown.
        """
        pause = _PAUSE
        for attempt in range(1, self._settings.tries + 1):
            try:
                return self._logged(call, ends)
            except (NotSent, Unknown) as trouble:
                wait = pause * random.uniform(0.5, 1.5)  # noqa: S311 - spreads callers out, hides nothing
                again = call.harmless or isinstance(trouble, NotSent)
                again = again and not isinstance(trouble, CredentialsRefused)
                if not again or attempt == self._settings.tries or wait >= ends.left:
                    raise
            time.sleep(wait)
            pause *= 2
        raise AssertionError("settings allow at least one try")

    def response(self, call: Call, ends: Deadline) -> object:
        """Return what a granted call answered. Raises Rejected too."""
        reply = self.ask(call, ends)
        if reply.is_refusal:
            raise self.rejection(reply)
        return reply.envelope.response

    def rejection(self, reply: Reply) -> Rejected:
        """Return the refusal in the provider's own words."""
        code, said = cleaned(str(reply.envelope.code), 20), self._discreet(reply.envelope.message)
        return Rejected(f"The provider refused ({code}): {said or 'it did not say why'}. Nothing was done.", code, said)

    def _logged(self, call: Call, ends: Deadline) -> Reply:
        """One line per call; ids are in neither path nor outcome, keys and tokens nowhere."""
        began = time.perf_counter()
        outcome, level = "failed", logging.WARNING
        try:
            reply = self._authorised(call, ends)
            outcome, level = f"{reply.status} code {cleaned(str(reply.envelope.code), 20)}", logging.INFO
        except GatewayError as error:
            outcome = type(error).__name__
            raise
        else:
            return reply
        finally:
            took = (time.perf_counter() - began) * 1000
            logger.log(level, "%s %s: %s in %.0f ms", call.method, call.path, outcome, took)

    def _authorised(self, call: Call, ends: Deadline) -> Reply:
        token = self._tokens.get(ends)
        answer = self._send(call, token, ends)
        if answer.status == 401:
            self._tokens.forget(token)
            answer = self._send(call, self._tokens.get(ends), ends)
        return self._reply(answer)

    def _send(self, call: Call, token: str | None, ends: Deadline) -> Answer:
        headers = _HEADERS if token is None else {**_HEADERS, "Authorization": f"Bearer {token}"}
        if call.body is None:
            return self._transport.send(call.method, call.target, headers, None, ends)
        headers = {**headers, "Content-Type": "application/json"}
        return self._transport.send(call.method, call.target, headers, encoded(call.body), ends)

    def _reply(self, answer: Answer) -> Reply:
        """Read an answer that is the provider's own. Raises NotSent, CredentialsRefused or Unknown."""
        if answer.status == 429:
            raise NotSent("The provider takes no more calls for now. Nothing was done; try again later.")
        if answer.status == 401:
            raise CredentialsRefused(
                "The provider does not accept our keys (401). Nothing was done. Check the key and the secret."
            )
        if not (200 <= answer.status < 300 or 400 <= answer.status < 500):
            raise Unknown(f"The provider answered {answer.status}. Look before acting again.")
        envelope = wire.envelope(answer.body)
        if answer.status >= 400 and envelope.code == 0:
            raise Unknown(f"The provider answered {answer.status} and success at once. Look before acting again.")
        return Reply(answer.status, envelope)

    def _fetch_token(self, ends: Deadline) -> wire.Grant:
        """Where no token can be had, the call it was for is not sent."""
        keys = {"imp_key": self._settings.key, "imp_secret": self._settings.secret}
        try:
            reply = self._reply(self._send(Call(method="POST", path="/users/getToken", body=keys), None, ends))
            if reply.is_refusal:
                raise self.rejection(reply)
            return wire.grant(reply.envelope.response)
        except Unknown as error:
            raise NotSent("The provider gave no access token. Nothing else was sent; try again.") from error

    def _discreet(self, text: str) -> str:
        """Return a text of the provider's without our keys and token, should it repeat them."""
        for secret in (self._settings.secret, self._settings.key, self._tokens.held):
            text = text.replace(secret, "***") if secret else text
        return cleaned(text, 500)
