"""Payments, their attempts, refunds and events; orphans; the outbox; keys; mode and prefix of the database."""

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
    _orphans()
    _outbox()
    _idempotency_keys()
    _api_keys()
    _meta()


def _id(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length).with_variant(postgresql.VARCHAR(length, collation="C"), "postgresql")


def _where(condition: str, on_sqlite: str | None = None) -> dict[str, Any]:
    return {"sqlite_where": sa.text(on_sqlite or condition), "postgresql_where": sa.text(condition)}


def _payments() -> None:
    op.create_table(
        "pkr_payments",
        sa.Column("merchant_id", _id(40), nullable=False),
        sa.Column("buyer", _id(120), nullable=False),
        sa.Column("order_ref", _id(120), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("price", sa.BigInteger, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("mode", sa.String(4), nullable=False),
        sa.Column("method", sa.String(40), nullable=False),
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
        sa.Column("routine", sa.Boolean, nullable=False),
        sa.Column("leased_until", _MOMENT, nullable=True),
        sa.CheckConstraint("mode IN ('live', 'test')", name=op.f("pkr_payments_mode_check")),
        sa.CheckConstraint(
            "status IN ('awaiting', 'paid', 'failed', 'cancelled')", name=op.f("pkr_payments_status_check")
        ),
        sa.CheckConstraint("price BETWEEN 1 AND 9007199254740991", name=op.f("pkr_payments_price_check")),
        sa.CheckConstraint("version >= 0", name=op.f("pkr_payments_version_check")),
        sa.CheckConstraint("checks >= 0 AND failures >= 0", name=op.f("pkr_payments_counts_check")),
        sa.PrimaryKeyConstraint("merchant_id", name=op.f("pkr_payments_pkey")),
    )
    op.create_index(
        op.f("pkr_payments_buyer_created_at_merchant_id_idx"), "pkr_payments", ["buyer", "created_at", "merchant_id"]
    )
    op.create_index(op.f("pkr_payments_created_at_merchant_id_idx"), "pkr_payments", ["created_at", "merchant_id"])
    for name, condition, on_sqlite in (("urgent", "NOT routine", "routine = 0"), ("routine", "routine", "routine = 1")):
        where = _where(f"due_at IS NOT NULL AND {condition}", f"due_at IS NOT NULL AND {on_sqlite}")
        op.create_index(f"pkr_payments_{name}_idx", "pkr_payments", ["due_at"], **where)
    op.create_index(
        op.f("pkr_payments_status_created_at_merchant_id_idx"), "pkr_payments", ["status", "created_at", "merchant_id"]
    )
    op.create_index(
        "pkr_payments_live_order_key",
        "pkr_payments",
        ["buyer", "order_ref"],
        unique=True,
        **_where("status != 'cancelled'"),
    )


def _report(table: str) -> list[sa.schema.SchemaItem]:
    """Return the columns of a report, and what must hold of them."""
    return [
        sa.Column("gateway_id", _id(64), nullable=False),
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
        sa.Column("note", sa.String(500), nullable=False),
        sa.CheckConstraint("mode IN ('live', 'test')", name=op.f(f"{table}_mode_check")),
        sa.CheckConstraint("amount BETWEEN 1 AND 9007199254740991", name=op.f(f"{table}_amount_check")),
        sa.CheckConstraint("rank BETWEEN 1 AND 4", name=op.f(f"{table}_rank_check")),
        sa.CheckConstraint("refunded BETWEEN 0 AND amount", name=op.f(f"{table}_refunded_check")),
    ]


def _attempts() -> None:
    op.create_table(
        "pkr_attempts",
        *_report("pkr_attempts"),
        sa.Column("merchant_id", _id(40), nullable=False),
        sa.Column("disposition", sa.String(10), nullable=True),
        sa.Column("revoke_failure", sa.String(500), nullable=False),
        sa.CheckConstraint(
            "disposition IN ('accepted', 'mismatch', 'duplicate', 'late', 'wrong_mode')",
            name=op.f("pkr_attempts_disposition_check"),
        ),
        sa.CheckConstraint(
            "(rank >= 3) = (disposition IS NOT NULL)", name=op.f("pkr_attempts_captures_have_a_disposition_check")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["pkr_payments.merchant_id"], name=op.f("pkr_attempts_merchant_id_fkey")
        ),
        sa.PrimaryKeyConstraint("gateway_id", name=op.f("pkr_attempts_pkey")),
    )
    op.create_index(op.f("pkr_attempts_merchant_id_idx"), "pkr_attempts", ["merchant_id"])
    op.create_index(
        "pkr_attempts_open_stray_idx",
        "pkr_attempts",
        ["merchant_id"],
        **_where("disposition != 'accepted' AND refunded < amount AND note = ''"),
    )
    op.create_index(
        "pkr_attempts_accepted_key", "pkr_attempts", ["merchant_id"], unique=True, **_where("disposition = 'accepted'")
    )


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
        sa.Column("status", sa.String(7), nullable=False),
        sa.Column("tax_free", sa.BigInteger, nullable=False),
        sa.Column("vat", sa.BigInteger, nullable=True),
        sa.Column("account", sa.Text, nullable=True),
        sa.Column("sends", sa.BigInteger, nullable=False),
        sa.Column("sent_at", _MOMENT, nullable=True),
        sa.Column("sending_until", _MOMENT, nullable=True),
        sa.Column("refusals", sa.BigInteger, nullable=False),
        sa.Column("not_before", _MOMENT, nullable=True),
        sa.Column("provider_id", sa.String(64), nullable=False),
        sa.Column("failure", sa.String(1000), nullable=False),
        sa.CheckConstraint("status <> 'open' OR amount <= remainder", name=op.f("pkr_refunds_open_fits_check")),
        sa.CheckConstraint(
            "sends >= 0 AND refusals >= 0 AND (sends = 0) = (sent_at IS NULL)", name=op.f("pkr_refunds_sends_check")
        ),
        sa.CheckConstraint(
            "sending_until IS NULL OR (status = 'open' AND sends > 0)", name=op.f("pkr_refunds_sending_check")
        ),
        sa.CheckConstraint("not_before IS NULL OR status = 'open'", name=op.f("pkr_refunds_not_before_check")),
        sa.CheckConstraint("status IN ('open', 'done', 'refused')", name=op.f("pkr_refunds_status_check")),
        sa.CheckConstraint("account IS NULL OR status = 'open'", name=op.f("pkr_refunds_account_of_open_check")),
        sa.CheckConstraint("amount BETWEEN 1 AND 9007199254740991", name=op.f("pkr_refunds_amount_check")),
        sa.CheckConstraint("remainder BETWEEN 0 AND 9007199254740991", name=op.f("pkr_refunds_remainder_check")),
        sa.CheckConstraint("tax_free + COALESCE(vat, 0) <= amount", name=op.f("pkr_refunds_parts_fit_check")),
        sa.CheckConstraint("tax_free >= 0 AND COALESCE(vat, 0) >= 0", name=op.f("pkr_refunds_parts_check")),
        sa.ForeignKeyConstraint(["gateway_id"], ["pkr_attempts.gateway_id"], name=op.f("pkr_refunds_gateway_id_fkey")),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["pkr_payments.merchant_id"], name=op.f("pkr_refunds_merchant_id_fkey")
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pkr_refunds_pkey")),
        sa.UniqueConstraint("merchant_id", "position", name=op.f("pkr_refunds_merchant_id_position_key")),
    )
    op.create_index("pkr_refunds_open_key", "pkr_refunds", ["gateway_id"], unique=True, **_where("status = 'open'"))


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
        sa.CheckConstraint(
            "status IN ('awaiting', 'paid', 'failed', 'cancelled')", name=op.f("pkr_events_status_check")
        ),
        sa.CheckConstraint("version >= 1", name=op.f("pkr_events_version_check")),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["pkr_payments.merchant_id"], name=op.f("pkr_events_merchant_id_fkey")
        ),
        sa.PrimaryKeyConstraint("merchant_id", "version", name=op.f("pkr_events_pkey")),
    )


