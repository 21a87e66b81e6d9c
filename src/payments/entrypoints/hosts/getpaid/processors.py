"""IamportProcessor and PortOneProcessor: getpaid's processors over our gateways.

A processor is made for each call and holds nothing. Our gateways block, so each call runs in a thread.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ClassVar, Final, TypeVar

import attrs
from getpaid_core.enums import BackendMethod, PaymentEvent, PaymentStatus
from getpaid_core.exceptions import (
    CommunicationError,
    GetPaidException,
    InvalidCallbackError,
    RefundFailure,
)
from getpaid_core.processor import BaseProcessor
from getpaid_core.types import PaymentUpdate, RefundResult, TransactionResult

from payments.domain.money import Money, minor_units
from payments.domain.payment import Payment
from payments.domain.ports import Contact, Gateway
from payments.domain.refund import BankAccount
from payments.domain.values import Method, Offer, merchant_id
from payments.entrypoints.blocking import run
from payments.entrypoints.hosts.getpaid.accounts import account_of, gateway_of
from payments.entrypoints.hosts.getpaid.errors import translated
from payments.entrypoints.hosts.getpaid.updates import BY, Known, Step, StepKind, refund_of, step_of
from payments.entrypoints.providers.account import Account

T = TypeVar("T")
log = logging.getLogger("payments.getpaid")

EVENTS: Final[Mapping[StepKind, PaymentEvent | None]] = {
    StepKind.CAPTURED: PaymentEvent.PAYMENT_CAPTURED,
    StepKind.REFUNDED: PaymentEvent.REFUND_CONFIRMED,
    StepKind.REFUND_REFUSED: PaymentEvent.REFUND_CANCELLED,
    StepKind.DECLINED: PaymentEvent.FAILED,
    StepKind.NOTED: None,
}
MONEY: Final = (StepKind.CAPTURED, StepKind.REFUNDED)
"""Steps that happen once for each sum, so that getpaid may skip what it has recorded."""
ALSO: Final = "also_captured"


class OurProcessor(BaseProcessor):
    """What both providers have in common. There is no pre-authorization: `charge` and `release_lock` do not exist."""

    accepted_currencies: ClassVar[tuple[str, ...]] = ("KRW", "USD", "EUR", "JPY")

    # -- beginning

    async def prepare_transaction(self, **kwargs: Any) -> TransactionResult:
        """Make the provider refuse any other amount, and return the window that the buyer's page opens.

        `form_data` is the window: the provider's script, and the parameters to open it with. `redirect_url` is the
        shop's page that does so, if the config names one as `page_url`. Raises CommunicationError.
        """
        known = self._known()
        await self._ask(lambda gateway: gateway.prepare(known.merchant_id, known.price), CommunicationError)
        page = str(self.get_setting("page_url", "")).format(payment_id=self.payment.id)
        return TransactionResult(
            method=BackendMethod.GET if page else BackendMethod.REST,
            redirect_url=page or None,
            form_data=self.window(method=kwargs.get("method", "")),
        )

    def window(self, *, method: str = "") -> dict[str, Any]:
        """Return what opens the window, as JSON values; nothing is sent. *method* is "card", "transfer", …

        The contact data of the order's buyer is passed on and not stored.
        """
        with translated(GetPaidException):
            account, buyer = self._account(), self.payment.order.get_buyer_info()
            window = account.window(self._payment(account, method), _contact(buyer))
        return {"provider": window.provider, "script": window.script, "parameters": dict(window.parameters)}

    # -- learning

    async def verify_callback(self, data: dict[str, Any], headers: dict[str, str], **kwargs: Any) -> None:
        """Check the signature, where the provider signs and the config has a secret, and that it names this payment.

        It is only a hint all the same: `handle_callback` believes nothing of it. Raises InvalidCallbackError.
        """
        body = kwargs.get("raw_body")
        if body is None:
            raise InvalidCallbackError("The framework must pass the body as it was received, as `raw_body`.")
        names = {name.lower(): value for name, value in headers.items()}
        with translated(InvalidCallbackError):
            reader = self._account().reader()
            hint = reader.webhook(body.encode() if isinstance(body, str) else body, names, "", datetime.now(UTC))
        if hint.merchant_id not in (None, str(self.payment.id)):
            raise InvalidCallbackError("The callback names another payment. Nothing was done.")

    async def handle_callback(
        self, data: dict[str, Any], headers: dict[str, str], **kwargs: Any
    ) -> PaymentUpdate | None:
        """Ask the provider, as `fetch_payment_status` does: what a callback says is never believed."""
        return await self.fetch_payment_status()

    async def fetch_payment_status(self, **kwargs: Any) -> PaymentUpdate | None:
        """Return the one next step that is not recorded yet. A capture that was refunded meanwhile takes two calls.

        Raises CommunicationError where the provider gave no answer, or one that a person must look at: another sum.
        """
        known = self._known()
        attempts = await self._ask(lambda gateway: gateway.attempts(known.merchant_id), CommunicationError)
        with translated(CommunicationError):
            step = step_of(known, attempts)
        return self._update(step) if step else None

    def _update(self, step: Step) -> PaymentUpdate:
        if step.also_captured:
            log.error("%s is paid, and %s was captured for it as well. Refund it.", self.payment.id, step.also_captured)
        amount = self._major(step.amount)
        return PaymentUpdate(
            payment_event=EVENTS[step.kind],
            paid_amount=amount if step.kind is StepKind.CAPTURED else None,
            refunded_amount=amount if step.kind is StepKind.REFUNDED else None,
            external_id=None if step.kind is StepKind.DECLINED else step.gateway_id,
            provider_event_id=f"{step.kind}:{step.gateway_id}:{step.amount}" if step.kind in MONEY else None,
            provider_data={ALSO: list(step.also_captured)} if step.also_captured else {},
        )

    # -- refunding

    async def start_refund(self, amount: Decimal | None = None, **kwargs: Any) -> RefundResult:
        """Refund *amount* (major units), or all that is left; the next status says that it is done.

        Two sends of the same refund are made once. Raises RefundFailure, whose context has the `outcome`: "unknown"
        may have been done (fetch the status, then start the same refund again), "refused" was not. To start a refused
        one again, pass `refusals=1`, because the provider may repeat an earlier answer. Money from a virtual account
        needs `account={"bank": …, "number": …, "holder": …}`.
        """
        known = self._known()
        with translated(RefundFailure):
            left = known.captured - known.refunded
            minor = left if amount is None else minor_units(amount, known.price.currency)
            account = BankAccount(**kwargs["account"]) if kwargs.get("account") else None
            refusals = int(kwargs.get("refusals", 0))
            refund = refund_of(known, minor, datetime.now(UTC), refusals=refusals, account=account)
        send = lambda gateway: gateway.refund(refund, known.price.currency, known.merchant_id)  # noqa: E731 - as the others
        await self._ask(send, RefundFailure)
        return RefundResult(amount=self._major(minor), provider_data={"refund_id": refund.id})

    async def cancel_refund(self, **kwargs: Any) -> bool:
        """Return False: no provider takes a refund back."""
        return False

    # -- what getpaid keeps, in our words

    def _known(self) -> Known:
        payment, currency = self.payment, self.payment.currency
        waits = payment.status == PaymentStatus.REFUND_STARTED
        with translated(GetPaidException):
            return Known(
                merchant_id=merchant_id(str(payment.id)),
                price=Money.from_major(Decimal(payment.amount_required), currency),
                mode=self._account().settings.mode,
                captured=minor_units(Decimal(payment.amount_paid), currency),
                refunded=minor_units(Decimal(payment.amount_refunded), currency),
                gateway_id=payment.external_id or "",
                refund_id=payment.provider_data.get("refund_id", "") if waits else "",
                also_captured=frozenset(payment.provider_data.get(ALSO, ())),
            )

    def _payment(self, account: Account, method: str) -> Payment:
        known = self._known()
        offer = Offer(self.payment.description or known.merchant_id, known.price)
        by_method = Method(method or self.get_setting("method", Method.CARD))
        at, name = datetime.now(UTC), known.merchant_id
        begun = Payment.begin(name, "", name, offer, by_method, known.mode, at, BY)
        return attrs.evolve(begun, provider=account.name)

    def _account(self) -> Account:
        callback = str(self.get_setting("callback_url", "")).format(payment_id=self.payment.id)
        returns_to = self.payment.order.get_return_url()
        return account_of(self.slug, self.config, returns_to=returns_to, notices_to=callback)

    def _major(self, minor: int) -> Decimal:
        return Money(minor, self.payment.currency).to_major() if minor else Decimal(0)

    async def _ask(self, question: Callable[[Gateway], Coroutine[Any, Any, T]], error: type[GetPaidException]) -> T:
        """Return the provider's answer; what goes wrong is raised as *error*."""
        with translated(error):
            gateway = gateway_of(self.slug, self.config)
            return await asyncio.to_thread(lambda: run(question(gateway)))


class IamportProcessor(OurProcessor):
    """Iamport (PortOne V1)."""

    slug: ClassVar[str] = "iamport"
    display_name: ClassVar[str] = "Iamport"


class PortOneProcessor(OurProcessor):
    """PortOne V2."""

    slug: ClassVar[str] = "portone"
    display_name: ClassVar[str] = "PortOne"


def _contact(buyer: Mapping[str, str]) -> Contact:
    """Return the buyer's contact; a Korean name has the family name first, and no space."""
    first, last = buyer.get("first_name", ""), buyer.get("last_name", "")
    name = f"{first} {last}".strip() if (first + last).isascii() else last + first
    return Contact(name=name, phone=buyer.get("phone", ""), email=buyer.get("email", ""))
