"""What must hold between the books, as the API shows them, and the sandbox's own book: the truth.

check_books      after each step
check_the_end    once nothing goes wrong any more, and the worker has done its rounds
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import attrs
from support.system.agreement import check_books as check_story
from support.whole_stack.stack import Stack

from payments.domain.machine import Status
from payments.domain.payment import Payment
from payments.entrypoints.blocking import run
from payments.entrypoints.sandbox.payments.row import PaymentRow

MONEY = ("captured", "cancelled")


@attrs.define
class Ledger:
    """What the test asked for: nothing else may move money, but for the refund of a stray."""

    asked: Counter[str] = attrs.Factory(Counter)
    """By merchant id: the sum of refunds that were asked for and not refused."""
    console: Counter[str] = attrs.Factory(Counter)
    """By imp_uid: the sum of refunds in the console."""
    good: dict[str, str] = attrs.Factory(dict)
    """imp_uid and merchant id of what an honest buyer paid in time, at a payment that was open."""
    versions: dict[str, int] = attrs.Factory(dict)
    blinded: bool = False
    """The provider hid what it had: a payment may then end before its money is seen, and is refunded."""


def check_books(stack: Stack, ledger: Ledger) -> None:
    """Assert that no payment claims more than is true, and that no money moved that nobody asked for."""
    for shown in stack.books():
        rows = {row.imp_uid: row for row in stack.sandbox.payments(shown["merchant_id"])}
        claims_no_more_than_is_true(shown, rows)
        _nothing_moved_unasked(shown, rows, ledger)
        before = ledger.versions.get(shown["merchant_id"], 0)
        assert shown["version"] >= before, "knowledge went backwards"
        ledger.versions[shown["merchant_id"]] = shown["version"]


def claims_no_more_than_is_true(shown: Mapping[str, Any], rows: Mapping[str, PaymentRow]) -> None:
    """Assert that what the shop is shown of one payment is true at the provider, or was."""
    accepted = [attempt for attempt in shown["attempts"] if attempt["disposition"] == "accepted"]
    for attempt in shown["attempts"]:
        row = rows[attempt["gateway_id"]]
        assert attempt["refunded"] <= row.cancel_amount <= row.amount, (attempt, row)
        if attempt["state"] in MONEY:
            assert (row.amount, row.currency) == (attempt["amount"], attempt["currency"]), (attempt, row)
            assert row.paid_at, "the books have money that the provider never took"
    assert len(accepted) <= 1
    assert shown["refunded"] == sum(attempt["refunded"] for attempt in accepted)
    if shown["status"] == Status.PAID:
        assert [attempt["amount"] for attempt in accepted] == [shown["amount"]], "paid, but not by its own price"


def _nothing_moved_unasked(shown: Mapping[str, Any], rows: Mapping[str, PaymentRow], ledger: Ledger) -> None:
    strays = {a["gateway_id"] for a in shown["attempts"] if a["disposition"] not in (None, "accepted")}
    for imp_uid, row in rows.items():
        if imp_uid not in strays:
            allowed = ledger.asked[shown["merchant_id"]] + ledger.console[imp_uid]
            assert row.cancel_amount <= allowed, f"{row.cancel_amount} went back, {allowed} were asked for"


def check_the_end(stack: Stack, ledger: Ledger) -> None:
    """Assert that both books are equal, that each event was delivered, and that good money was kept."""
    books = stack.books()
    assert stack.listed() == books, "the API lists something else than is stored"
    for shown in books:
        merchant_id = shown["merchant_id"]
        rows = stack.sandbox.payments(merchant_id)
        payment = check_story(stack.worker.checkout, [row.shown() for row in rows], merchant_id)
        assert payment.status is not Status.AWAITING, "it awaits past its expiry"
        told = {f"{merchant_id}_{event.version}" for event in run(stack.worker.payments.timeline(payment.merchant_id))}
        assert told <= stack.endpoint.arrived, "an event was not delivered"
        _good_money_is_kept(payment, rows, ledger)


def _good_money_is_kept(payment: Payment, rows: list[PaymentRow], ledger: Ledger) -> None:
    good = [row for row in rows if ledger.good.get(row.imp_uid) == payment.merchant_id]
    if good and not ledger.blinded:
        assert payment.accepted, f"an honest buyer's good payment does not count: {payment}"
        row = next(row for row in rows if row.imp_uid == payment.accepted.gateway_id)
        back = ledger.asked[payment.merchant_id] + ledger.console[row.imp_uid]
        assert payment.status is Status.PAID or row.cancel_amount == row.amount <= back
