"""The tables of payments. Their constraints repeat the rules of the domain, so that a bug cannot break one silently.

payments    one row each; a buyer's order has at most one payment that is not cancelled
attempts    a gateway id of a provider belongs to one payment for ever, and a payment has at most one accepted capture
refunds     a capture has at most one open refund
events      the timeline; (payment, version) is the key, so a change has exactly one event
orphans     captures under our prefix without a payment, apart from everything that we began
"""

import sqlalchemy as sa

from payments.adapters.sql.schema.moment import Moment
from payments.adapters.sql.schema.naming import PREFIX, column, id_type, partial_index, table
from payments.domain.money import MAX_MINOR

payments = table(
    "payments",
    sa.Column("merchant_id", id_type(40), primary_key=True),
    column("buyer", id_type(120)),
    column("order_ref", id_type(120)),
    column("order_scope", id_type(120)),  # the buyer, or '' where an order has one payment in the whole shop
    column("name", id_type(200)),
    column("price", sa.BigInteger),
    column("currency", sa.String(3)),
    column("mode", sa.String(4)),
    column("method", sa.String(40)),
    column("provider", id_type(20)),
    column("tax_free", sa.BigInteger, nullable=True),
    column("vat", sa.BigInteger, nullable=True),
    column("channel", sa.String(60)),
    column("digital", sa.Boolean, nullable=True),
    column("max_instalments", sa.BigInteger, nullable=True),
    column("begun_by", sa.String(120)),
    column("created_at", Moment),
    column("expires_at", Moment),
    column("status", sa.String(9)),
    column("reason", sa.String(1000)),
    column("prepared", sa.Boolean),
    column("version", sa.BigInteger),
    column("due_at", Moment, nullable=True),
    column("checks", sa.BigInteger),
    column("failures", sa.BigInteger),
    column("unreadable", sa.String(1000)),
    column("alerted", sa.Text),  # one line each
    column("routine", sa.Boolean),  # its check may wait for all others
    column("leased_until", Moment, nullable=True),  # a worker is visiting it; making it due does not end that
    sa.CheckConstraint(f"price BETWEEN 1 AND {MAX_MINOR}", name="price"),
    sa.CheckConstraint("mode IN ('live', 'test')", name="mode"),
    sa.CheckConstraint("status IN ('awaiting', 'paid', 'failed', 'cancelled')", name="status"),
    sa.CheckConstraint("version >= 0", name="version"),
    sa.CheckConstraint("checks >= 0 AND failures >= 0", name="counts"),
    sa.CheckConstraint("COALESCE(tax_free, 0) >= 0 AND COALESCE(vat, 0) >= 0", name="parts"),
    sa.CheckConstraint("COALESCE(tax_free, 0) + COALESCE(vat, 0) <= price", name="parts_fit"),
    sa.CheckConstraint("order_scope IN (buyer, '')", name="order_scope"),
)
LIVE = payments.c.status != sa.literal_column("'cancelled'")
URGENT = sa.and_(payments.c.due_at.is_not(None), sa.not_(payments.c.routine))
ROUTINE = sa.and_(payments.c.due_at.is_not(None), payments.c.routine)
partial_index("live_order", payments.c.order_scope, payments.c.order_ref, where=LIVE, unique=True)
partial_index("urgent", payments.c.due_at, where=URGENT)
partial_index("routine", payments.c.due_at, where=ROUTINE)
sa.Index(None, payments.c.created_at, payments.c.merchant_id)
sa.Index(None, payments.c.buyer, payments.c.created_at, payments.c.merchant_id)
sa.Index(None, payments.c.status, payments.c.created_at, payments.c.merchant_id)
sa.Index(None, payments.c.method, payments.c.created_at, payments.c.merchant_id)
sa.Index(None, payments.c.price, payments.c.created_at, payments.c.merchant_id)
sa.Index(None, payments.c.name, payments.c.created_at, payments.c.merchant_id)
sa.Index(None, payments.c.order_ref)


