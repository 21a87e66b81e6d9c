"""Commands about strays: captures that do not count as payment."""

from typing import Annotated

from cyclopts import Parameter

from payments.domain.books.search import Filter
from payments.domain.payment import Payment
from payments.domain.refund import BankAccount
from payments.domain.values import GatewayId, recorded_id
from payments.entrypoints import display
from payments.entrypoints.blocking import run
from payments.entrypoints.cli.common import (
    DEFAULT,
    Common,
    check_limit,
    operator,
    print_json,
    say,
    stored,
    table,
    working,
)
from payments.entrypoints.cli.printing import print_payment, print_refund
from payments.entrypoints.cli.words import word


def list_(*, limit: int = 100, cursor: str | None = None, common: Common = DEFAULT) -> None:
    """`payments strays list`.

    Parameters
    ----------
    limit
        The most payments to list the strays of.
    cursor
        The last merchant id of the previous page.
    """
    check_limit(limit)
    with stored(common) as store:
        before = recorded_id(cursor) if cursor else None
        page = run(store.payments.page(Filter(open_strays=True), before, limit + 1))
    found, after = page[:limit], page[limit - 1].merchant_id if len(page) > limit else None
    if common.json:
        from payments.entrypoints.stray_views import stray_views

        views = [view for payment in found for view in stray_views(payment)]
        print_json({"strays": views, "next": after} if after else {"strays": views})
        return
    lines = [line for payment in found for line in _lines(payment, common)]
    if not lines:
        say(word("none", common.language))
        return
    heads = [word(key, common.language) for key in ("payment", "attempt", "what", "left", "buyer", "order")]
    table([heads, *lines], right=frozenset({3}))
    if after:
        say(word("more", common.language, cursor=after))


def _lines(payment: Payment, common: Common) -> list[list[str]]:
    return [
        [
            payment.merchant_id,
            attempt.gateway_id,
            display.disposition(attempt.disposition, common.language) if attempt.disposition else "",
            display.money(attempt.left, attempt.report.amount.currency, common.language),
            payment.buyer,
            payment.order,
        ]
        for attempt in payment.attempts
        if attempt.is_open_stray
    ]


def return_(
    payment: str,
    gateway_id: str,
    *,
    reason: str = "stray",
    bank: str = "",
    account: str = "",
    holder: str = "",
    common: Common = DEFAULT,
) -> int:
    """`payments strays return`.

    Parameters
    ----------
    payment
        The merchant id of the stray.
    gateway_id
        The attempt that captured it.
    reason
        The reason. The provider and the buyer may see it.
    bank
        For a virtual account: the provider's code of the bank to refund to.
    account
        The account's number.
    holder
        The account's holder.
    """
    where = BankAccount(bank=bank, number=account, holder=holder) if bank or account or holder else None
    with working(common) as service:
        refund_id = service.refunds.ids.refund_id()
        returning = service.refunds.return_stray(
            operator(), recorded_id(payment), GatewayId(gateway_id), reason=reason, account=where, refund_id=refund_id
        )
        outcome = run(returning)
    return print_refund(outcome, outcome.payment.refund(refund_id), common)


def hold(
    payment: str, gateway_id: str, *, note: Annotated[str, Parameter(required=True)] = "", common: Common = DEFAULT
) -> None:
    """`payments strays hold`.

    Parameters
    ----------
    payment
        The merchant id of the stray.
    gateway_id
        The attempt that captured it.
    note
        Why the stray is held.
    """
    with working(common) as service:
        held = run(service.refunds.hold_stray(operator(), recorded_id(payment), GatewayId(gateway_id), note))
    print_payment(held, common)
