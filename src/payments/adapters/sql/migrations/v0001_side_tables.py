"""The tables of migration 0001 beside those of payments: hints, marks, and one row about the installation."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

MOMENT = sa.DateTime(timezone=True)


def id_type(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length).with_variant(postgresql.VARCHAR(length, collation="C"), "postgresql")


def create_hints() -> None:
    op.create_table(
        "pkr_hints",
        sa.Column("gateway_id", id_type(64), nullable=False),
        sa.Column("provider", id_type(20), nullable=False),
        sa.Column("merchant_id", id_type(40), nullable=True),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("gateway_id", "provider", name=op.f("pkr_hints_pkey")),
    )
    op.create_index(op.f("pkr_hints_due_at_idx"), "pkr_hints", ["due_at"])
    op.create_index(op.f("pkr_hints_received_at_idx"), "pkr_hints", ["received_at"])


def create_marks() -> None:
    op.create_table(
        "pkr_marks",
        sa.Column("provider", id_type(20), nullable=False),
        sa.Column("reconciled_until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("provider", name=op.f("pkr_marks_pkey")),
    )


def create_meta() -> None:
    op.create_table(
        "pkr_meta",
        sa.Column("id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("mode", sa.String(4), nullable=False),
        sa.Column("prefix", sa.String(16), nullable=False),
        sa.Column("hints_after", MOMENT, nullable=True),
        sa.CheckConstraint("mode IN ('live', 'test')", name=op.f("pkr_meta_mode_check")),
        sa.CheckConstraint("prefix <> ''", name=op.f("pkr_meta_prefix_check")),
        sa.CheckConstraint("id = 1", name=op.f("pkr_meta_one_row_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("pkr_meta_pkey")),
    )


def create_api_keys() -> None:
    op.create_table(
        "pkr_api_keys",
        sa.Column("digest", id_type(128), nullable=False),
        sa.Column("prefix", id_type(40), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("scopes", sa.String(100), nullable=False),
        *(sa.Column(name, MOMENT, nullable=True) for name in ("expires_at", "last_used_at", "revoked_at")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pkr_api_keys_pkey")),
        sa.UniqueConstraint("prefix", name=op.f("pkr_api_keys_prefix_key")),
    )


def create_comparisons() -> None:
    op.create_table(
        "pkr_comparisons",
        sa.Column("id", id_type(40), nullable=False),
        *(sa.Column(name, MOMENT, nullable=False) for name in ("since", "until", "started_at", "finished_at")),
        sa.Column("compared_by", sa.String(120), nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("agreed", "foreign_rows")),
        sa.Column("findings", sa.Text, nullable=False),
        sa.Column("more", sa.BigInteger, nullable=False),
        sa.CheckConstraint(
            "agreed >= 0 AND foreign_rows >= 0 AND more >= 0", name=op.f("pkr_comparisons_counts_check")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pkr_comparisons_pkey")),
    )
    by_start = op.f("pkr_comparisons_started_at_id_idx")
    op.create_index(by_start, "pkr_comparisons", ["started_at", "id"])


def create_settlements() -> None:
    op.create_table(
        "pkr_settlements",
        sa.Column("id", id_type(40), nullable=False),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        *(sa.Column(name, MOMENT, nullable=False) for name in ("since", "until", "compared_at")),
        sa.Column("compared_by", sa.String(120), nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("file_rows", "agreed", "skipped")),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("days", "findings")),
        sa.Column("more", sa.BigInteger, nullable=False),
        sa.CheckConstraint(
            "agreed BETWEEN 0 AND file_rows AND skipped >= 0 AND more >= 0", name=op.f("pkr_settlements_counts_check")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pkr_settlements_pkey")),
    )
    op.create_index(op.f("pkr_settlements_compared_at_id_idx"), "pkr_settlements", ["compared_at", "id"])


def create_idempotency_keys() -> None:
    op.create_table(
        "pkr_idempotency_keys",
        sa.Column("scope", id_type(255), nullable=False),
        sa.Column("key", id_type(255), nullable=False),
        sa.Column("fingerprint", sa.String(255), nullable=False),
        sa.Column("claimed_at", MOMENT, nullable=False),
        sa.Column("claimed_until", MOMENT, nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("status", sa.BigInteger, nullable=True),
        sa.Column("body", sa.LargeBinary, nullable=True),
        sa.CheckConstraint("(status IS NULL) = (body IS NULL)", name=op.f("pkr_idempotency_keys_answer_check")),
        sa.PrimaryKeyConstraint("scope", "key", name=op.f("pkr_idempotency_keys_pkey")),
    )
    op.create_index(op.f("pkr_idempotency_keys_claimed_at_idx"), "pkr_idempotency_keys", ["claimed_at"])
