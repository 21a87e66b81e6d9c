"""The tables beside the payments.

outbox              messages that are not delivered yet, each of one event; `due_at` is null on a dead letter
idempotency_keys    requests and their stored answers; `status` is null while the first request is in progress
api_keys            hashes of the keys of the shop's servers
hints               attempts that strangers named and no payment knows; `due_at` is when to look them up
marks               one row for each provider: the time until which its list was compared with our books
meta                one row: mode and prefix of this installation
"""

import sqlalchemy as sa

from payments.adapters.sql.schema.moment import Moment
from payments.adapters.sql.schema.naming import PREFIX, column, id_type, partial_index, table

outbox = table(
    "outbox",
    sa.Column("id", id_type(96), primary_key=True),
    column("merchant_id", id_type(40)),
    column("version", sa.BigInteger),
    column("event_version", sa.BigInteger, nullable=True),  # null where the message is about an orphan
    column("body", sa.Text),
    column("created_at", Moment),
    column("due_at", Moment, nullable=True),
    column("tries", sa.BigInteger),
    column("error", sa.Text),
    sa.CheckConstraint("event_version = version", name="event_version"),
    sa.ForeignKeyConstraint(
        ["merchant_id", "event_version"], [f"{PREFIX}events.merchant_id", f"{PREFIX}events.version"]
    ),
)
WAITING = outbox.c.due_at.is_not(None)
DEAD = outbox.c.due_at.is_(None)
partial_index("due_at", outbox.c.due_at, where=WAITING)
sa.Index(None, outbox.c.merchant_id, outbox.c.version)  # what waits before a message about the same payment
partial_index("dead", outbox.c.created_at, outbox.c.merchant_id, outbox.c.version, where=DEAD)

idempotency_keys = table(
    "idempotency_keys",
    sa.Column("scope", id_type(255), primary_key=True),
    sa.Column("key", id_type(255), primary_key=True),
    column("fingerprint", sa.String(255)),
    column("claimed_at", Moment),
    column("claimed_until", Moment),
    column("owner", sa.String(64)),  # the process whose request it is
    column("status", sa.BigInteger, nullable=True),
    column("body", sa.LargeBinary, nullable=True),
    sa.CheckConstraint("(status IS NULL) = (body IS NULL)", name="answer"),
)
sa.Index(None, idempotency_keys.c.claimed_at)

api_keys = table(
    "api_keys",
    sa.Column("digest", id_type(128), primary_key=True),
    column("prefix", id_type(40)),
    column("name", sa.String(200)),
    column("created_at", Moment),
    column("scopes", sa.String(100)),  # words, separated by blanks
    column("expires_at", Moment, nullable=True),
    column("last_used_at", Moment, nullable=True),
    column("revoked_at", Moment, nullable=True),
    sa.UniqueConstraint("prefix"),
)

hints = table(
    "hints",
    sa.Column("gateway_id", id_type(64), primary_key=True),
    sa.Column("provider", id_type(20), primary_key=True),
    column("merchant_id", id_type(40), nullable=True),
    column("received_at", Moment),
    column("due_at", Moment),
)
sa.Index(None, hints.c.due_at)
sa.Index(None, hints.c.received_at)

marks = table(
    "marks",
    sa.Column("provider", id_type(20), primary_key=True),
    column("reconciled_until", Moment),
)

meta = table(
    "meta",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    column("mode", sa.String(4)),
    column("prefix", sa.String(16)),
    column("hints_after", Moment, nullable=True),  # no worker claims hints before
    sa.CheckConstraint("prefix <> ''", name="prefix"),
    sa.CheckConstraint("id = 1", name="one_row"),
    sa.CheckConstraint("mode IN ('live', 'test')", name="mode"),
)

comparisons = table(
    "comparisons",
    sa.Column("id", id_type(40), primary_key=True),
    column("since", Moment),
    column("until", Moment),
    column("started_at", Moment),
    column("finished_at", Moment),
    column("compared_by", sa.String(120)),
    column("agreed", sa.BigInteger),
    column("foreign_rows", sa.BigInteger),
    column("findings", sa.Text),  # JSON, of a bounded number
    column("more", sa.BigInteger),
    sa.CheckConstraint("agreed >= 0 AND foreign_rows >= 0 AND more >= 0", name="counts"),
)
sa.Index(None, comparisons.c.started_at, comparisons.c.id)

settlements = table(
    "settlements",
    sa.Column("id", id_type(40), primary_key=True),
    column("file_name", sa.String(200)),
    column("currency", sa.String(3)),
    column("since", Moment),
    column("until", Moment),
    column("compared_at", Moment),
    column("compared_by", sa.String(120)),
    column("file_rows", sa.BigInteger),
    column("agreed", sa.BigInteger),
    column("skipped", sa.BigInteger),
    column("days", sa.Text),  # JSON, of a bounded number
    column("findings", sa.Text),  # likewise
    column("more", sa.BigInteger),
    sa.CheckConstraint("agreed BETWEEN 0 AND file_rows AND skipped >= 0 AND more >= 0", name="counts"),
)
sa.Index(None, settlements.c.compared_at, settlements.c.id)
