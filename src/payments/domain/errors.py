"""PaymentsError: everything that can go wrong, branched by who can act on it.

├── BadInput            the caller's value is outside what the domain admits: nothing was done
├── Refused             the rules say no: nothing was done, and asking again will not help
├── GatewayError        the provider: NotSent and Unknown (no answer), Rejected (a definite no), ContractViolation
├── StorageConflict     another writer was first: nothing was stored, try again later
└── StorageUnavailable  the database gave no answer: look before asking again
"""

from typing import ClassVar

import attrs


@attrs.define
class PaymentsError(Exception):
    """The root. `slug` is public: clients match on it, so it never changes; `str(error)` is a plain sentence."""

    slug: ClassVar[str] = "payments-error"
    detail: str

    def __str__(self) -> str:
        return self.detail


class BadInput(PaymentsError):
    """A value that no payment can have: a fractional won, a merchant id with a space, a naive time."""

    slug = "bad-input"


class Refused(PaymentsError):
    """The rules of the domain say no."""

    slug = "refused"


class PaymentNotFound(Refused):
    """No such payment, or not this buyer's: the two are told in the same words on purpose."""

    slug = "payment-not-found"

    def __init__(self) -> None:
        super().__init__("There is no such payment.")


class OrderNotFound(Refused):
    """The shop has no price for this order."""

    slug = "order-not-found"


class IllegalTransition(Refused):
    """The machine's table has no such move."""

    slug = "illegal-transition"

    def __init__(self, status: str, event: str) -> None:
        super().__init__(f"A payment that is {status} cannot be {event}.")


class AlreadyPaid(Refused):
    """The order has been paid; money already taken is refunded, never cancelled."""

    slug = "already-paid"


class PriceChanged(Refused):
    """The buyer was shown another amount than the shop asks now."""

    slug = "price-changed"


class AttemptMismatch(Refused):
    """The attempt is not an attempt at this payment."""

    slug = "attempt-mismatch"


class RefundRefused(Refused):
    """There is nothing to refund, or less than was asked."""

    slug = "refund-refused"


class RefundInProgress(Refused):
    """Another refund of the same capture is still open."""

    slug = "refund-in-progress"


class GatewayError(PaymentsError):
    """The provider did not do what we asked, or we cannot tell."""

    slug = "gateway-error"


class NotSent(GatewayError):
    """The request never left: safe to send again."""

    slug = "gateway-not-reached"


class Unknown(GatewayError):
    """No usable answer: it may or may not have been done, so look before acting again."""

    slug = "gateway-unknown"


@attrs.define
class Rejected(GatewayError):
    """A definite no, in the provider's own words."""

    slug: ClassVar[str] = "gateway-rejected"
    provider_code: str = ""
    provider_text: str = ""


class ContractViolation(GatewayError):
    """The answer contradicts the question or itself: it is never settled, and a person should look."""

    slug = "gateway-contract"


class StorageConflict(PaymentsError):
    """Another writer was first. Nothing was stored."""

    slug = "storage-conflict"


class ConcurrentUpdate(StorageConflict):
    """Overtaken too often: try later."""

    slug = "concurrent-update"


class MerchantIdTaken(StorageConflict):
    """The merchant id is in use: take a new one."""

    slug = "merchant-id-taken"


class OrderIsLive(StorageConflict):
    """The buyer has a live payment for this order already."""

    slug = "order-is-live"


class GatewayIdTaken(StorageConflict):
    """The attempt belongs to another payment already."""

    slug = "gateway-id-taken"


class StorageUnavailable(PaymentsError):
    """The database could not be asked, or did not answer; its text says whether anything may have been stored."""

    slug = "storage-unavailable"
