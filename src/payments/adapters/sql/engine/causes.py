"""cause_of: what the database's driver says, in one line without a password, and what an operator does next."""

import re
from typing import Final

import sqlalchemy as sa
import sqlalchemy.exc

MAX_LENGTH: Final = 300
_SECRET: Final = re.compile(r"(password\s*=\s*|://[^:/@\s]*:)[^@\s]+", re.IGNORECASE)
_NEXT: Final = (
    (r"password authentication failed|no password supplied", "Check the user and the password in database.url."),
    (r'database "[^"]*" does not exist', "Create the database, for example with createdb, or correct database.url."),
    (r'role "[^"]*" does not exist', "Create the user, or correct the one in database.url."),
    (r"pg_hba\.conf", "The server lets this user or address in by another way only: see its pg_hba.conf."),
    (
        r"refused|is the server running|timeout expired|timed out",
        "Start the server, or correct host and port.",
    ),
    (r"translate host name|name or service not known|name resolution", "Correct the host in database.url."),
    (r"too many (clients|connections)|remaining connection slots", "Raise max_connections, or run fewer processes."),
    (r"unable to open database file", "Create the file's folder and let this user write to it."),
    (
        r"file is not a database|malformed",
        "This is not an SQLite database: correct database.url.",
    ),
    (r"readonly|read-only", "Let this user write to the file and its folder."),
    (r"disk is full|no space left", "Make room on the disk."),
)


def cause_of(error: sa.exc.SQLAlchemyError) -> str:
    """Return the driver's own line, and the next step if we know one; '' if the driver said nothing."""
    said = " ".join(str(getattr(error, "orig", None) or "").split())
    if not said:
        return ""
    line = _SECRET.sub(r"\1***", said)[:MAX_LENGTH].rstrip(".")
    step = next((step for pattern, step in _NEXT if re.search(pattern, said, re.IGNORECASE)), "")
    return f"The driver says: {line}. {step}".rstrip()
