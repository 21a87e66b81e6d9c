"""The tables about the shop's people.

operators   who may log in to the console; `password` is a hash, `otp` is sealed
sessions    log-ins, by the hash of their token
audit       what people and servers of the shop asked for: triggers refuse every change, and hashes chain the rows
"""

from typing import Final

import sqlalchemy as sa

from payments.adapters.sql.schema.moment import Moment
from payments.adapters.sql.schema.naming import PREFIX, column, id_type, table

operators = table(
    "operators",
    sa.Column("name", id_type(60), primary_key=True),
    column("password", sa.String(500)),
    column("created_at", Moment),
    column("scopes", sa.String(100)),  # words, separated by blanks
    column("otp", sa.String(500)),
    column("otp_step", sa.BigInteger),
    column("revoked_at", Moment, nullable=True),
    column("subject", id_type(500), nullable=True),  # of an identity provider
)
sa.Index(None, operators.c.subject, unique=True)

sessions = table(
    "sessions",
    sa.Column("digest", id_type(64), primary_key=True),
    column("operator", id_type(60)),
    column("created_at", Moment),
    column("seen_at", Moment),
    sa.ForeignKeyConstraint(["operator"], [f"{PREFIX}operators.name"]),
)
sa.Index(None, sessions.c.operator)
sa.Index(None, sessions.c.created_at)

audit = table(
    "audit",
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    column("at", Moment),
    column("asked_by", sa.String(120)),
    column("action", sa.String(40)),
    column("merchant_id", id_type(40), nullable=True),
    column("detail", sa.Text),
    column("previous", id_type(64)),
    column("digest", id_type(64)),
    sa.CheckConstraint("number >= 1", name="number"),
)
sa.Index(None, audit.c.merchant_id, audit.c.number)

_REFUSED: Final = "A row of the audit list is never changed or deleted."
_FREEZE: Final = {
    "sqlite": tuple(
        f"CREATE TRIGGER pkr_audit_no_{what.lower()} BEFORE {what} ON pkr_audit "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
        for what in ("UPDATE", "DELETE")
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION pkr_audit_frozen() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$",
        "CREATE TRIGGER pkr_audit_no_change BEFORE UPDATE OR DELETE ON pkr_audit "
        "FOR EACH ROW EXECUTE FUNCTION pkr_audit_frozen()",
        "CREATE TRIGGER pkr_audit_no_truncate BEFORE TRUNCATE ON pkr_audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION pkr_audit_frozen()",
    ),
}
for _dialect, _statements in _FREEZE.items():
    for _statement in _statements:
        _ddl = sa.DDL(_statement)  # type: ignore[no-untyped-call]  # SQLAlchemy does not type it
        sa.event.listen(audit, "after_create", _ddl.execute_if(dialect=_dialect))
