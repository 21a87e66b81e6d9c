"""The closed vocabularies of a timeline: who reported a change, and why a payment is as it is.

Both are stored and sent as their values, so a value never changes its meaning. People read labels instead.
"""

from enum import StrEnum


class Source(StrEnum):
    """Where a change comes from, unless a person or a program asked for it: then `by` is `role:name` of a Caller."""

    CLOCK = "clock"  # a time has passed
    POLICY = "policy"  # a rule of this shop, such as refunding strays
    GATEWAY = "gateway"  # the provider's answer to a call of ours
    COMPLETE = "complete"  # the buyer's browser said that the window approved
    ABANDON = "abandon"  # the buyer's browser said that the window was left
    CANCEL = "cancel"  # the refresh before a payment is closed
    REFUND = "refund"  # the refresh around a refund
    RETURN = "return"  # the buyer's browser came back from the provider
    WEBHOOK = "webhook"  # a message of the provider
    SWEEP = "sweep"  # a visit to what is due
    RECONCILIATION = "reconciliation"  # the provider's own list
    OPERATOR = "operator"  # a refresh that an operator asked for
    EXTERNAL = "external"  # a refund that was made outside this program


class Reason(StrEnum):
    """Why a payment failed or was cancelled. A decline by the provider carries the provider's own words instead."""

    DECLINED = "declined"
    AMOUNT_MISMATCH = "amount_mismatch"
    PREPARE_REFUSED = "prepare_refused"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"  # the order was begun anew
    BUYER = "buyer"  # the buyer cancelled
    SHOP = "shop"  # the shop cancelled
    SYSTEM = "system"  # a program of the shop cancelled
    REFUNDED = "refunded"  # all of the money went back
