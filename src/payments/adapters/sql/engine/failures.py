"""What an error of the database means: retry it, or raise it as an error of the domain. No error is swallowed.

StoreRefused    this code must not work with the database: wrong mode, wrong schema, unsafe settings
is_retryable    the transaction was certainly rolled back, and a retry is likely to succeed
domain_error    a constraint that repeats a rule, locks that were held too long, or no usable answer
"""

from typing import Any, Final

import sqlalchemy as sa
import sqlalchemy.exc

from payments.adapters.sql.engine.causes import cause_of
from payments.domain.errors import (
    ConcurrentUpdate,
    GatewayIdTaken,
    MerchantIdTaken,
    OrderIsLive,
    PaymentsError,
    StorageUnavailable,
)

SERIALIZATION_FAILURE: Final = "40001"
DEADLOCK_DETECTED: Final = "40P01"
LOCK_NOT_AVAILABLE: Final = "55P03"
SQLITE_BUSY: Final = 5
SQLITE_LOCKED: Final = 6

_RULES: Final = (  # PostgreSQL names the constraint, SQLite the columns
    ("pkr_payments_pkey", "pkr_payments.merchant_id", MerchantIdTaken, "This merchant id is in use."),
    (
        "pkr_payments_live_order_key",
        "pkr_payments.order_scope, pkr_payments.order_ref",
        OrderIsLive,
        "This order has a live payment.",
    ),
    (
        "pkr_attempts_gateway_id_provider_key",
        "pkr_attempts.gateway_id, pkr_attempts.provider",
        GatewayIdTaken,
        "This attempt belongs to another payment.",
    ),
)
_NO_ANSWER: Final = (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.InternalError, sa.exc.TimeoutError)


class StoreRefused(PaymentsError):
    """This code must not work with this database. Nothing in it was changed."""

    slug = "store-refused"


class WrongMode(StoreRefused):
    """The database is for the other mode. Live and test payments are never kept in one database."""

    slug = "store-wrong-mode"


class NoDatabase(StoreRefused):
    """The file of the database does not exist. Nothing was created."""

    slug = "store-missing"


class WrongSchema(StoreRefused):
    """The tables are missing, older or newer than this code."""

    slug = "store-wrong-schema"


class UnsafeSettings(StoreRefused):
    """With its settings, the database could lose data that it has acknowledged."""

    slug = "store-unsafe-settings"


class WrongClock(StoreRefused):
    """The clock of this machine differs too much from the database server's."""

    slug = "store-wrong-clock"


def is_retryable(error: sa.exc.SQLAlchemyError, *, committing: bool) -> bool:
    """Return whether nothing of the transaction was stored and a retry is likely to succeed at once."""
    if not isinstance(error, sa.exc.DBAPIError):
        return False
    stale = error.connection_invalidated and not committing  # a pooled connection to a server that was stopped
    return stale or _is_undone(error)


def domain_error(error: sa.exc.SQLAlchemyError, *, committing: bool) -> PaymentsError | None:
    """Return *error* as an error of the domain; None if it has no such meaning and is a bug of ours."""
    if isinstance(error, sa.exc.IntegrityError):
        return _rule_broken(error)
    if isinstance(error, sa.exc.DBAPIError) and (_is_undone(error) or _sqlstate(error) == LOCK_NOT_AVAILABLE):
        return ConcurrentUpdate("Other changes held the database for too long. Nothing was stored. Try again later.")
    if isinstance(error, _NO_ANSWER) or type(error) is sa.exc.DatabaseError:
        stored = (
            "It is unknown whether the change was stored. Read it before trying again."
            if committing
            else "Nothing was stored."
        )
        return StorageUnavailable(f"The database cannot be used now. {stored}", committing, cause_of(error))
    return None


def _rule_broken(error: sa.exc.IntegrityError) -> PaymentsError | None:
    name = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    columns = str(error.orig).removeprefix("UNIQUE constraint failed: ")
    for constraint, where, conflict, detail in _RULES:
        if constraint == name or columns == where:
            return conflict(f"{detail} Nothing was stored.")
    return None


def _is_undone(error: sa.exc.DBAPIError) -> bool:
    undone = _sqlstate(error) in (SERIALIZATION_FAILURE, DEADLOCK_DETECTED)
    return undone or _sqlite_code(error) in (SQLITE_BUSY, SQLITE_LOCKED)


def _sqlstate(error: sa.exc.DBAPIError) -> Any:
    return getattr(error.orig, "sqlstate", None)


def _sqlite_code(error: sa.exc.DBAPIError) -> int | None:
    code = getattr(error.orig, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF  # the high bits only say why