def _report() -> list[sa.schema.SchemaItem]:
    """Return the columns of a report, and what must hold of them."""
    return [
        column("gateway_id", id_type(64)),
        column("provider", id_type(20)),
        column("rank", sa.BigInteger),
        column("amount", sa.BigInteger),
        column("currency", sa.String(3)),
        column("refunded", sa.BigInteger),
        column("mode", sa.String(4)),
        column("method", sa.String(40)),
        column("reason", sa.String(1000)),
        column("captured_at", Moment, nullable=True),
        column("deposit_bank", sa.String(64), nullable=True),
        column("deposit_account", sa.String(64), nullable=True),
        column("deposit_holder", sa.String(64), nullable=True),
        column("deposit_due", Moment, nullable=True),
        column("receipt_url", sa.String(1000)),
        column("history", sa.Text),  # the provider's own list of refunds, as JSON
        column("approval_number", sa.String(64)),
        column("transaction_id", sa.String(64)),
        column("pg", sa.String(40)),
        column("card", sa.String(64)),
        column("months", sa.BigInteger),
        column("note", sa.String(500)),
        sa.CheckConstraint("rank BETWEEN 1 AND 4", name="rank"),
        sa.CheckConstraint(f"amount BETWEEN 1 AND {MAX_MINOR}", name="amount"),
        sa.CheckConstraint("refunded BETWEEN 0 AND amount", name="refunded"),
        sa.CheckConstraint("mode IN ('live', 'test')", name="mode"),
        sa.CheckConstraint("months >= 0", name="months"),
    ]


attempts = table(
    "attempts",
    *_report(),
    sa.Column("merchant_id", id_type(40), sa.ForeignKey(f"{PREFIX}payments.merchant_id"), nullable=False),
    column("disposition", sa.String(10), nullable=True),
    column("taken_at", Moment, nullable=True),  # captured_at, or where the provider does not say it, the begin
    column("revoke_failure", sa.String(500)),
    column("outside", sa.BigInteger),  # given back elsewhere
    sa.PrimaryKeyConstraint("merchant_id", "gateway_id"),
    sa.UniqueConstraint("gateway_id", "provider"),
    sa.CheckConstraint(
        "disposition IN ('accepted', 'mismatch', 'duplicate', 'late', 'wrong_mode')", name="disposition"
    ),
    sa.CheckConstraint("(rank >= 3) = (disposition IS NOT NULL)", name="captures_have_a_disposition"),
    sa.CheckConstraint("outside BETWEEN 0 AND amount - refunded AND (rank >= 3 OR outside = 0)", name="outside"),
    sa.CheckConstraint("(rank >= 3) = (taken_at IS NOT NULL)", name="captures_have_a_time"),
)
OPEN_STRAY = sa.and_(
    attempts.c.disposition != sa.literal_column("'accepted'"),
    attempts.c.outside < attempts.c.amount - attempts.c.refunded,  # SQLite finds no index for a sum on the left
    attempts.c.note == sa.literal_column("''"),
)
ACCEPTED = attempts.c.disposition == sa.literal_column("'accepted'")
TAKEN = attempts.c.taken_at.is_not(None)
partial_index("taken", attempts.c.taken_at, attempts.c.merchant_id, where=TAKEN)
partial_index("taken_amount", attempts.c.amount, attempts.c.taken_at, attempts.c.merchant_id, where=TAKEN)
partial_index(
    "approval_number", attempts.c.approval_number, where=attempts.c.approval_number != sa.literal_column("''")
)
partial_index("transaction_id", attempts.c.transaction_id, where=attempts.c.transaction_id != sa.literal_column("''"))
partial_index("open_stray", attempts.c.merchant_id, where=OPEN_STRAY)
partial_index("accepted", attempts.c.merchant_id, where=ACCEPTED, unique=True)

