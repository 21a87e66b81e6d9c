"""The JSON of a state file: rows of the sandbox with their types, amounts to the last digit."""

import json
from decimal import Decimal
from typing import Any, Final

import attrs

from payments.entrypoints.sandbox.billing.customers import Customer
from payments.entrypoints.sandbox.billing.schedules import Schedule
from payments.entrypoints.sandbox.extras.certifications import Certification
from payments.entrypoints.sandbox.extras.escrows import Delivery as Parcel
from payments.entrypoints.sandbox.extras.receipts import Receipt
from payments.entrypoints.sandbox.payments.cancel_request import CancelAtWork, CancelRequest
from payments.entrypoints.sandbox.payments.channels import Channel
from payments.entrypoints.sandbox.payments.opening import WindowRequest
from payments.entrypoints.sandbox.payments.portone import PortOneCancellation, PortOneFacts
from payments.entrypoints.sandbox.payments.portone_channels import PortOneChannel
from payments.entrypoints.sandbox.payments.prepared import Registration
from payments.entrypoints.sandbox.payments.row import Cancellation, Hidden, PaymentRow
from payments.entrypoints.sandbox.portone.billing.keys import BillingKey
from payments.entrypoints.sandbox.portone.billing.schedules import PortOneSchedule
from payments.entrypoints.sandbox.portone.book.opening import PortOneRequest
from payments.entrypoints.sandbox.portone.book.prepared import PortOneRegistration
from payments.entrypoints.sandbox.portone.receipts import CashReceipt
from payments.entrypoints.sandbox.wire.tokens import Token

KIND: Final = "$kind"
KINDS: Final[dict[str, type[Any]]] = {
    "payment": PaymentRow,
    "hidden": Hidden,
    "cancellation": Cancellation,
    "cancel": CancelRequest,
    "cancel_at_work": CancelAtWork,
    "prepare": Registration,
    "customer": Customer,
    "schedule": Schedule,
    "request": WindowRequest,
    "channel": Channel,
    "certification": Certification,
    "receipt": Receipt,
    "parcel": Parcel,
    "token": Token,
    "v2_facts": PortOneFacts,
    "v2_cancellation": PortOneCancellation,
    "v2_channel": PortOneChannel,
    "v2_registration": PortOneRegistration,
    "v2_request": PortOneRequest,
    "v2_key": BillingKey,
    "v2_schedule": PortOneSchedule,
    "v2_receipt": CashReceipt,
}
NAMES: Final = {kind: name for name, kind in KINDS.items()}


def dump(value: Any) -> bytes:
    """Return *value* as one line of JSON without its end. Raises TypeError for what the sandbox does not record."""
    return json.dumps(value, default=_named, separators=(",", ":"), allow_nan=False).encode("ascii")


def load(line: bytes) -> Any:
    """Return what `dump` was given; ValueError or TypeError for anything else."""
    return json.loads(line, object_hook=_made)


def _named(value: Any) -> dict[str, Any]:
    if isinstance(value, Decimal):
        return {KIND: "decimal", "value": str(value)}
    return {KIND: NAMES[type(value)], **attrs.asdict(value, recurse=False)}


def _made(values: dict[str, Any]) -> Any:
    name = values.get(KIND)
    if name == "decimal":
        return Decimal(values["value"])
    if not isinstance(name, str) or name not in KINDS:
        return values
    fields = {field: tuple(value) if isinstance(value, list) else value for field, value in values.items()}
    del fields[KIND]
    return KINDS[name](**fields)
