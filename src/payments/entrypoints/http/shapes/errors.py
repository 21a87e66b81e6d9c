"""What can be wrong with a request before any use case hears of it; told as problems like everything else.

├── Unauthenticated, NotAllowed                          who asks
├── NoSuchPage, WrongMethod                              what is asked for
├── Malformed, BodyTooLarge, TooSlow, UnsupportedMediaType   how it is written
└── Busy, Unexpected                                     our own trouble
"""

from payments.domain.errors import PaymentsError


class RequestError(PaymentsError):
    """The root of what this module tells."""

    slug = "request-error"


class Unauthenticated(RequestError):
    """No credentials, or none that are good."""

    slug = "unauthenticated"


class NotAllowed(RequestError):
    """Good credentials, but not for this."""

    slug = "not-allowed"


class NoSuchPage(RequestError):
    """No route has this path."""

    slug = "no-such-page"


class WrongMethod(RequestError):
    """The path is known, the method is not one of its."""

    slug = "wrong-method"


class Malformed(RequestError):
    """The body, query or a header cannot be read as what is documented."""

    slug = "malformed-request"


class BodyTooLarge(RequestError):
    """More bytes than any of our calls needs."""

    slug = "body-too-large"


class TooSlow(RequestError):
    """The body did not arrive in time."""

    slug = "too-slow"


class UnsupportedMediaType(RequestError):
    """The body says it is something this call does not read."""

    slug = "unsupported-media-type"


class Busy(RequestError):
    """Every thread works and the queue is full. Nothing was begun."""

    slug = "busy"


class Unexpected(RequestError):
    """A fault of ours."""

    slug = "unexpected"
