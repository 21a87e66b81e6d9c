"""Commands about large refunds, which wait for a second person."""

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from cyclopts import Parameter

from payments.domain.access import Scope
from payments.domain.books.search import Filter
from payments.domain.people.operators import ScopeMissing
from payments.domain.refund import Refund
from payments.domain.use_cases.checkout import Outcome
from payments.domain.values import Caller, RefundId, recorded_id
from payments.entrypoints import display
from payments.entrypoints.blocking import run
from payments.entrypoints.cli.common import DEFAULT, Common, check_limit, print_json, say, stored, table
from payments.entrypoints.cli.printing import print_refund
from payments.entrypoints.cli.words import word
from payments.entrypoints.display import currency_of
from payments.entrypoints.service import Service

As = Annotated[str, Parameter(name="--as", required=True)]


def list_(*, limit: int = 100, common: Common = DEFAULT) -> None:
    """`payments refunds list`.

    Parameters
    ----------
    limit
        The most payments with an open refund to look at, the latest first.
    """
    check_limit(limit)
    with stored(common) as store:
        page = run(store.payments.page(Filter(open_refunds=True), None, limit))
    found = [(payment, refund) for payment in page for refund in payment.open_refunds if refund.awaits_approval]
    if common.json:
        from payments.entrypoints.money_back import refund_view

        print_json(
            {
                "refunds": [
                    {"merchant_id": payment.merchant_id, "refund": refund_view(payment, refund)}
                    for payment, refund in found
                ]
            }
        )
        return
    if not found:
        say(word("none", common.language))
        return

    def line(currency: str, refund: Refund) -> list[str]:
        amount = display.money(refund.amount, currency, common.language)
        asked_by = display.source(refund.by, common.language)
        return [amount, asked_by, display.moment(refund.requested_at, common.language), refund.reason]

    heads = [word(key, common.language) for key in ("payment", "refund", "amount", "asked by", "begun", "reason")]
    lines = [[p.merchant_id, r.id, *line(currency_of(p, r.gateway_id), r)] for p, r in found]
    table([heads, *lines], right=frozenset({2}))


def approve(payment: str, refund: str, *, as_: As, common: Common = DEFAULT) -> int:
    """`payments refunds approve`.

    Parameters
    ----------
    payment
        The merchant id.
    refund
        The refund's id, as `payments refunds list` shows it.
    as_
        The operator who approves it: another one than who requested it. The password is asked for, and the one-time
        code of an operator who has them; a script gives them as two lines.
    """
    refund_id, merchant_id = RefundId(refund), recorded_id(payment)
    with _second_person(as_, common) as (service, caller):
        run(service.approvals.approve(caller, merchant_id, refund_id))
        outcome = run(service.refunds.send(merchant_id, refund_id))
    return print_refund(outcome, outcome.payment.refund(refund_id), common)


def reject(payment: str, refund: str, *, as_: As, why: str = "", common: Common = DEFAULT) -> int:
    """`payments refunds reject`.

    Parameters
    ----------
    payment
        The merchant id.
    refund
        The refund's id, as `payments refunds list` shows it.
    as_
        The operator who gives it up. The password is asked for, as for an approval.
    why
        The reason, for the timeline.
    """
    refund_id, merchant_id = RefundId(refund), recorded_id(payment)
    with _second_person(as_, common) as (service, caller):
        given_up = run(service.approvals.reject(caller, merchant_id, refund_id, why or f"by {caller}"))
    print_refund(Outcome(given_up, confirmed=True), given_up.refund(refund_id), common)
    return 0


@contextmanager
def _second_person(name: str, common: Common) -> Iterator[tuple[Service, Caller]]:
    """Yield the service and the operator *name*, whose password was given. Raises SignInRefused or ScopeMissing."""
    from payments.entrypoints.bootstrap import opened
    from payments.entrypoints.people.wiring import seals_of, sign_in
    from payments.entrypoints.settings import load_settings

    settings = load_settings(common.config)
    with opened(settings) as service:
        signing = sign_in(service.people.operators, service.clock, service.trail, seals_of(settings))
        operator = run(signing.confirm(name, _answer("Password: "), lambda: _answer("One-time code: ")))
        if not operator.allows(Scope.REFUND):
            raise ScopeMissing("This needs an operator with the scope `refund`. Nothing was done.")
        yield service, Caller.operator(operator.name)


def _answer(question: str) -> str:
    """Return what a person types unseen, or the next line of a script."""
    return getpass.getpass(question) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
