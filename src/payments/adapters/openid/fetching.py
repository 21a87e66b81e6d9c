"""JSON over HTTPS, with a deadline and a largest answer. No redirect is followed."""

from collections.abc import Mapping
from contextlib import closing
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import attrs

from payments.adapters.http_wire.jsontext import decoded
from payments.adapters.http_wire.requests_transport import RequestsTransport
from payments.adapters.http_wire.transport import Answer, Deadline
from payments.adapters.openid.settings import is_safe
from payments.domain.errors import GatewayError
from payments.domain.people.operators import IdentityProviderNotReached

MAX_ANSWER: Final = 256 * 1024
_SENT: Final = "The identity provider did not answer in time, or not as OpenID Connect says. Try again soon."


@attrs.frozen
class _Reach:
    api_url: str
    connections: int = 1
    connect_timeout: float = 3.0
    body_cap: int = MAX_ANSWER


def not_reached(url: str, cause: str) -> IdentityProviderNotReached:
    """Return the error of an address that did not answer as it should. *cause* is for the log."""
    parts = urlsplit(url)
    return IdentityProviderNotReached(_SENT, f"{parts.scheme}://{parts.netloc}{parts.path}: {cause}")


async def get_json(url: str, seconds: float) -> Mapping[str, Any]:
    """Return the JSON object at *url*. Raises IdentityProviderNotReached."""
    answer = await _exchange("GET", url, {}, None, seconds)
    if answer.status != 200:
        raise not_reached(url, f"it answered {answer.status}")
    return object_of(answer, url)


async def post_form(url: str, form: Mapping[str, str], headers: Mapping[str, str], seconds: float) -> Answer:
    """Send a form, and return the answer whatever its status is. Raises IdentityProviderNotReached."""
    given = {**headers, "Content-Type": "application/x-www-form-urlencoded"}
    return await _exchange("POST", url, given, urlencode(form).encode(), seconds)


def object_of(answer: Answer, url: str) -> Mapping[str, Any]:
    """Return the JSON object that *url* answered. Raises IdentityProviderNotReached."""
    try:
        found = decoded(answer.body)
    except GatewayError:
        found = None
    if not isinstance(found, dict):
        raise not_reached(url, "it answered with no JSON object")
    return found


async def _exchange(method: str, url: str, headers: Mapping[str, str], body: bytes | None, seconds: float) -> Answer:
    if not is_safe(url):
        raise IdentityProviderNotReached("The identity provider names an address without https. It was not asked.")
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with closing(RequestsTransport(_Reach(f"{parts.scheme}://{parts.netloc}"))) as transport:
        try:
            return await transport.send(
                method, target, {**headers, "Accept": "application/json"}, body, Deadline(seconds)
            )
        except GatewayError as error:
            raise not_reached(url, _cause(error)) from None


def _cause(error: BaseException) -> str:
    """Return why no answer came: the deepest error of socket, name or TLS that is known, else what is said of it."""
    told, following = error, error.__cause__ or error.__context__
    while following is not None:
        told = following if isinstance(following, OSError) else told
        following = following.__cause__ or following.__context__
    return f"{type(told).__name__}: {told}"
