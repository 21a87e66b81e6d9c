"""Api: authenticated calls whose answers are in Iamport's envelope. Failures of HTTP are raised as domain errors.

NotSent     the request was not sent, or the answer was 429: it is safe to retry, and retried a few times
Unknown     no answer, 5xx, a redirect, or an answer without the envelope; retried only if the call is harmless
Rejected    the envelope has a code other than 0
CredentialsRefused   403, 401 even with a new token, or no token for our keys: nothing was done, an operator must act
"""

import logging
from datetime import datetime
from typing import Final

import attrs

from payments.adapters.http_wire.calling import Target, logged, patiently
from payments.adapters.http_wire.fields import cleaned
from payments.adapters.http_wire.jsontext import Body, encoded
from payments.adapters.http_wire.transport import Answer, Deadline, Transport
from payments.adapters.iamport import wire
from payments.adapters.iamport.guesses import REFUSED_ADDRESS
from payments.adapters.iamport.settings import IamportSettings
from payments.adapters.iamport.token import Tokens
from payments.domain.errors import CredentialsRefused, NotSent, Rejected, Unknown

logger = logging.getLogger("payments.iamport")

_HEADERS: Final = {"Accept": "application/json", "User-Agent": "payments"}


@attrs.frozen(kw_only=True)
class Call(Target):
    """One call, with the fields of its body."""

    body: Body | None = None


@attrs.frozen
class Reply:
    """An answer in the envelope, so it comes from Iamport itself. With a status of 4xx it is always a refusal."""

    status: int
    envelope: wire.Envelope

    @property
    def is_refusal(self) -> bool:
        return self.envelope.code != 0

    @property
    def is_absence(self) -> bool:
        """Whether Iamport has no such object. A 404 of a proxy has no envelope and is not a Reply."""
        return self.status == 404


class Api:
    """Iamport's REST API over a transport, whose coroutines block or suspend. Whoever may call that may call this."""

    def __init__(self, settings: IamportSettings, transport: Transport) -> None:
        self._settings = settings
        self._transport = transport
        self._tokens = Tokens(self._fetch_token, transport.turn())

    def renew(self, settings: IamportSettings) -> None:
        """Use other keys. A token of the old ones is used until the provider refuses it."""
        self._settings = settings

    async def present(self, ends: Deadline) -> datetime:
        """Return the time at the provider, as a new token says it. Raises NotSent or CredentialsRefused."""
        return (await self._fetch_token(ends)).issued_at

    async def ask(self, call: Call, ends: Deadline) -> Reply:
        """Return the answer, which may be a refusal; retry if it is safe.

        Raises NotSent, CredentialsRefused or Unknown.
        """
        return await patiently(call, lambda: self._logged(call, ends), self._transport, self._settings.tries, ends)

    async def response(self, call: Call, ends: Deadline) -> object:
        """Return the response of a successful call. Raises as `ask` does, and Rejected for a refusal."""
        reply = await self.ask(call, ends)
        if reply.is_refusal:
            raise self.rejection(reply)
        return reply.envelope.response

    def rejection(self, reply: Reply) -> Rejected:
        """Return the refusal as an error, with the provider's code and text."""
        code, text = cleaned(str(reply.envelope.code), 20), self._without_secrets(reply.envelope.message)
        return Rejected(f"The provider refused ({code}): {text or 'it gave no reason'}. Nothing was done.", code, text)

    async def _logged(self, call: Call, ends: Deadline) -> Reply:
        def outcome_of(reply: Reply) -> str:
            return f"{reply.status} code {cleaned(str(reply.envelope.code), 20)}"

        return await logged(call, lambda: self._authorised(call, ends), logger, outcome_of)

    async def _authorised(self, call: Call, ends: Deadline) -> Reply:
        token = await self._tokens.get(ends)
        answer = await self._send(call, token, ends)
        if answer.status == 401:
            self._tokens.forget(token)
            answer = await self._send(call, await self._tokens.get(ends), ends)
        return self._reply(answer)

    async def _send(self, call: Call, token: str | None, ends: Deadline) -> Answer:
        headers = _HEADERS if token is None else {**_HEADERS, "Authorization": f"Bearer {token}"}
        if call.body is None:
            return await self._transport.send(call.method, call.target, headers, None, ends)
        headers = {**headers, "Content-Type": "application/json"}
        return await self._transport.send(call.method, call.target, headers, encoded(call.body), ends)

    def _reply(self, answer: Answer) -> Reply:
        """Return an answer of the provider itself. Raises NotSent, CredentialsRefused or Unknown."""
        if answer.status == 429:
            raise NotSent("The provider accepts no more calls for now (429). Nothing was done. Try again later.")
        if answer.status == 401:
            raise CredentialsRefused(
                "The provider does not accept our keys (401). Nothing was done. Check the key and the secret."
            )
        if answer.status == REFUSED_ADDRESS and wire.is_envelope(answer.body):
            raise CredentialsRefused(
                "The provider does not accept calls from here (403). Nothing was done. Check its list of addresses."
            )
        if not (200 <= answer.status < 300 or 400 <= answer.status < 500):
            raise Unknown(
                f"The provider answered {answer.status}, so the outcome is unknown. Refresh before trying again."
            )
        envelope = wire.envelope(answer.body)
        if answer.status >= 400 and envelope.code == 0:
            raise Unknown(f"The provider answered {answer.status} and success at once. Refresh before trying again.")
        return Reply(answer.status, envelope)

    async def _fetch_token(self, ends: Deadline) -> wire.Grant:
        """Return a new token. Raises NotSent or Rejected; then the call that needed it was not sent."""
        keys = {"imp_key": self._settings.key, "imp_secret": self._settings.secret}
        try:
            reply = self._reply(await self._send(Call(method="POST", path="/users/getToken", body=keys), None, ends))
            if not reply.is_refusal:
                return wire.grant(reply.envelope.response)
        except Unknown as error:
            raise NotSent("The provider gave no access token. Nothing else was sent. Try again.") from error
        text = self.rejection(reply).provider_text  # about the token: it must never count as a refusal of the call
        if reply.status >= 400:
            raise CredentialsRefused(
                f"The provider gives no access token for our keys ({reply.status}): {text}. Nothing was done."
            )
        raise NotSent(f"The provider gave no access token: {text}. Nothing else was sent. Try again.")

    def _without_secrets(self, text: str) -> str:
        """Return a text of the provider without our keys and token, which it may repeat."""
        for secret in (self._settings.secret, self._settings.key, self._tokens.held):
            text = text.replace(secret, "***") if secret else text
        return cleaned(text, 500)
