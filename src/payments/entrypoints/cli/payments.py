"""Commands about payments: show, list, refresh, cancel, refund."""

import sys
from datetime import UTC, datetime
from typing import Annotated, Final

from cyclopts import Parameter

from payments.domain.books.search import Filter
from payments.domain.errors import BadInput, PaymentNotFound
from payments.domain.money import TaxParts
from payments.domain.refund import BankAccount
from payments.domain.refunding import RefundOrder
from payments.domain.values import GatewayId, recorded_id
from payments.entrypoints import display
from payments.entrypoints.blocking import run
from payments.entrypoints.cli.app import REFUSED
from payments.entrypoints.cli.books.searching import NO_SEARCH, Search, shop_zone
from payments.entrypoints.cli.common import DEFAULT, Common, check_limit, operator, say, stored, working
from payments.entrypoints.cli.printing import print_page, print_payment, print_refund
from payments.entrypoints.cli.words import word
from payments.entrypoints.display import Language

MANY: Final = 10
"""How many payments `show` lists where a name is that of several, such as an order or an approval number."""


def show(payment: str, *, common: Common = DEFAULT) -> int:
    """`payments show`.

    Parameters
    ----------
    payment
        The merchant id, or another name: an order, a gateway id, an approval number or a PG transaction id.
    """
    with stored(common) as store:
        found = run(store.payments.page(Filter(called=payment), None, MANY))
        events = run(store.payments.timeline(found[0].merchant_id)) if len(found) == 1 else []
    if not found:
        raise PaymentNotFound
    if len(found) > 1:
        print_page(found, more=False, common=common)
        return REFUSED
    print_payment(found[0], common, events)
    return 0


def list_(*, search: Search = NO_SEARCH, limit: int = 20, cursor: str | None = None, common: Common = DEFAULT) -> None:
    """`payments list`.

    Parameters
    ----------
    limit
        The most payments to list.
    cursor
        The last merchant id of the previous page.
    """
    check_limit(limit)
    which = search.filter(shop_zone(common)).bounded(datetime.now(UTC))
    with stored(common) as store:
        found = run(store.payments.page(which, recorded_id(cursor) if cursor else None, limit + 1))
    print_page(found[:limit], more=len(found) > limit, common=common)


def refresh(payment: str, *, common: Common = DEFAULT) -> None:
    """`payments refresh`.

    Parameters
    ----------
    payment
        The merchant id.
    """
    with working(common) as service:
        known = run(service.payments.get(recorded_id(payment)))
        print_payment(run(service.refresher.refresh(known, str(operator()))).payment, common)


def cancel(payment: str, *, force: Annotated[bool, Parameter(negative="")] = False, common: Common = DEFAULT) -> None:
    """`payments cancel`.

    Parameters
    ----------
    payment
        The merchant id.
    force
        Cancel it although the provider's answer cannot be read. Money found later is refunded as a late capture.
    """
    with working(common) as service:
        print_payment(run(service.checkout.cancel(operator(), recorded_id(payment), force=force)), common)


def refund(
    payment: str,
    *,
    amount: str | None = None,
    reason: str = "",
    gateway_id: str | None = None,
    tax_free: str | None = None,
    vat: str | None = None,
    bank: str = "",
    account: str = "",
    holder: str = "",
    phone: str = "",
    override: str = "",
    yes: Annotated[bool, Parameter(negative="")] = False,
    common: Common = DEFAULT,
) -> int:
    """`payments refund`.

    Parameters
    ----------
    payment
        The merchant id.
    amount
        How much to refund, such as 5,000 or 19.99. Default: all that is left.
    reason
        The reason. The provider and the buyer may see it.
    gateway_id
        The capture to refund. Default: the one that paid.
    tax_free
        The tax-free part of the amount.
    vat
        The VAT part of the amount.
    bank
        For a virtual account: the provider's code of the bank to refund to.
    account
        The account's number.
    holder
        The account's holder.
    phone
        The holder's phone number; some PGs need it.
    override
        Refund although the rules of the channel warn, with this note.
    yes
        Do not ask for confirmation.
    """
    with working(common) as service:
        before = run(service.checkout.visible_to(operator(), recorded_id(payment)))
        attempt = before.capture(None if gateway_id is None else GatewayId(gateway_id))
        currency = attempt.report.amount.currency
        order = RefundOrder(
            reason=reason,
            amount=None if amount is None else display.read_money(amount, currency),
            gateway_id=attempt.gateway_id,
            parts=TaxParts(tax_free=_part(tax_free, currency), vat=_part(vat, currency)),
            account=_account(bank, account, holder, phone),
            override=override,
        )
        shown = display.money(order.amount or attempt.left, currency, common.language)
        if not (yes or _confirmed(shown, payment, common.language)):
            say(word("not refunded", common.language))
            return REFUSED
        refund_id = service.refunds.ids.refund_id()
        outcome = run(service.refunds.refund(operator(), before.merchant_id, order, refund_id))
    return print_refund(outcome, outcome.payment.refund(refund_id), common)


def _account(bank: str, number: str, holder: str, phone: str) -> BankAccount | None:
    return BankAccount(bank=bank, number=number, holder=holder, phone=phone) if bank or number or holder else None


def _part(given: str | None, currency: str) -> int | None:
    return None if given is None else display.read_money(given, currency, least=0)


def _confirmed(amount: str, payment: str, language: Language) -> bool:
    """Ask for confirmation at a terminal. Raises BadInput without a terminal: a script must say --yes."""
    if not sys.stdin.isatty():
        raise BadInput(
            f"Nobody can confirm the refund of {amount}. Nothing was sent. Add --yes to refund without asking."
        )
    return input(word("refund?", language, amount=amount, payment=payment) + " [y/N] ").strip().lower() in (
        "y",
        "yes",
    )