refunds = table(
    "refunds",
    sa.Column("merchant_id", id_type(40), sa.ForeignKey(f"{PREFIX}payments.merchant_id"), primary_key=True),
    sa.Column("id", id_type(32), primary_key=True),
    column("position", sa.BigInteger),  # in the order in which they were requested
    column("gateway_id", id_type(64)),
    column("amount", sa.BigInteger),
    column("remainder", sa.BigInteger),
    column("reason", sa.String(200)),
    column("requested_by", sa.String(120)),
    column("requested_at", Moment),
    column("status", sa.String(10)),
    column("tax_free", sa.BigInteger, nullable=True),
    column("vat", sa.BigInteger, nullable=True),
    column("account", sa.Text, nullable=True),  # encrypted, except in test mode without a key
    column("sends", sa.BigInteger),
    column("sent_at", Moment, nullable=True),
    column("sending_until", Moment, nullable=True),
    column("refusals", sa.BigInteger),
    column("not_before", Moment, nullable=True),
    column("accepted_at", Moment, nullable=True),
    column("provider_id", sa.String(64)),
    column("failure", sa.String(1000)),
    column("done_at", Moment, nullable=True),
    sa.UniqueConstraint("merchant_id", "position"),
    sa.ForeignKeyConstraint(
        ["merchant_id", "gateway_id"], [f"{PREFIX}attempts.merchant_id", f"{PREFIX}attempts.gateway_id"]
    ),
    sa.CheckConstraint(f"amount BETWEEN 1 AND {MAX_MINOR}", name="amount"),
    sa.CheckConstraint(f"remainder BETWEEN 0 AND {MAX_MINOR}", name="remainder"),
    sa.CheckConstraint("status IN ('open', 'done', 'refused', 'outside', 'questioned', 'merged')", name="status"),
    sa.CheckConstraint("status NOT IN ('questioned', 'merged') OR done_at IS NULL", name="what_counts"),
    sa.CheckConstraint("status <> 'outside' OR done_at IS NOT NULL", name="outside_has_a_time"),
    sa.CheckConstraint("account IS NULL OR status = 'open'", name="account_of_open"),
    sa.CheckConstraint("status <> 'open' OR amount <= remainder", name="open_fits"),
    sa.CheckConstraint("sends >= 0 AND refusals >= 0 AND (sends = 0) = (sent_at IS NULL)", name="sends"),
    sa.CheckConstraint("sending_until IS NULL OR (status = 'open' AND sends > 0)", name="sending"),
    sa.CheckConstraint("accepted_at IS NULL OR (status = 'open' AND sends > 0)", name="accepted"),
    sa.CheckConstraint("not_before IS NULL OR status = 'open'", name="not_before"),
    sa.CheckConstraint("COALESCE(tax_free, 0) >= 0 AND COALESCE(vat, 0) >= 0", name="parts"),
    sa.CheckConstraint("COALESCE(tax_free, 0) + COALESCE(vat, 0) <= amount", name="parts_fit"),
)
OPEN = refunds.c.status == sa.literal_column("'open'")
partial_index("open", refunds.c.merchant_id, refunds.c.gateway_id, where=OPEN, unique=True)
QUESTIONED = refunds.c.status == sa.literal_column("'questioned'")
partial_index("questioned", refunds.c.merchant_id, where=QUESTIONED)
DONE = refunds.c.done_at.is_not(None)
partial_index("done", refunds.c.done_at, refunds.c.merchant_id, where=DONE)
partial_index("done_amount", refunds.c.amount, refunds.c.done_at, refunds.c.merchant_id, where=DONE)

events = table(
    "events",
    sa.Column("merchant_id", id_type(40), sa.ForeignKey(f"{PREFIX}payments.merchant_id"), primary_key=True),
    sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
    column("kind", sa.String(40)),
    column("at", Moment),
    column("reported_by", sa.String(120)),
    column("gateway_id", sa.String(64), nullable=True),
    column("refund_id", sa.String(32), nullable=True),
    column("amount", sa.BigInteger, nullable=True),
    column("reason", sa.String(1000)),
    column("status", sa.String(9)),
    sa.CheckConstraint("version >= 1", name="version"),
    sa.CheckConstraint("status IN ('awaiting', 'paid', 'failed', 'cancelled')", name="status"),
)

orphans = table(
    "orphans",
    *_report(),
    column("merchant_id", id_type(40)),
    column("found_at", Moment),
    column("taken_at", Moment),  # captured_at, or where the provider does not say it, found_at
    column("version", sa.BigInteger),
    column("due_at", Moment, nullable=True),
    sa.PrimaryKeyConstraint("gateway_id", "provider"),
    sa.CheckConstraint("rank >= 3", name="capture"),
    sa.CheckConstraint("version >= 1", name="version"),
)
DUE_ORPHAN = orphans.c.due_at.is_not(None)
partial_index("due_at", orphans.c.due_at, where=DUE_ORPHAN)
sa.Index(None, orphans.c.found_at, orphans.c.gateway_id)
sa.Index(None, orphans.c.taken_at)
