"""Problems (RFC 9457): one table from error class to status and title.

`type` is `urn:payments:problem:` plus the slug, which never changes; `detail` is a plain sentence. If the error's own
message could reveal internals, the table has another one, and the error's message goes to the log.
"""

import logging
import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import attrs
import msgspec

from payments.domain import access, errors, messages
from payments.domain.errors import PaymentsError, Rejected, RuleViolation
from payments.domain.people import operators
from payments.domain.use_cases.people import approvals
from payments.entrypoints import limits, service, tokens
from payments.entrypoints.http.shapes import errors as http

log = logging.getLogger("payments.http")
MEDIA_TYPE: Final = "application/problem+json"
TYPE: Final = "urn:payments:problem:"


@attrs.frozen
class Row:
    """How an error is shown. `detail` replaces its own message; `retry_after` is in seconds, if a retry may help."""

    status: int
    title: str
    detail: str | None = None
    retry_after: int | None = None


_NOT_REACHED = "The payment provider could not be reached. Nothing was sent to it. Try again."
_OUR_KEYS = "The payment provider does not accept this service at the moment. Nothing was sent. Try again later."
_UNKNOWN = "The payment provider did not answer, so the outcome is unknown. Check the payment before you try again."
_CONTRADICTS = "The payment provider's answer contradicts the request. Nothing was changed, and the error was logged."
_NO_IDENTITY = "The identity provider did not answer as it should. Nobody was logged in. Try again soon."
_STORAGE = "The database did not answer. Check the payment before you try again."
_TOO_MANY = "Too many requests wait for the database. Nothing was stored. Try again."
_OVERTAKEN = "Another request is changing the same payment. Nothing was stored. Try again."

TABLE: Final[Mapping[type[PaymentsError], Row]] = {
    PaymentsError: Row(500, "Unexpected error", "An unexpected error occurred."),
    errors.BadInput: Row(422, "Invalid value"),
    errors.WebhookForged: Row(401, "Webhook not authentic"),
    errors.NothingToPay: Row(422, "Nothing to pay"),
    errors.BelowMinimum: Row(422, "Below the minimum"),
    errors.Refused: Row(409, "Refused"),
    errors.PaymentNotFound: Row(404, "Payment not found"),
    errors.OrderNotFound: Row(422, "Order not found"),
    errors.IllegalTransition: Row(409, "Not possible in this status"),
    errors.AlreadyPaid: Row(409, "Already paid"),
    errors.PriceChanged: Row(409, "The price has changed"),
    errors.AttemptMismatch: Row(422, "Attempt of another payment"),
    errors.RuleViolation: Row(422, "Not allowed by the channel"),
    errors.RefundRefused: Row(422, "Refund refused"),
    errors.RefundInProgress: Row(409, "Refund in progress", retry_after=5),
    errors.AttemptUnreadable: Row(409, "Unreadable attempt"),
    errors.GatewayError: Row(502, "Payment provider error", _UNKNOWN, 5),
    errors.NotSent: Row(503, "Payment provider unreachable", _NOT_REACHED, 5),
    errors.CredentialsRefused: Row(503, "Payments unavailable", _OUR_KEYS, 60),
    errors.ProviderNotConfigured: Row(503, "Payments unavailable", _OUR_KEYS, 60),
    errors.Unknown: Row(504, "No answer from the payment provider", _UNKNOWN, 5),
    errors.StillAtWork: Row(504, "Payment provider still at work", _UNKNOWN, 5),
    errors.Rejected: Row(422, "Refused by the payment provider"),
    errors.ContractViolation: Row(502, "Contradictory answer from the payment provider", _CONTRADICTS),
    errors.StorageConflict: Row(503, "Conflicting update", _OVERTAKEN, 1),
    errors.ConcurrentUpdate: Row(503, "Conflicting update", _OVERTAKEN, 1),
    errors.StorageBusy: Row(503, "Busy", _TOO_MANY, 1),
    errors.MerchantIdTaken: Row(503, "Conflicting update", _OVERTAKEN, 1),
    errors.OrderIsLive: Row(503, "Conflicting update", _OVERTAKEN, 1),
    errors.GatewayIdTaken: Row(409, "Attempt of another payment"),
    errors.StorageUnavailable: Row(503, "Database unavailable", _STORAGE, 2),
    access.KeyInProgress: Row(409, "Request in progress", retry_after=2),
    access.AnswerUnreadable: Row(409, "Answer not readable"),
    access.KeyReused: Row(422, "Idempotency key reused"),
    messages.DeliveryFailed: Row(502, "Message not delivered", "The shop's endpoint did not accept the message."),
    service.BadSettings: Row(500, "Invalid settings", "The service is not configured correctly. Inform its operator."),
    service.NotStarted: Row(500, "Not started", "The service is not started. Inform its operator."),
    service.NotReady: Row(503, "Not ready", retry_after=5),
    tokens.BadToken: Row(401, "Invalid token"),
    http.RequestError: Row(400, "Bad request"),
    http.Unauthenticated: Row(401, "Authentication required"),
    http.NotAllowed: Row(403, "Not allowed"),
    http.Forged: Row(403, "Form not from here"),
    approvals.SecondPersonNeeded: Row(403, "A second person is needed"),
    operators.NotSignedIn: Row(401, "Log in first"),
    operators.SignInRefused: Row(401, "Log-in refused"),
    operators.SignOnRefused: Row(401, "Log-in refused"),
    operators.IdentityProviderNotReached: Row(503, "Identity provider unreachable", _NO_IDENTITY, retry_after=5),
    operators.ScopeMissing: Row(403, "Not allowed"),
    operators.OperatorNotFound: Row(404, "Operator not found"),
    http.NoSuchPage: Row(404, "Address not found"),
    http.NoSuchProvider: Row(404, "Provider not found"),
    http.WrongMethod: Row(405, "Method not allowed"),
    http.Malformed: Row(400, "Malformed request"),
    http.HeadTooLarge: Row(431, "Request head too large"),
    http.WrongHost: Row(421, "Misdirected request"),
    http.TooManyAwaiting: Row(429, "Too many open payments", retry_after=60),
    limits.TooManyRequests: Row(429, "Too many requests"),
    http.BodyTooLarge: Row(413, "Request too large"),
    http.TooSlow: Row(408, "Request timeout"),
    http.UnsupportedMediaType: Row(415, "Unsupported media type"),
    http.Busy: Row(503, "Busy", retry_after=1),
    http.Stopping: Row(503, "Server stopping", retry_after=1),
    http.Unexpected: Row(500, "Unexpected error"),
}