def _orphans() -> None:
    op.create_table(
        "pkr_orphans",
        *_report("pkr_orphans"),
        sa.Column("merchant_id", _id(40), nullable=False),
        sa.Column("found_at", _MOMENT, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("due_at", _MOMENT, nullable=True),
        sa.CheckConstraint("rank >= 3", name=op.f("pkr_orphans_capture_check")),
        sa.CheckConstraint("version >= 1", name=op.f("pkr_orphans_version_check")),
        sa.PrimaryKeyConstraint("gateway_id", name=op.f("pkr_orphans_pkey")),
    )
    op.create_index(op.f("pkr_orphans_found_at_gateway_id_idx"), "pkr_orphans", ["found_at", "gateway_id"])
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
        sa.CheckConstraint("event_version = version", name=op.f("pkr_outbox_event_version_check")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "event_version"],
            ["pkr_events.merchant_id", "pkr_events.version"],
            name=op.f("pkr_outbox_merchant_id_event_version_fkey"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pkr_outbox_pkey")),
    )
    op.create_index(op.f("pkr_outbox_merchant_id_version_idx"), "pkr_outbox", ["merchant_id", "version"])
    op.create_index(
        "pkr_outbox_dead_idx", "pkr_outbox", ["created_at", "merchant_id", "version"], **_where("due_at IS NULL")
    )
    op.create_index("pkr_outbox_due_at_idx", "pkr_outbox", ["due_at"], **_where("due_at IS NOT NULL"))


def _idempotency_keys() -> None:
    op.create_table(
        "pkr_idempotency_keys",
        sa.Column("scope", _id(255), nullable=False),
        sa.Column("key", _id(255), nullable=False),
        sa.Column("fingerprint", sa.String(255), nullable=False),
        sa.Column("claimed_at", _MOMENT, nullable=False),
        sa.Column("claimed_until", _MOMENT, nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("status", sa.BigInteger, nullable=True),
        sa.Column("body", sa.LargeBinary, nullable=True),
        sa.CheckConstraint("(status IS NULL) = (body IS NULL)", name=op.f("pkr_idempotency_keys_answer_check")),
        sa.PrimaryKeyConstraint("scope", "key", name=op.f("pkr_idempotency_keys_pkey")),
    )
    op.create_index(op.f("pkr_idempotency_keys_claimed_at_idx"), "pkr_idempotency_keys", ["claimed_at"])


def _api_keys() -> None:
    op.create_table(
        "pkr_api_keys",
        sa.Column("digest", _id(128), nullable=False),
        sa.Column("prefix", _id(40), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("scopes", sa.String(100), nullable=False),
        *(sa.Column(name, _MOMENT, nullable=True) for name in ("expires_at", "last_used_at", "revoked_at")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pkr_api_keys_pkey")),
        sa.UniqueConstraint("prefix", name=op.f("pkr_api_keys_prefix_key")),
    )


def _meta() -> None:
    op.create_table(
        "pkr_meta",
        sa.Column("id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("mode", sa.String(4), nullable=False),
        sa.Column("prefix", sa.String(16), nullable=False),
        sa.Column("reconciled_until", _MOMENT, nullable=True),
        sa.CheckConstraint("mode IN ('live', 'test')", name=op.f("pkr_meta_mode_check")),
        sa.CheckConstraint("prefix <> ''", name=op.f("pkr_meta_prefix_check")),
        sa.CheckConstraint("id = 1", name=op.f("pkr_meta_one_row_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("pkr_meta_pkey")),
    )
