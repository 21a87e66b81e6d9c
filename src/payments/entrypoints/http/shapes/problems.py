"""Problems after RFC 9457: one table from error class to status and title.

`type` is `urn:payments:problem:` and the slug, which never changes; `detail` is a plain sentence. Where the error's own
words could tell of our inside, the table has the sentence, and the error's words are for the log.
"""

import logging
from collections.abc import Mapping
from typing import Any, Final

import attrs
import msgspec

from payments.domain import access, errors, messages
from payments.domain.errors import PaymentsError, Rejected
from payments.entrypoints import service, tokens
from payments.entrypoints.http.shapes import errors as http

log = logging.getLogger("payments.http")
MEDIA_TYPE: Final = "application/problem+json"
TYPE: Final = "urn:payments:problem:"


@attrs.frozen
class Row:
    """How an error is told. `detail` replaces its own words; `retry_after` (seconds): trying again may help."""

    status: int
    title: str
    detail: str | None = None
    retry_after: int | None = None


_NOT_REACHED = "The payment provider could not be reached. Nothing was sent to it; try again."
_OUR_KEYS = "The payment provider does not accept this service at the moment. Nothing was sent; try again later."
_UNKNOWN = (
    "The payment provider did not answer, so the outcome is not known yet. Look at the payment before trying again."
)
_CONTRADICTS = (
    "The payment provider's answer contradicts what was asked. Nothing was changed, and the operator is told."
)
_STORAGE = "The database did not answer. Look at the payment before trying again."
_OVERTAKEN = "Others are changing the same thing. Nothing was stored; try again."

TABLE: Final[Mapping[type[PaymentsError], Row]] = {
    PaymentsError: Row(500, "Unexpected trouble", "Something went wrong on our side."),
    errors.BadInput: Row(422, "Not a possible value"),
    errors.Refused: Row(409, "Refused"),
    errors.PaymentNotFound: Row(404, "No such payment"),
    errors.OrderNotFound: Row(422, "No such order"),
    errors.IllegalTransition: Row(409, "Not possible any more"),
    errors.AlreadyPaid: Row(409, "Already paid"),
    errors.PriceChanged: Row(409, "The price has changed"),
    errors.AttemptMismatch: Row(422, "Not an attempt at this payment"),
    errors.RefundRefused: Row(422, "Refund refused"),
    errors.RefundInProgress: Row(409, "Another refund is open", retry_after=5),
    errors.GatewayError: Row(502, "Trouble with the payment provider", _UNKNOWN, 5),
    errors.NotSent: Row(503, "The payment provider cannot be reached", _NOT_REACHED, 5),
    errors.CredentialsRefused: Row(503, "Payments are not possible now", _OUR_KEYS, 60),
    errors.StillAtWork: Row(504, "The payment provider is still at work", _UNKNOWN, 5),
    errors.AttemptUnreadable: Row(409, "An attempt cannot be read"),
    errors.Unknown: Row(504, "The payment provider does not answer", _UNKNOWN, 5),
    errors.Rejected: Row(422, "The payment provider refuses"),
    errors.ContractViolation: Row(502, "The payment provider contradicts itself", _CONTRADICTS),
    errors.StorageConflict: Row(503, "Overtaken", _OVERTAKEN, 1),
    errors.ConcurrentUpdate: Row(503, "Overtaken", _OVERTAKEN, 1),
    errors.MerchantIdTaken: Row(503, "Overtaken", _OVERTAKEN, 1),
    errors.OrderIsLive: Row(503, "Overtaken", _OVERTAKEN, 1),
    errors.GatewayIdTaken: Row(409, "The attempt belongs to another payment"),
    errors.StorageUnavailable: Row(503, "The database does not answer", _STORAGE, 2),
    access.KeyInProgress: Row(409, "The first request is still being answered", retry_after=2),
    access.KeyReused: Row(422, "The idempotency key was used for another request"),
    messages.DeliveryFailed: Row(502, "The shop did not take a message", "Its endpoint did not take the message."),
    service.BadSettings: Row(500, "Wrong settings", "The service is not set up rightly. Tell its operator."),
    service.NotReady: Row(503, "Not ready", retry_after=5),
    tokens.BadToken: Row(401, "The token is not valid"),
    http.RequestError: Row(400, "Bad request"),
    http.Unauthenticated: Row(401, "Who are you?"),
    http.NotAllowed: Row(403, "Not allowed"),
    http.NoSuchPage: Row(404, "No such page"),
    http.WrongMethod: Row(405, "Method not allowed"),
    http.Malformed: Row(400, "The request cannot be read"),
    http.BodyTooLarge: Row(413, "The request is too large"),
    http.TooSlow: Row(408, "The request took too long"),
    http.UnsupportedMediaType: Row(415, "This kind of body is not read here"),
    http.Busy: Row(503, "Busy", retry_after=1),
    http.Unexpected: Row(500, "Unexpected trouble"),
}


class Problem(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What went wrong. `slug` never changes and is the last part of `type`; `detail` is a sentence for people."""

    type: str
    slug: str
    title: str
    status: int
    detail: str
    provider_code: str | None = None
    provider_text: str | None = None
    request_id: str | None = None


@attrs.frozen
class Reply:
    """A finished answer: bytes and headers, ready for a socket."""

    status: int
    body: bytes
    headers: Mapping[str, str] = attrs.field(factory=dict)


def row_of(error: type[PaymentsError]) -> Row:
    """Return the row of an error class, or of its nearest ancestor: an embedding shop may derive errors of its own."""
    return next(TABLE[ancestor] for ancestor in error.__mro__ if ancestor in TABLE)


def reply_to(error: PaymentsError, request_id: str | None = None) -> Reply:
    """Return *error* as a problem. Trouble of ours or the provider's is logged here, in its own words."""
    row = row_of(type(error))
    if row.status >= 500:
        log.warning("%s: %s", error.slug, error)
    provider: dict[str, Any] = {}
    if isinstance(error, Rejected):
        provider = {"provider_code": error.provider_code or None, "provider_text": error.provider_text or None}
    problem = Problem(
        type=TYPE + error.slug,
        slug=error.slug,
        title=row.title,
        status=row.status,
        detail=row.detail or str(error),
        request_id=request_id,
        **provider,
    )
    return Reply(row.status, msgspec.json.encode(problem), _headers(row))


def _headers(row: Row) -> dict[str, str]:
    headers = {"Content-Type": MEDIA_TYPE}
    if row.retry_after is not None:
        headers["Retry-After"] = str(row.retry_after)
    if row.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="payments"'
    return headers
