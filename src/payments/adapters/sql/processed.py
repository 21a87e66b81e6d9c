"""Handlers exactly once for a host program on SQLAlchemy: the note that a handler ran, in the host's own transaction.

    processed = processed_messages(Base.metadata)                 # the host's migrations create it
    subscriber = handlers.subscriber(InTransaction(Session, processed))

processed_messages   the table of the notes, for the host's metadata
InTransaction        runs an effect and writes its note in one transaction of the host's sessions
"""

from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Final

import attrs
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

_session: Final[ContextVar[Session]] = ContextVar("payments_host_session")


def processed_messages(metadata: sa.MetaData, name: str = "payments_processed_messages") -> sa.Table:
    """Return the table of notes in *metadata*. Rows older than 60 days can be deleted: no message waits that long."""
    return sa.Table(
        name,
        metadata,
        sa.Column("message_id", sa.String(96), primary_key=True),
        sa.Column("handler", sa.String(200), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )


def host_session() -> Session:
    """Return the session of the transaction in which a handler runs. Raises LookupError outside of a handler."""
    return _session.get()


@attrs.frozen
class InTransaction:
    """One transaction for each handler of each message. The handler writes with `host_session()`."""

    sessions: sessionmaker[Session]
    table: sa.Table

    def __call__(self, message_id: str, handler: str, effect: Callable[[], object]) -> None:
        """Run *effect* and note it, unless it is noted. Raises what *effect* raises, after a rollback."""
        with self.sessions() as session:  # its end rolls back what was not committed
            if not self._is_new(session, message_id, handler):
                return
            token = _session.set(session)
            try:
                effect()
            finally:
                _session.reset(token)
            session.commit()

    def _is_new(self, session: Session, message_id: str, handler: str) -> bool:
        """Write the note first: of two deliveries at a time, the second waits here until the first has ended.

        Without a savepoint: with Python's sqlite3 the release of one can commit the note before its effect.
        """
        note = {"message_id": message_id, "handler": handler, "at": datetime.now(UTC)}
        try:
            session.execute(sa.insert(self.table), note)
        except sa.exc.IntegrityError:
            return False
        return True
