"""Errors in a request that are found before any use case runs.

├── Unauthenticated, NotAllowed, Forged                  credentials
├── NoSuchPage, NoSuchProvider, WrongMethod              address
├── Malformed, HeadTooLarge, BodyTooLarge, TooSlow, UnsupportedMediaType, WrongHost   content
├── TooManyAwaiting                                      a buyer's open payments
└── Busy, Stopping, Unexpected                           our own failures
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from payments.domain.errors import PaymentsError


class RequestError(PaymentsError):
    """The base class of this module's errors."""

    slug = "request-error"


class Unauthenticated(RequestError):
    """No credentials, or invalid ones."""

    slug = "unauthenticated"


class NotAllowed(RequestError):
    """Valid credentials that do not allow this call."""

    slug = "not-allowed"


class Forged(RequestError):
    """A form of the console that does not come from a page of this session."""

    slug = "form-not-ours"


class NoSuchPage(RequestError):
    """There is no such route."""

    slug = "no-such-page"


class NoSuchProvider(RequestError):
    """The settings have no account at the provider in the address."""

    slug = "provider-not-found"


class WrongMethod(RequestError):
    """The route exists, but not with this method."""

    slug = "wrong-method"


class Malformed(RequestError):
    """The body, the query or a header does not have the documented form."""

    slug = "malformed-request"


class HeadTooLarge(RequestError):
    """The request has too many headers."""

    slug = "head-too-large"


class WrongHost(RequestError):
    """The request is for a host name that is not ours."""

    slug = "wrong-host"


class TooManyAwaiting(RequestError):
    """The buyer has begun as many payments as may wait at a time. No payment was created."""

    slug = "too-many-awaiting"


class BodyTooLarge(RequestError):
    """The body exceeds the limit."""

    slug = "body-too-large"


class TooSlow(RequestError):
    """The body did not arrive in time. The connection is closed, because the rest of it would hold it."""

    slug = "too-slow"
    headers: ClassVar[Mapping[str, str]] = MappingProxyType({"Connection": "close"})


class UnsupportedMediaType(RequestError):
    """The body has a media type that this call does not accept."""

    slug = "unsupported-media-type"


class Busy(RequestError):
    """All threads are busy and the queue is full. The request was not executed."""

    slug = "busy"


class Stopping(RequestError):
    """The server stops, and this request did not end in time. It may have been executed."""

    slug = "stopping"


class Unexpected(RequestError):
    """A bug in this service."""

    slug = "unexpected"
