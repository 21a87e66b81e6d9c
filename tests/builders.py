"""The builders and strategies of payments.testing, from one place."""

from payments.testing import NOON
from payments.testing.builders import (
    a_deposit,
    a_payment,
    a_refund_order,
    a_report,
    an_attempt,
    fresh,
    issued,
    paid,
    told,
    with_refund,
)
from payments.testing.strategies import accounts, deposits, lives, moneys, orphans, payments, reports, texts, times

__all__ = [
    "NOON",
    "a_deposit",
    "a_payment",
    "a_refund_order",
    "a_report",
    "accounts",
    "an_attempt",
    "deposits",
    "fresh",
    "issued",
    "lives",
    "moneys",
    "orphans",
    "paid",
    "payments",
    "reports",
    "texts",
    "times",
    "told",
    "with_refund",
]
