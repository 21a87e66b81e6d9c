"""Api: calls with the shop's secret. Failures of HTTP, and errors of the provider, are raised as domain errors.

NotSent              the request was not sent, or the answer was 429: it is safe to retry, and retried a few times
CredentialsRefused   401 or 403: nothing was done, an operator must act
StillAtWork          an earlier call with the same idempotency key is being executed
Rejected             an error with a type: 4xx, or 502 where the PG said no
Unknown              no answer, any other 5xx, a redirect, an answer that is not the provider's; retried if harmless
"""

import json
import logging
from collections.abc import Mapping
from typing import Any, Final

import attrs

from payments.adapters.http_wire.calling import Target, logged, patiently
from payments.adapters.http_wire.fields import cleaned
from payments.adapters.http_wire.transport import Answer, Deadline, Transport
from payments.adapters.portone import wire
from payments.adapters.portone.settings import PortOneSettings
from payments.adapters.portone.words import AT_WORK, OF_PGS
from payments.domain.errors import CredentialsRefused, NotSent, Rejected, StillAtWork, Unknown

logger = logging.getLogger("payments.portone")

_HEADERS: Final = {"Accept": "application/json", "User-Agent": "payments"}
_OTHER_SECRETS: Final = "The secret must be the V2 API secret of the console, not that of a PG or of webhooks."


@attrs.frozen(kw_only=True)
class Call(Target):
    """One call. With an idempotency `key` the provider executes it once, and repeats its answer for three hours."""

    body: Mapping[str, Any] | None = None
    key: str = ""


class Api:
    """PortOne's REST API over a transport, whose coroutines block or suspend. Whoever may call that may call this."""

    def __init__(self, settings: PortOneSettings, transport: Transport) -> None:
        self._settings = settings
        self._transport = transport

    def renew(self, settings: PortOneSettings) -> None:
        """Use another secret."""
        self._settings = settings

    async def ask(self, call: Call, ends: Deadline) -> bytes:
        """Return the body of a success; retry if it is safe. Raises a GatewayError otherwise."""
        answer = await self.answer(call, ends)
        if answer.status != 200:
            raise self.rejection(answer)
        return answer.body

    async def answer(self, call: Call, ends: Deadline) -> Answer:
        """Return a success, or a refusal with a status of 400 to 499 or of a PG. Raises a GatewayError otherwise."""
        return await patiently(call, lambda: self._logged(call, ends), self._transport, self._settings.tries, ends)

    def rejection(self, answer: Answer) -> Rejected:
        """Return a refusal as an error, with the provider's type and text. Raises Unknown where it has no type."""
        refusal = wire.refusal(answer.body)
        if refusal is None:
            raise Unknown(
                f"The answer {answer.status} is not the provider's own, so the outcome is unknown. Refresh first."
            )
        text = self._without_secrets(refusal.text)
        reason = text or "it gave no reason"
        return Rejected(f"The provider refused ({refusal.type}): {reason}. Nothing was done.", refusal.type, text)

    async def _logged(self, call: Call, ends: Deadline) -> Answer:
        return await logged(call, lambda: self._sent(call, ends), logger, lambda answer: str(answer.status))

    async def _sent(self, call: Call, ends: Deadline) -> Answer:
        headers = {**_HEADERS, "Authorization": f"PortOne {self._settings.api_secret}"}
        body = None
        if call.key:
            headers["Idempotency-Key"] = f'"{call.key}"'
        if call.body is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(call.body).encode()
        return self._checked(await self._transport.send(call.method, call.target, headers, body, ends))

    def _checked(self, answer: Answer) -> Answer:
        """Return an answer that means something. Raises NotSent, CredentialsRefused, StillAtWork or Unknown."""
        if answer.status == 200:
            return answer
        if answer.status == 429:
            raise NotSent("The provider accepts no more calls for now (429). Nothing was done. Try again later.")
        refusal = wire.refusal(answer.body)
        if answer.status == 401 or (answer.status == 403 and refusal is not None):
            raise CredentialsRefused(
                f"The provider does not accept our secret, or calls from here ({answer.status}). Nothing was done. "
                f"{_OTHER_SECRETS}"
            )
        if refusal is not None and refusal.type == AT_WORK:
            raise StillAtWork("The provider is still working on an earlier call for the same refund.")
        of_a_pg = answer.status == 502 and refusal is not None and refusal.type in OF_PGS
        if 400 <= answer.status < 500 or of_a_pg:
            return answer
        raise Unknown(f"The provider answered {answer.status}, so the outcome is unknown. Refresh before trying again.")

    def _without_secrets(self, text: str) -> str:
        return cleaned(text.replace(self._settings.api_secret, "***"), 500)