class Problem(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What went wrong. `slug` never changes and is the last part of `type`; `detail` is a sentence for people.

    `rule` is the id of the channel's rule that was broken.
    """

    type: str
    slug: str
    title: str
    status: int
    detail: str
    provider_code: str | None = None
    provider_text: str | None = None
    rule: str | None = None
    request_id: str | None = None


@attrs.frozen
class Reply:
    """A finished response: status, body and headers."""

    status: int
    body: bytes
    headers: Mapping[str, str] = attrs.field(factory=dict)


def row_of(error: type[PaymentsError]) -> Row:
    """Return the row of an error class or of its nearest ancestor: an embedding shop may define its own errors."""
    return next(TABLE[ancestor] for ancestor in error.__mro__ if ancestor in TABLE)


def reply_to(error: PaymentsError, request_id: str | None = None) -> Reply:
    """Return *error* as a problem. Errors of ours or the provider's are logged with their own message."""
    if row_of(type(error)).status >= 500:
        log.warning("%s: %s", error.slug, error)
    return problem_of(error, request_id)


def problem_of(error: PaymentsError, request_id: str | None = None) -> Reply:
    """Return *error* as a problem, without a line in the log."""
    row = row_of(type(error))
    provider: dict[str, Any] = {}
    if isinstance(error, Rejected):
        provider = {"provider_code": error.provider_code or None, "provider_text": error.provider_text or None}
    if isinstance(error, RuleViolation):
        provider = {"rule": error.rule or None}
    problem = Problem(
        type=TYPE + error.slug,
        slug=error.slug,
        title=row.title,
        status=row.status,
        detail=row.detail or str(error),
        request_id=request_id,
        **provider,
    )
    headers = _headers(row, getattr(error, "retry_after", None)) | getattr(error, "headers", {})
    return Reply(row.status, msgspec.json.encode(problem), headers)


def _headers(row: Row, known_rest: timedelta | None) -> dict[str, str]:
    headers = {"Content-Type": MEDIA_TYPE}
    if row.retry_after is not None:
        rest = row.retry_after if known_rest is None else max(math.ceil(known_rest.total_seconds()), 1)
        headers["Retry-After"] = str(rest)
    if row.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="payments"'
    return headers
