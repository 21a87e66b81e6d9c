"""Planted bugs, most in layers that the simulation leaves out: the whole stack must find each by its known seed."""

from collections.abc import Callable
from typing import Any, Final

import attrs
import pytest

from payments.adapters.iamport.client import Client
from payments.domain import recording
from payments.domain.attempt import Disposition
from payments.domain.errors import Unknown
from payments.domain.machine import Status
from payments.domain.messages import Message
from payments.domain.money import Money
from payments.domain.payment import Payment
from payments.domain.recording import Reading
from payments.domain.refund import Refund
from payments.domain.report import Report
from payments.domain.use_cases import refreshing
from payments.domain.use_cases.outbox import Courier
from payments.domain.values import Caller, MerchantId
from payments.entrypoints.http import operations
from payments.entrypoints.http.operations import Call
from payments.entrypoints.http.routes import payments as routes_payments
from payments.entrypoints.http.routes import quotes
from payments.entrypoints.service import Service


def a_refund_is_sent_twice(patch: pytest.MonkeyPatch) -> None:
    """The client sends a cancel again, with a checksum that fits what the first one left."""
    real = Client.refund

    async def refund(self: Client, order: Refund, currency: str, merchant_id: MerchantId) -> Report:
        report = await real(self, order, currency, merchant_id)
        if report.remaining >= order.amount:
            report = await real(self, attrs.evolve(order, remainder=report.remaining), currency, merchant_id)
        return report

    patch.setattr(Client, "refund", refund)


def a_refund_is_retried_blindly(patch: pytest.MonkeyPatch) -> None:
    """A lost answer is taken for a failure: the refund is sent again, with what is left now as its checksum."""
    real = Client.refund

    async def refund(self: Client, order: Refund, currency: str, merchant_id: MerchantId) -> Report:
        try:
            return await real(self, order, currency, merchant_id)
        except Unknown:
            found = await self.find(order.gateway_id)
            if found is None or found.remaining < order.amount:
                raise
            return await real(self, attrs.evolve(order, remainder=found.remaining), currency, merchant_id)

    patch.setattr(Client, "refund", refund)


def a_repeated_request_is_executed_again(patch: pytest.MonkeyPatch) -> None:
    """The API ignores the keys with which a shop repeats a request."""
    patch.setattr(operations, "idempotency_key", lambda _: None)


def a_buyer_sees_everybodys_payments(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Caller, "may_see", lambda *_: True)


def a_late_capture_is_ignored(patch: pytest.MonkeyPatch) -> None:
    """Money that arrives after the payment was closed stays where it is."""
    real = recording.apply_reports

    def apply_reports(payment: Payment, reading: Reading, contradicts: Any = None) -> Payment:
        if payment.status is not Status.CANCELLED:
            return real(payment, reading, contradicts)
        known = tuple(report for report in reading.reports if payment.attempt(report.gateway_id))
        return real(payment, attrs.evolve(reading, reports=known), contradicts)

    patch.setattr(refreshing, "apply_reports", apply_reports)


def the_browser_names_the_amount(patch: pytest.MonkeyPatch) -> None:
    """What the browser expects to pay becomes the price."""

    async def quoted(service: Service, call: Call) -> tuple[str, quotes.Quote]:
        found = await quotes.quote(service, call.caller.name, call.body.order)
        price = Money(call.body.expected_amount or found.offer.price.minor)
        return call.caller.name, attrs.evolve(found, offer=attrs.evolve(found.offer, price=price))

    patch.setattr(routes_payments, "_quote_for_buyer", quoted)


def any_amount_pays(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(recording, "disposition_of", lambda *_: Disposition.ACCEPTED)


def a_message_is_given_up_at_once(patch: pytest.MonkeyPatch) -> None:
    """What the shop does not accept the first time is never sent again."""

    async def failed(self: Courier, message: Message, _: Exception) -> None:
        await self.outbox.bury(message.id, "gone")

    patch.setattr(Courier, "_failed", failed)


BUGS: Final[dict[str, Callable[[pytest.MonkeyPatch], None]]] = {
    bug.__name__: bug
    for bug in (
        a_refund_is_sent_twice,
        a_refund_is_retried_blindly,
        a_repeated_request_is_executed_again,
        a_buyer_sees_everybodys_payments,
        a_late_capture_is_ignored,
        the_browser_names_the_amount,
        any_amount_pays,
        a_message_is_given_up_at_once,
    )
}
