"""The tables of migration 0001 about the shop's people, and the triggers that keep the audit list as it is."""

import sqlalchemy as sa
from alembic import op

from payments.adapters.sql.migrations.v0001_side_tables import MOMENT, id_type

_REFUSED = "A row of the audit list is never changed or deleted."

_ON_POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION pkr_audit_frozen() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$",
    "CREATE TRIGGER pkr_audit_no_change BEFORE UPDATE OR DELETE ON pkr_audit "
    "FOR EACH ROW EXECUTE FUNCTION pkr_audit_frozen()",
    "CREATE TRIGGER pkr_audit_no_truncate BEFORE TRUNCATE ON pkr_audit "
    "FOR EACH STATEMENT EXECUTE FUNCTION pkr_audit_frozen()",
)


def create_people() -> None:
    _operators()
    _sessions()
    _audit()
    _freeze_audit()


def _operators() -> None:
    op.create_table(
        "pkr_operators",
        sa.Column("name", id_type(60), nullable=False),
        sa.Column("password", sa.String(500), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("scopes", sa.String(100), nullable=False),
        sa.Column("otp", sa.String(500), nullable=False),
        sa.Column("otp_step", sa.BigInteger, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("subject", id_type(500), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pkr_operators_pkey")),
    )
    op.create_index(op.f("pkr_operators_subject_idx"), "pkr_operators", ["subject"], unique=True)


def _sessions() -> None:
    op.create_table(
        "pkr_sessions",
        sa.Column("digest", id_type(64), nullable=False),
        sa.Column("operator", id_type(60), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["operator"], ["pkr_operators.name"], name=op.f("pkr_sessions_operator_fkey")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pkr_sessions_pkey")),
    )
    op.create_index(op.f("pkr_sessions_operator_idx"), "pkr_sessions", ["operator"])
    op.create_index(op.f("pkr_sessions_created_at_idx"), "pkr_sessions", ["created_at"])


def _audit() -> None:
    op.create_table(
        "pkr_audit",
        sa.Column("number", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("asked_by", sa.String(120), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("merchant_id", id_type(40), nullable=True),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("previous", id_type(64), nullable=False),
        sa.Column("digest", id_type(64), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("pkr_audit_number_check")),
        sa.PrimaryKeyConstraint("number", name=op.f("pkr_audit_pkey")),
    )
    op.create_index(op.f("pkr_audit_merchant_id_number_idx"), "pkr_audit", ["merchant_id", "number"])


def _freeze_audit() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for what in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER pkr_audit_no_{what.lower()} BEFORE {what} ON pkr_audit "
                f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
            )
        return
    for statement in _ON_POSTGRESQL:
        op.execute(statement)
