"""PaymentsError: everything that can go wrong, branched by who can act on it.

├── BadInput            the caller's value is invalid: nothing was done
├── Refused             the rules do not allow it: nothing was done, and a retry will not help
├── GatewayError        the provider: NotSent and Unknown (no answer), Rejected (a definite no), ContractViolation
├── StorageConflict     another writer was first: nothing was stored, try again later
└── StorageUnavailable  the database did not answer: check before trying again
"""

from typing import ClassVar

import attrs


@attrs.define
class PaymentsError(Exception):
    """The root. `slug` is public and never changes, because clients match on it; `str(error)` is a plain sentence."""

    slug: ClassVar[str] = "payments-error"
    detail: str

    def __str__(self) -> str:
        return self.detail


class BadInput(PaymentsError):
    """A value that a payment cannot have: a fractional won, a merchant id with a space, a naive datetime."""

    slug = "bad-input"


class WebhookForged(BadInput):
    """The webhook does not carry the provider's signature, or it is too old. Nothing was done."""

    slug = "webhook-forged"


class NothingToPay(BadInput):
    """The price is 0, so no provider can take the payment. The shop completes the order itself."""

    slug = "nothing-to-pay"


class Refused(PaymentsError):
    """The rules of the domain do not allow it."""

    slug = "refused"


class PaymentNotFound(Refused):
    """The payment does not exist, or belongs to another buyer. Both are reported in the same words on purpose."""

    slug = "payment-not-found"

    def __init__(self) -> None:
        super().__init__("There is no such payment.")


class OrderNotFound(Refused):
    """The shop has no price for this order."""

    slug = "order-not-found"


class IllegalTransition(Refused):
    """The table of the state machine does not allow this transition."""

    slug = "illegal-transition"

    def __init__(self, status: str, trigger: str) -> None:
        super().__init__(f"A payment that is {status} cannot be {trigger}.")


class AlreadyPaid(Refused):
    """The order is already paid. Captured money is refunded, never cancelled."""

    slug = "already-paid"


class PriceChanged(Refused):
    """The buyer saw an amount that differs from the shop's current price."""

    slug = "price-changed"


class BelowMinimum(Refused):
    """The price is lower than the minimum of its method in the settings."""

    slug = "below-minimum"


@attrs.define
class RuleViolation(Refused):
    """The channel does not allow what was asked for: `rule` is the id of the rule, which never changes."""

    slug: ClassVar[str] = "rule-violation"
    rule: str = ""


class AttemptMismatch(Refused):
    """The attempt belongs to another payment, or the provider does not know it."""

    slug = "attempt-mismatch"


class RefundRefused(Refused):
    """There is nothing to refund, or less than the requested amount."""

    slug = "refund-refused"


class RefundInProgress(Refused):
    """Another refund of the same capture is still open."""

    slug = "refund-in-progress"


class AttemptUnreadable(Refused):
    """The provider returned an attempt that cannot be read, so the payment cannot be closed without force."""

    slug = "attempt-unreadable"


class GatewayError(PaymentsError):
    """The provider did not do what was asked, or its answer is unknown."""

    slug = "gateway-error"


class NotSent(GatewayError):
    """The request was never sent: it is safe to send it again."""

    slug = "gateway-not-reached"


class CredentialsRefused(NotSent):
    """The provider refused our own keys, so it did nothing. An operator must correct the settings."""

    slug = "gateway-credentials-refused"


class ProviderNotConfigured(NotSent):
    """The settings have no account at the provider that made the payment. An operator must put it back."""

    slug = "provider-not-configured"


class Unknown(GatewayError):
    """No usable answer: the request may or may not have been executed. Check before acting again."""

    slug = "gateway-unknown"


class StillAtWork(Unknown):
    """The provider is still executing an earlier request for the same refund: neither done nor refused."""

    slug = "gateway-still-at-work"


@attrs.define
class Rejected(GatewayError):
    """A definite refusal, with the provider's own code and text."""

    slug: ClassVar[str] = "gateway-rejected"
    provider_code: str = ""
    provider_text: str = ""


class ContractViolation(GatewayError):
    """The answer contradicts the request or itself. It is never recorded, and a person must investigate."""

    slug = "gateway-contract"


class StorageConflict(PaymentsError):
    """Another writer was first. Nothing was stored."""

    slug = "storage-conflict"


class ConcurrentUpdate(StorageConflict):
    """Other writers changed the payment too often. Try again later."""

    slug = "concurrent-update"


class StorageBusy(ConcurrentUpdate):
    """Too many calls wait for the database. Nothing was stored; try again."""

    slug = "storage-busy"


class MerchantIdTaken(StorageConflict):
    """The merchant id is already in use. Use a new one."""

    slug = "merchant-id-taken"


class OrderIsLive(StorageConflict):
    """The buyer already has a live payment for this order."""

    slug = "order-is-live"


class GatewayIdTaken(StorageConflict):
    """The attempt already belongs to another payment."""

    slug = "gateway-id-taken"


@attrs.define
class StorageUnavailable(PaymentsError):
    """The database could not be reached, or did not answer. The text says whether anything may have been stored.

    `cause` is for an operator only: the driver's own line, and the next step.
    """

    slug: ClassVar[str] = "storage-unavailable"
    may_be_stored: bool = False
    cause: str = ""
