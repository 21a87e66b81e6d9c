"""Escrow: the parcel of a payment, and the buyer's word that it has come."""

from typing import Any

import attrs

from payments.entrypoints.sandbox.api.portone.table import Answer, Line, PortOneCall
from payments.entrypoints.sandbox.payments.row import PaymentRow
from payments.entrypoints.sandbox.portone.book.cancelling import facts_of
from payments.entrypoints.sandbox.portone.errors import refused
from payments.entrypoints.sandbox.portone.views.moments import moment
from payments.entrypoints.sandbox.service import Sandbox


def apply_logistics(sandbox: Sandbox, call: PortOneCall) -> Answer:
    """Register the parcel, or another one in its place."""
    row = _paid(sandbox, call)
    parcel = call.asked.inner("logistics", required=True)
    company, number = parcel.text("company", required=True), parcel.text("invoiceNumber", required=True)
    sent = moment(parcel.moment("sentAt", required=True) or 0)
    applied = moment(sandbox.clock.exact())
    about = {"company": company, "invoiceNumber": number, "sentAt": sent, "appliedAt": applied}
    _store(sandbox, row, {"status": "REGISTERED", **about})
    return Answer({"invoiceNumber": number, "sentAt": sent, "appliedAt": applied})


def change_logistics(sandbox: Sandbox, call: PortOneCall) -> Answer:
    """Replace the parcel."""
    applied = dict(apply_logistics(sandbox, call).response)
    modified = applied.pop("appliedAt")
    return Answer({**applied, "modifiedAt": modified})


def complete_escrow(sandbox: Sandbox, call: PortOneCall) -> Answer:
    """The buyer has the goods."""
    row = _paid(sandbox, call)
    known = dict(facts_of(row).details.get("escrow", {"company": "", "invoiceNumber": ""}))
    _store(sandbox, row, {**known, "status": "CONFIRMED", "isAutomaticallyConfirmed": False})
    return Answer({"completedAt": moment(sandbox.clock.exact())})


def _paid(sandbox: Sandbox, call: PortOneCall) -> PaymentRow:
    row = sandbox.portone.desk.get(call.payment_id)
    if not row.is_v2:
        raise refused("PAYMENT_NOT_FOUND")
    if row.status != "paid":
        raise refused("PAYMENT_NOT_PAID")
    return row


def _store(sandbox: Sandbox, row: PaymentRow, escrow: dict[str, Any]) -> None:
    facts = facts_of(row)
    changed = attrs.evolve(facts, details={**facts.details, "escrow": escrow})
    sandbox.book.store(attrs.evolve(row, hidden=attrs.evolve(row.hidden, portone=changed)))


TABLE = (
    Line("POST", "/payments/{payment_id}/escrow/logistics", apply_logistics),
    Line("PATCH", "/payments/{payment_id}/escrow/logistics", change_logistics),
    Line("POST", "/payments/{payment_id}/escrow/complete", complete_escrow),
)
