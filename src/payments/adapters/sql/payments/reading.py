"""The statements that read payments, built once, and the way from their rows to payments.

One statement reads a payment with its attempts and their refunds, so that they always fit together: under READ
COMMITTED, two statements may see two different states.
"""

import logging
from collections.abc import Iterable, Sequence
from typing import Any, Final

import sqlalchemy as sa

from payments.adapters.sql.engine.pairs import is_one_of_pairs
from payments.adapters.sql.payments.refund_rows import refund_of
from payments.adapters.sql.payments.rows import attempt_of, payment_of
from payments.adapters.sql.schema.moment import Moment
from payments.adapters.sql.schema.side_tables import marks
from payments.adapters.sql.schema.tables import LIVE, ROUTINE, URGENT, attempts, events, payments, refunds
from payments.domain.payment import Payment

_log = logging.getLogger(__name__)
_PAYMENT: Final = payments.c.keys()
_ATTEMPT: Final = attempts.c.keys()
_REFUND: Final = refunds.c.keys()
_FIRST_ATTEMPT: Final = len(_PAYMENT)
_FIRST_REFUND: Final = _FIRST_ATTEMPT + len(_ATTEMPT)

_of_the_capture = (refunds.c.gateway_id == attempts.c.gateway_id) & (refunds.c.merchant_id == payments.c.merchant_id)
_joined = payments.outerjoin(attempts, attempts.c.merchant_id == payments.c.merchant_id).outerjoin(
    refunds, _of_the_capture
)
WHOLE_COLUMNS: Final = (*payments.c, *attempts.c, *refunds.c)
_whole: Final = sa.select(*WHOLE_COLUMNS).select_from(_joined)

BY_ID: Final = _whole.where(payments.c.merchant_id == sa.bindparam("merchant_id"))
BY_IDS: Final = _whole.where(payments.c.merchant_id.in_(sa.bindparam("merchant_ids", expanding=True)))
LIVE_ONE: Final = _whole.where(
    payments.c.order_scope == sa.bindparam("order_scope"), payments.c.order_ref == sa.bindparam("order_ref"), LIVE
)
LIVE_ONES: Final = _whole.where(is_one_of_pairs(payments.c.order_scope, payments.c.order_ref), LIVE)
LOCK: Final = (
    sa.select(payments.c.merchant_id).where(payments.c.merchant_id == sa.bindparam("merchant_id")).with_for_update()
)
LOCK_FREE: Final = (
    sa.select(payments.c.merchant_id)
    .where(payments.c.merchant_id.in_(sa.bindparam("merchant_ids", expanding=True)))
    .order_by(payments.c.merchant_id)
    .with_for_update(skip_locked=True)
)
"""Locks those of the payments that nobody else has locked; it never waits."""


def _due(which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    now = sa.bindparam("now", type_=Moment)
    return (
        sa.select(payments.c.merchant_id)
        .where(payments.c.due_at <= now, which)
        .where(sa.or_(payments.c.leased_until.is_(None), payments.c.leased_until <= now))
        .order_by(payments.c.due_at)
        .limit(sa.bindparam("limit", type_=sa.Integer))
        .with_for_update(skip_locked=True)
    )


DUE: Final = (_due(URGENT), _due(ROUTINE))
"""Urgent payments first, and routine ones where there is room: two statements, because each has an index of its own."""
TIMELINE: Final = (
    sa.select(events).where(events.c.merchant_id == sa.bindparam("merchant_id")).order_by(events.c.version)
)
RECONCILED_UNTIL: Final = sa.select(marks.c.reconciled_until).where(marks.c.provider == sa.bindparam("provider"))


def joined_to(page: sa.FromClause, merchant_id: sa.ColumnElement[str]) -> sa.FromClause:
    """Return the whole payments of a *page* of ids, as a join that WHOLE_COLUMNS are read from."""
    found = page.join(payments, payments.c.merchant_id == merchant_id)
    return found.outerjoin(attempts, attempts.c.merchant_id == payments.c.merchant_id).outerjoin(
        refunds, _of_the_capture
    )


def payments_of(rows: Iterable[sa.Row[Any]]) -> list[Payment]:
    """Return the payments of the joined *rows*, in the order of their first rows."""
    return [_payment(group) for group in _grouped(rows).values()]


def valid_payments_of(rows: Iterable[sa.Row[Any]]) -> list[Payment]:
    """Return the payments as `payments_of` does, but skip and log those whose rows are invalid."""
    found = []
    for merchant_id, group in _grouped(rows).items():
        try:
            found.append(_payment(group))
        except Exception:  # noqa: BLE001 - one invalid payment must not stop the others
            _log.exception("payment %s has invalid rows; it was not changed", merchant_id)
    return found


def _grouped(rows: Iterable[sa.Row[Any]]) -> dict[str, list[sa.Row[Any]]]:
    grouped: dict[str, list[sa.Row[Any]]] = {}
    for row in rows:
        grouped.setdefault(row[0], []).append(row)
    return grouped


def _payment(rows: Sequence[sa.Row[Any]]) -> Payment:
    attempts_by_id = {
        row[_FIRST_ATTEMPT]: row[_FIRST_ATTEMPT:_FIRST_REFUND] for row in rows if row[_FIRST_ATTEMPT] is not None
    }
    refund_rows = [
        dict(zip(_REFUND, row[_FIRST_REFUND:], strict=True)) for row in rows if row[_FIRST_REFUND] is not None
    ]
    refund_rows.sort(key=lambda refund: refund["position"])
    return payment_of(
        dict(zip(_PAYMENT, rows[0], strict=False)),
        tuple(
            attempt_of(dict(zip(_ATTEMPT, attempts_by_id[gateway_id], strict=True)))
            for gateway_id in sorted(attempts_by_id)
        ),
        tuple(map(refund_of, refund_rows)),
    )
