"""Commands about money that was given back elsewhere. They need the database alone: nothing is sent to a provider."""

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from payments.domain.outside.deciding import GivenBack
from payments.domain.payment import Payment
from payments.domain.values import GatewayId, MerchantId, RefundId, recorded_id
from payments.entrypoints import display
from payments.entrypoints.blocking import run
from payments.entrypoints.books.periods import late_on
from payments.entrypoints.cli.common import DEFAULT, Common, operator, working
from payments.entrypoints.cli.printing import print_recorded

if TYPE_CHECKING:
    from payments.entrypoints.service import Service


def record(
    payment: str,
    *,
    amount: Annotated[str, Parameter(required=True)] = "",
    note: Annotated[str, Parameter(required=True)] = "",
    on: str | None = None,
    gateway_id: str | None = None,
    key: str | None = None,
    common: Common = DEFAULT,
) -> None:
    """`payments outside record`.

    Parameters
    ----------
    payment
        The merchant id.
    amount
        How much was given back, such as 5,000 or 19.99.
    note
        How and why it was given back. The shop's people read it, and the buyer does not.
    on
        The day on which it was given back, such as 2026-11-25. Default: today.
    gateway_id
        The capture that it belongs to. Default: the one that paid.
    key
        A name of your own, at most 32 characters: repeated with the same one, it is recorded once.
    """
    with working(common) as service:
        known = run(service.checkout.visible_to(operator(), recorded_id(payment)))
        attempt = known.capture(None if gateway_id is None else GatewayId(gateway_id))
        refund_id = RefundId(key) if key else service.refunds.ids.refund_id()
        given = GivenBack(
            amount=display.read_money(amount, attempt.report.amount.currency),
            note=note,
            gateway_id=attempt.gateway_id,
            at=late_on(on, service.zone, service.clock.now()) if on else None,
        )
        after = run(service.outside_refunds.record(operator(), known.merchant_id, given, refund_id))
    print_recorded(after, after.refund(refund_id), common)


def merge(payment: str, refund: str, *, common: Common = DEFAULT) -> None:
    """`payments outside merge`.

    Parameters
    ----------
    payment
        The merchant id.
    refund
        The id of the record, which `payments show` lists among the refunds.
    """
    _decide(payment, refund, common, lambda service: service.outside_refunds.merge)


def count(payment: str, refund: str, *, common: Common = DEFAULT) -> None:
    """`payments outside count`.

    Parameters
    ----------
    payment
        The merchant id.
    refund
        The id of the record, which `payments show` lists among the refunds.
    """
    _decide(payment, refund, common, lambda service: service.outside_refunds.count)


def _decide(
    payment: str,
    refund: str,
    common: Common,
    decision: "Callable[[Service], Callable[..., Coroutine[Any, Any, Payment]]]",
) -> None:
    refund_id, merchant_id = RefundId(refund), MerchantId(recorded_id(payment))
    with working(common) as service:
        after = run(decision(service)(operator(), merchant_id, refund_id))
    print_recorded(after, after.refund(refund_id), common)
