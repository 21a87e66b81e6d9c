"""Payments, their attempts, refunds and events; the outbox; keys; and the stamp of the mode."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _payments()
    _attempts()
    _refunds()
    _events()
    _outbox()
    _idempotency_keys()
    _api_keys()
    _meta()


def _id(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length).with_variant(postgresql.VARCHAR(length, collation="C"), "postgresql")


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _payments() -> None:
    op.create_table(
        "payments",
        sa.Column("merchant_id", _id(40), nullable=False),
        sa.Column("buyer", _id(120), nullable=False),
        sa.Column("order_ref", _id(120), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("price", sa.BigInteger, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("mode", sa.String(4), nullable=False),
        sa.Column("method", sa.String(40), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("status", sa.String(9), nullable=False),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("prepared", sa.Boolean, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("due_at", _MOMENT, nullable=True),
        sa.Column("checks", sa.BigInteger, nullable=False),
        sa.CheckConstraint("mode IN ('live', 'test')", name=op.f("ck_payments_mode")),
        sa.CheckConstraint("status IN ('awaiting', 'paid', 'failed', 'cancelled')", name=op.f("ck_payments_status")),
        sa.CheckConstraint("price BETWEEN 1 AND 9007199254740991", name=op.f("ck_payments_price")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_payments_version")),
        sa.PrimaryKeyConstraint("merchant_id", name=op.f("pk_payments")),
    )
    op.create_index(
        op.f("ix_payments_buyer_created_at_merchant_id"), "payments", ["buyer", "created_at", "merchant_id"]
    )
    op.create_index(op.f("ix_payments_created_at_merchant_id"), "payments", ["created_at", "merchant_id"])
    op.create_index("ix_payments_due_at", "payments", ["due_at"], **_where("due_at IS NOT NULL"))
    op.create_index(
        op.f("ix_payments_status_created_at_merchant_id"), "payments", ["status", "created_at", "merchant_id"]
    )
    op.create_index(
        "uq_payments_live_order", "payments", ["buyer", "order_ref"], unique=True, **_where("status != 'cancelled'")
    )


def _attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("gateway_id", _id(64), nullable=False),
        sa.Column("merchant_id", _id(40), nullable=False),
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
        sa.Column("disposition", sa.String(9), nullable=True),
        sa.Column("note", sa.String(500), nullable=False),
        sa.CheckConstraint(
            "disposition IN ('accepted', 'mismatch', 'duplicate', 'late', 'orphan')",
            name=op.f("ck_attempts_disposition"),
        ),
        sa.CheckConstraint("mode IN ('live', 'test')", name=op.f("ck_attempts_mode")),
        sa.CheckConstraint(
            "(rank >= 3) = (disposition IS NOT NULL)", name=op.f("ck_attempts_captures_are_disposed_of")
        ),
        sa.CheckConstraint("amount BETWEEN 1 AND 9007199254740991", name=op.f("ck_attempts_amount")),
        sa.CheckConstraint("rank BETWEEN 1 AND 4", name=op.f("ck_attempts_rank")),
        sa.CheckConstraint("refunded BETWEEN 0 AND amount", name=op.f("ck_attempts_refunded")),
        sa.ForeignKeyConstraint(["merchant_id"], ["payments.merchant_id"], name=op.f("fk_attempts_payments")),
        sa.PrimaryKeyConstraint("gateway_id", name=op.f("pk_attempts")),
    )
    op.create_index(op.f("ix_attempts_merchant_id"), "attempts", ["merchant_id"])
    op.create_index(
        "ix_attempts_open_stray",
        "attempts",
        ["merchant_id"],
        **_where("disposition != 'accepted' AND refunded < amount AND note = ''"),
    )
    op.create_index(
        "uq_attempts_accepted", "attempts", ["merchant_id"], unique=True, **_where("disposition = 'accepted'")
    )


def _refunds() -> None:
    op.create_table(
        "refunds",
        sa.Column("merchant_id", _id(40), nullable=False),
        sa.Column("id", _id(32), nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("gateway_id", _id(64), nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("remainder", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("asked_by", sa.String(120), nullable=False),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.Column("status", sa.String(7), nullable=False),
        sa.Column("tax_free", sa.BigInteger, nullable=False),
        sa.Column("vat", sa.BigInteger, nullable=True),
        sa.Column("account_bank", sa.String(16), nullable=True),
        sa.Column("account_number", sa.String(32), nullable=True),
        sa.Column("account_holder", sa.String(32), nullable=True),
        sa.Column("account_phone", sa.String(20), nullable=True),
        sa.Column("outcome_unknown_since", _MOMENT, nullable=True),
        sa.Column("provider_id", sa.String(64), nullable=False),
        sa.Column("failure", sa.String(1000), nullable=False),
        sa.CheckConstraint("status <> 'open' OR amount <= remainder", name=op.f("ck_refunds_open_fits")),
        sa.CheckConstraint("status IN ('open', 'done', 'refused')", name=op.f("ck_refunds_status")),
        sa.CheckConstraint("amount BETWEEN 1 AND 9007199254740991", name=op.f("ck_refunds_amount")),
        sa.CheckConstraint("remainder BETWEEN 0 AND 9007199254740991", name=op.f("ck_refunds_remainder")),
        sa.CheckConstraint("tax_free + COALESCE(vat, 0) <= amount", name=op.f("ck_refunds_parts_fit")),
        sa.CheckConstraint("tax_free >= 0 AND COALESCE(vat, 0) >= 0", name=op.f("ck_refunds_parts")),
        sa.ForeignKeyConstraint(["gateway_id"], ["attempts.gateway_id"], name=op.f("fk_refunds_attempts")),
        sa.ForeignKeyConstraint(["merchant_id"], ["payments.merchant_id"], name=op.f("fk_refunds_payments")),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_refunds")),
        sa.UniqueConstraint("merchant_id", "position", name=op.f("uq_refunds_merchant_id_position")),
    )
    op.create_index("uq_refunds_open", "refunds", ["gateway_id"], unique=True, **_where("status = 'open'"))


def _events() -> None:
    op.create_table(
        "events",
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
        sa.CheckConstraint("status IN ('awaiting', 'paid', 'failed', 'cancelled')", name=op.f("ck_events_status")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_events_version")),
        sa.ForeignKeyConstraint(["merchant_id"], ["payments.merchant_id"], name=op.f("fk_events_payments")),
        sa.PrimaryKeyConstraint("merchant_id", "version", name=op.f("pk_events")),
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", _id(64), nullable=False),
        sa.Column("merchant_id", _id(40), nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("due_at", _MOMENT, nullable=True),
        sa.Column("tries", sa.BigInteger, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "version"], ["events.merchant_id", "events.version"], name=op.f("fk_outbox_events")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index("ix_outbox_dead", "outbox", ["created_at", "merchant_id", "version"], **_where("due_at IS NULL"))
    op.create_index("ix_outbox_due_at", "outbox", ["due_at"], **_where("due_at IS NOT NULL"))


def _idempotency_keys() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column("scope", _id(255), nullable=False),
        sa.Column("key", _id(255), nullable=False),
        sa.Column("fingerprint", sa.String(255), nullable=False),
        sa.Column("claimed_at", _MOMENT, nullable=False),
        sa.Column("claimed_until", _MOMENT, nullable=False),
        sa.Column("status", sa.BigInteger, nullable=True),
        sa.Column("body", sa.LargeBinary, nullable=True),
        sa.CheckConstraint("(status IS NULL) = (body IS NULL)", name=op.f("ck_idempotency_keys_answer")),
        sa.PrimaryKeyConstraint("scope", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index(op.f("ix_idempotency_keys_claimed_at"), "idempotency_keys", ["claimed_at"])


def _api_keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("digest", _id(128), nullable=False),
        sa.Column("prefix", _id(40), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("revoked_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("prefix", name=op.f("uq_api_keys_prefix")),
    )


def _meta() -> None:
    op.create_table(
        "meta",
        sa.Column("id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("mode", sa.String(4), nullable=False),
        sa.Column("reconciled_until", _MOMENT, nullable=True),
        sa.CheckConstraint("mode IN ('live', 'test')", name=op.f("ck_meta_mode")),
        sa.CheckConstraint("id = 1", name=op.f("ck_meta_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meta")),
    )
