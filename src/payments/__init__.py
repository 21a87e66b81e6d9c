"""Taking money, correctly. The public names of the domain; importing this loads attrs and nothing else.

Values      Money, Method, Mode, Offer, Terms, TaxParts, Caller, merchant_id
Payments    Payment, Attempt, Report, Refund, Status, Trigger, TRANSITIONS, Event, EventKind, Disposition, Orphan
Use cases   UseCases.over(ports, Policy): Checkout, Refunds, Sweep; Courier: coroutines over payments.domain.ports
Errors      PaymentsError and its branches, in payments.domain.errors
"""

from payments.domain.attempt import Attempt, Disposition
from payments.domain.errors import BadInput, GatewayError, NothingToPay, PaymentsError, Refused, StorageConflict
from payments.domain.event import Event, EventKind
from payments.domain.machine import TRANSITIONS, Status, Trigger
from payments.domain.messages import Message
from payments.domain.money import Money, TaxParts
from payments.domain.orphan import Orphan
from payments.domain.payment import Payment
from payments.domain.refund import BankAccount, Refund, RefundStatus
from payments.domain.refunding import RefundOrder
from payments.domain.report import Approval, Deposit, Rank, Report, ReportedRefund
from payments.domain.use_cases.checkout import Checkout, Outcome
from payments.domain.use_cases.outbox import Courier
from payments.domain.use_cases.refunds import Refunds
from payments.domain.use_cases.rules import Channel, Rules
from payments.domain.use_cases.sweep import Sweep, Swept
from payments.domain.use_cases.wiring import Policy, UseCases
from payments.domain.values import Caller, GatewayId, MerchantId, Method, Mode, Offer, RefundId, Terms, merchant_id

__all__ = [
    "TRANSITIONS",
    "Approval",
    "Attempt",
    "BadInput",
    "BankAccount",
    "Caller",
    "Channel",
    "Checkout",
    "Courier",
    "Deposit",
    "Disposition",
    "Event",
    "EventKind",
    "GatewayError",
    "GatewayId",
    "MerchantId",
    "Message",
    "Method",
    "Mode",
    "Money",
    "NothingToPay",
    "Offer",
    "Orphan",
    "Outcome",
    "Payment",
    "PaymentsError",
    "Policy",
    "Rank",
    "Refund",
    "RefundId",
    "RefundOrder",
    "RefundStatus",
    "Refunds",
    "Refused",
    "Report",
    "ReportedRefund",
    "Rules",
    "Status",
    "StorageConflict",
    "Sweep",
    "Swept",
    "TaxParts",
    "Terms",
    "Trigger",
    "UseCases",
    "merchant_id",
]
