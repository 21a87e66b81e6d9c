"""Payments, their attempts, refunds and events; orphans; the outbox; keys; mode and prefix of the database."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from payments.adapters.sql.migrations.v0001_people import create_people
from payments.adapters.sql.migrations.v0001_side_tables import MOMENT as _MOMENT
from payments.adapters.sql.migrations.v0001_side_tables import (
    create_api_keys,
    create_comparisons,
    create_hints,
    create_idempotency_keys,
    create_marks,
    create_meta,
    create_settlements,
)
from payments.adapters.sql.migrations.v0001_side_tables import id_type as _id

revision = "0001"
down_revision = None

_OUTSIDE = "outside BETWEEN 0 AND amount - refunded AND (rank >= 3 OR outside = 0)"
_REFUND_STATUSES = "'open', 'done', 'refused', 'outside', 'questioned', 'merged'"
_DISPOSITIONS = "'accepted', 'mismatch', 'duplicate', 'late', 'wrong_mode'"


def upgrade() -> None:
    _payments()
    _attempts()
    _refunds()
    _events()
    _orphans()
    _outbox()
    create_idempotency_keys()
    create_api_keys()
    create_comparisons()
    create_settlements()
    create_hints()
    create_marks()
    create_meta()
    create_people()


def _check(name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(name))


def _key(name: str, columns: str, of: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(columns.split(), of.split(), name=op.f(name))


def _where(condition: str, on_sqlite: str | None = None) -> dict[str, Any]:
    return {"sqlite_where": sa.text(on_sqlite or condition), "postgresql_where": sa.text(condition)}


def _parts(table: str, amount: str) -> list[sa.CheckConstraint]:
    return [
        _check(f"{table}_parts_fit_check", f"COALESCE(tax_free, 0) + COALESCE(vat, 0) <= {amount}"),
        _check(f"{table}_parts_check", "COALESCE(tax_free, 0) >= 0 AND COALESCE(vat, 0) >= 0"),
    ]


def _payments() -> None:
    op.create_table(
        "pkr_payments",
        sa.Column("merchant_id", _id(40), nullable=False),
        sa.Column("buyer", _id(120), nullable=False),
        sa.Column("order_ref", _id(120), nullable=False),
        sa.Column("order_scope", _id(120), nullable=False),
        sa.Column("name", _id(200), nullable=False),
        sa.Column("price", sa.BigInteger, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("mode", sa.String(4), nullable=False),
        sa.Column("method", sa.String(40), nullable=False),
        sa.Column("provider", _id(20), nullable=False),
        sa.Column("tax_free", sa.BigInteger, nullable=True),
        sa.Column("vat", sa.BigInteger, nullable=True),
        sa.Column("channel", sa.String(60), nullable=False),
        sa.Column("digital", sa.Boolean, nullable=True),
        sa.Column("max_instalments", sa.BigInteger, nullable=True),
        sa.Column("begun_by", sa.String(120), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("status", sa.String(9), nullable=False),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("prepared", sa.Boolean, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("due_at", _MOMENT, nullable=True),
        sa.Column("checks", sa.BigInteger, nullable=False),
        sa.Column("failures", sa.BigInteger, nullable=False),
        sa.Column("unreadable", sa.String(1000), nullable=False),
        sa.Column("alerted", sa.Text, nullable=False),
        sa.Column("routine", sa.Boolean, nullable=False),
        sa.Column("leased_until", _MOMENT, nullable=True),
        _check("pkr_payments_mode_check", "mode IN ('live', 'test')"),
        _check("pkr_payments_status_check", "status IN ('awaiting', 'paid', 'failed', 'cancelled')"),
        _check("pkr_payments_price_check", "price BETWEEN 1 AND 9007199254740991"),
        _check("pkr_payments_version_check", "version >= 0"),
        _check("pkr_payments_counts_check", "checks >= 0 AND failures >= 0"),
        *_parts("pkr_payments", "price"),
        _check("pkr_payments_order_scope_check", "order_scope IN (buyer, '')"),
        sa.PrimaryKeyConstraint("merchant_id", name=op.f("pkr_payments_pkey")),
    )
    by_buyer = ["buyer", "created_at", "merchant_id"]
    op.create_index(op.f("pkr_payments_buyer_created_at_merchant_id_idx"), "pkr_payments", by_buyer)
    op.create_index(op.f("pkr_payments_created_at_merchant_id_idx"), "pkr_payments", ["created_at", "merchant_id"])
    for name, condition, on_sqlite in (("urgent", "NOT routine", "routine = 0"), ("routine", "routine", "routine = 1")):
        where = _where(f"due_at IS NOT NULL AND {condition}", f"due_at IS NOT NULL AND {on_sqlite}")
        op.create_index(f"pkr_payments_{name}_idx", "pkr_payments", ["due_at"], **where)
    for by in ("status", "method", "price", "name"):
        name = op.f(f"pkr_payments_{by}_created_at_merchant_id_idx")
        op.create_index(name, "pkr_payments", [by, "created_at", "merchant_id"])
    columns, live = ["order_scope", "order_ref"], _where("status != 'cancelled'")
    op.create_index("pkr_payments_live_order_key", "pkr_payments", columns, unique=True, **live)
    op.create_index(op.f("pkr_payments_order_ref_idx"), "pkr_payments", ["order_ref"])


def _report(table: str) -> list[sa.schema.SchemaItem]:
    """Return the columns of a report, and what must hold of them."""
    return [
        sa.Column("gateway_id", _id(64), nullable=False),
        sa.Column("provider", _id(20), nullable=False),
        sa.Column("rank", sa.BigInteger, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("refunded", sa.BigInteger, nullable=False),
        sa.Column("mode", sa.String(4), nullable=False),
        sa.Column("method", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("captured_at", _MOMENT, nullable=True),
        sa.Column("deposit_bank", sa.String(64), nullable=True),
        sa.Column("deposit_account", sa.String(64), nullable=True),
        sa.Column("deposit_holder", sa.String(64), nullable=True),
        sa.Column("deposit_due", _MOMENT, nullable=True),
        sa.Column("receipt_url", sa.String(1000), nullable=False),
        sa.Column("history", sa.Text, nullable=False),
        sa.Column("approval_number", sa.String(64), nullable=False),
        sa.Column("transaction_id", sa.String(64), nullable=False),
        sa.Column("pg", sa.String(40), nullable=False),
        sa.Column("card", sa.String(64), nullable=False),
        sa.Column("months", sa.BigInteger, nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        _check(f"{table}_mode_check", "mode IN ('live', 'test')"),
        _check(f"{table}_amount_check", "amount BETWEEN 1 AND 9007199254740991"),
        _check(f"{table}_rank_check", "rank BETWEEN 1 AND 4"),
        _check(f"{table}_refunded_check", "refunded BETWEEN 0 AND amount"),
        _check(f"{table}_months_check", "months >= 0"),
    ]


def _attempts() -> None:
    op.create_table(
        "pkr_attempts",
        *_report("pkr_attempts"),
        sa.Column("merchant_id", _id(40), nullable=False),
        sa.Column("disposition", sa.String(10), nullable=True),
        sa.Column("revoke_failure", sa.String(500), nullable=False),
        sa.Column("outside", sa.BigInteger, nullable=False),
        sa.Column("taken_at", _MOMENT, nullable=True),
        _check("pkr_attempts_disposition_check", f"disposition IN ({_DISPOSITIONS})"),
        _check("pkr_attempts_captures_have_a_disposition_check", "(rank >= 3) = (disposition IS NOT NULL)"),
        _check("pkr_attempts_outside_check", _OUTSIDE),
        _check("pkr_attempts_captures_have_a_time_check", "(rank >= 3) = (taken_at IS NOT NULL)"),
        _key("pkr_attempts_merchant_id_fkey", "merchant_id", "pkr_payments.merchant_id"),
        sa.PrimaryKeyConstraint("merchant_id", "gateway_id", name=op.f("pkr_attempts_pkey")),
        sa.UniqueConstraint("gateway_id", "provider", name=op.f("pkr_attempts_gateway_id_provider_key")),
    )
    for name in ("approval_number", "transaction_id"):
        op.create_index(f"pkr_attempts_{name}_idx", "pkr_attempts", [name], **_where(f"{name} != ''"))
    taken, times = _where("taken_at IS NOT NULL"), ["taken_at", "merchant_id"]
    op.create_index("pkr_attempts_taken_idx", "pkr_attempts", times, **taken)
    op.create_index("pkr_attempts_taken_amount_idx", "pkr_attempts", ["amount", *times], **taken)
    stray = _where("disposition != 'accepted' AND outside < amount - refunded AND note = ''")
    op.create_index("pkr_attempts_open_stray_idx", "pkr_attempts", ["merchant_id"], **stray)
    accepted = _where("disposition = 'accepted'")
    op.create_index("pkr_attempts_accepted_key", "pkr_attempts", ["merchant_id"], unique=True, **accepted)


def _refunds() -> None:
    op.create_table(
        "pkr_refunds",
        sa.Column("merchant_id", _id(40), nullable=False),
        sa.Column("id", _id(32), nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("gateway_id", _id(64), nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("remainder", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("requested_by", sa.String(120), nullable=False),
        sa.Column("requested_at", _MOMENT, nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("tax_free", sa.BigInteger, nullable=True),
        sa.Column("vat", sa.BigInteger, nullable=True),
        sa.Column("account", sa.Text, nullable=True),
        sa.Column("sends", sa.BigInteger, nullable=False),
        *(sa.Column(name, _MOMENT, nullable=True) for name in ("sent_at", "sending_until")),
        sa.Column("refusals", sa.BigInteger, nullable=False),
        *(sa.Column(name, _MOMENT, nullable=True) for name in ("not_before", "accepted_at")),
        sa.Column("provider_id", sa.String(64), nullable=False),
        sa.Column("failure", sa.String(1000), nullable=False),
        sa.Column("done_at", _MOMENT, nullable=True),
        _check("pkr_refunds_open_fits_check", "status <> 'open' OR amount <= remainder"),
        _check("pkr_refunds_sends_check", "sends >= 0 AND refusals >= 0 AND (sends = 0) = (sent_at IS NULL)"),
        _check("pkr_refunds_sending_check", "sending_until IS NULL OR (status = 'open' AND sends > 0)"),
        _check("pkr_refunds_accepted_check", "accepted_at IS NULL OR (status = 'open' AND sends > 0)"),
        _check("pkr_refunds_not_before_check", "not_before IS NULL OR status = 'open'"),
        _check("pkr_refunds_status_check", f"status IN ({_REFUND_STATUSES})"),
        _check("pkr_refunds_what_counts_check", "status NOT IN ('questioned', 'merged') OR done_at IS NULL"),
        _check("pkr_refunds_outside_has_a_time_check", "status <> 'outside' OR done_at IS NOT NULL"),
        _check("pkr_refunds_account_of_open_check", "account IS NULL OR status = 'open'"),
        _check("pkr_refunds_amount_check", "amount BETWEEN 1 AND 9007199254740991"),
        _check("pkr_refunds_remainder_check", "remainder BETWEEN 0 AND 9007199254740991"),
        *_parts("pkr_refunds", "amount"),
        _key(
            "pkr_refunds_merchant_id_gateway_id_fkey",
            "merchant_id gateway_id",
            "pkr_attempts.merchant_id pkr_attempts.gateway_id",
        ),
        _key("pkr_refunds_merchant_id_fkey", "merchant_id", "pkr_payments.merchant_id"),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pkr_refunds_pkey")),
        sa.UniqueConstraint("merchant_id", "position", name=op.f("pkr_refunds_merchant_id_position_key")),
    )
    capture, still_open = ["merchant_id", "gateway_id"], _where("status = 'open'")
    op.create_index("pkr_refunds_open_key", "pkr_refunds", capture, unique=True, **still_open)
    op.create_index("pkr_refunds_questioned_idx", "pkr_refunds", ["merchant_id"], **_where("status = 'questioned'"))
    done, times = _where("done_at IS NOT NULL"), ["done_at", "merchant_id"]
    op.create_index("pkr_refunds_done_idx", "pkr_refunds", times, **done)
    op.create_index("pkr_refunds_done_amount_idx", "pkr_refunds", ["amount", *times], **done)


def _events() -> None:
    op.create_table(
        "pkr_events",
        sa.Column("merchant_id", _id(40), nullable=False),
        sa.Column("version", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("reported_by", sa.String(120), nullable=False),
        sa.Column("gateway_id", sa.String(64), nullable=True),
        sa.Column("refund_id", sa.String(32), nullable=True),
        sa.Column("amount", sa.BigInteger, nullable=True),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("status", sa.String(9), nullable=False),
        _check("pkr_events_status_check", "status IN ('awaiting', 'paid', 'failed', 'cancelled')"),
        _check("pkr_events_version_check", "version >= 1"),
        _key("pkr_events_merchant_id_fkey", "merchant_id", "pkr_payments.merchant_id"),
        sa.PrimaryKeyConstraint("merchant_id", "version", name=op.f("pkr_events_pkey")),
    )


def _orphans() -> None:
    op.create_table(
        "pkr_orphans",
        *_report("pkr_orphans"),
        sa.Column("merchant_id", _id(40), nullable=False),
        sa.Column("found_at", _MOMENT, nullable=False),
        sa.Column("taken_at", _MOMENT, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("due_at", _MOMENT, nullable=True),
        _check("pkr_orphans_capture_check", "rank >= 3"),
        _check("pkr_orphans_version_check", "version >= 1"),
        sa.PrimaryKeyConstraint("gateway_id", "provider", name=op.f("pkr_orphans_pkey")),
    )
    op.create_index(op.f("pkr_orphans_found_at_gateway_id_idx"), "pkr_orphans", ["found_at", "gateway_id"])
    op.create_index(op.f("pkr_orphans_taken_at_idx"), "pkr_orphans", ["taken_at"])
    op.create_index("pkr_orphans_due_at_idx", "pkr_orphans", ["due_at"], **_where("due_at IS NOT NULL"))


def _outbox() -> None:
    op.create_table(
        "pkr_outbox",
        sa.Column("id", _id(96), nullable=False),
        sa.Column("merchant_id", _id(40), nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("event_version", sa.BigInteger, nullable=True),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("due_at", _MOMENT, nullable=True),
        sa.Column("tries", sa.BigInteger, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        _check("pkr_outbox_event_version_check", "event_version = version"),
        _key(
            "pkr_outbox_merchant_id_event_version_fkey",
            "merchant_id event_version",
            "pkr_events.merchant_id pkr_events.version",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pkr_outbox_pkey")),
    )
    op.create_index(op.f("pkr_outbox_merchant_id_version_idx"), "pkr_outbox", ["merchant_id", "version"])
    dead = ["created_at", "merchant_id", "version"]
    op.create_index("pkr_outbox_dead_idx", "pkr_outbox", dead, **_where("due_at IS NULL"))
    op.create_index("pkr_outbox_due_at_idx", "pkr_outbox", ["due_at"], **_where("due_at IS NOT NULL"))
