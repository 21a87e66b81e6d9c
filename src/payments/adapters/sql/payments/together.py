"""write_together and read_together: many works on one connection, with few statements.

New payments are inserted together. Payments to change are locked and read together, the pure changes are applied in the
order in which they came, and the rows are written table by table. Any other work runs behind a savepoint of its own.
What cannot be done together, and why is not known here, is left to run alone, where it raises its own error.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, TypeVar

import attrs
import sqlalchemy as sa
import sqlalchemy.exc

from payments.adapters.sql.engine.database import Work
from payments.adapters.sql.engine.jobs import ALONE, Outcome
from payments.adapters.sql.engine.pairs import pairs
from payments.adapters.sql.payments import reading, writing
from payments.adapters.sql.payments.works import Add, Get, Live, Update
from payments.adapters.sql.payments.writing import Revision
from payments.domain.payment import Payment
from payments.domain.values import MerchantId

W = TypeVar("W")
Works = Sequence[Work[Any]]
Numbered = list[tuple[int, W]]


def write_together(connection: sa.Connection, works: Works) -> list[Outcome]:
    """Return the outcome of each of *works*, which the caller then commits."""
    outcomes: dict[int, Outcome] = {}
    outcomes |= _added(connection, _of_kind(works, Add))  # first, because what they clash with undoes everything
    outcomes |= _updated(connection, _of_kind(works, Update))
    for number, work in enumerate(works):
        if number not in outcomes:
            outcomes[number] = _apart(connection, work)
    return [outcomes[number] for number in range(len(works))]


def read_together(connection: sa.Connection, works: Works) -> list[Outcome]:
    """Return the outcome of each of *works*, which only read."""
    outcomes = _got(connection, _of_kind(works, Get)) | _found_live(connection, _of_kind(works, Live))
    for number, work in enumerate(works):
        if number not in outcomes:
            outcomes[number] = _outcome_of(partial(work, connection))
    return [outcomes[number] for number in range(len(works))]


def _added(connection: sa.Connection, adds: Numbered[Add]) -> dict[int, Outcome]:
    outcomes = {number: ALONE for number, _ in adds}
    new = {
        (add.payment.order_scope, add.payment.order): (number, add) for number, add in reversed(adds)
    }  # the first of each
    if new:
        together = [new[key] for key in sorted(new)]  # in one order in all processes, so that they cannot deadlock
        try:
            writing.insert_payments(connection, [add.payment for _, add in together])
        except sa.exc.IntegrityError:
            connection.rollback()
        else:
            outcomes |= {number: Outcome(value=add.stored) for number, add in together}
    return outcomes


def _updated(connection: sa.Connection, updates: Numbered[Update]) -> dict[int, Outcome]:
    """One that is missing or locked elsewhere is left to run alone, where it waits for the lock."""
    stored = _locked(connection, {update.merchant_id for _, update in updates})
    known = dict(stored)
    steps: dict[MerchantId, list[Payment]] = {merchant_id: [] for merchant_id in stored}

    def result(update: Update) -> Payment:
        before = known[update.merchant_id]
        after = update.successor(before)
        if after is not before:
            steps[update.merchant_id].append(after)
            known[update.merchant_id] = attrs.evolve(after, new_events=())
        return known[update.merchant_id]

    outcomes = {
        number: _outcome_of(partial(result, update)) if update.merchant_id in stored else ALONE
        for number, update in updates
    }
    revisions = [Revision(stored[merchant_id], tuple(after)) for merchant_id, after in steps.items() if after]
    if revisions:
        writing.update_payments(connection, revisions)
    return outcomes


def _locked(connection: sa.Connection, merchant_ids: Iterable[MerchantId]) -> dict[MerchantId, Payment]:
    """Return those of the payments that can be locked at once, by id and in the order of their ids.

    Nobody waits here while they hold other locks, so no two processes can deadlock.
    """
    ids = sorted(merchant_ids)
    if ids and connection.dialect.name == "postgresql":
        ids = list(connection.execute(reading.LOCK_FREE, {"merchant_ids": ids}).scalars())
    if not ids:
        return {}
    found = reading.valid_payments_of(connection.execute(reading.BY_IDS, {"merchant_ids": ids}))
    return {payment.merchant_id: payment for payment in found}


def _apart(connection: sa.Connection, work: Work[Any]) -> Outcome:
    """Run *work* behind a savepoint, so that its failure undoes nothing else."""
    savepoint = connection.begin_nested()
    outcome = _outcome_of(partial(work, connection))
    if outcome.error is None and not outcome.alone:
        savepoint.commit()
    else:
        savepoint.rollback()
    return outcome


def _got(connection: sa.Connection, gets: Numbered[Get]) -> dict[int, Outcome]:
    if len(gets) < 2:
        return {}
    ids = sorted({get.merchant_id for _, get in gets})
    rows = connection.execute(reading.BY_IDS, {"merchant_ids": ids})
    found = {payment.merchant_id: payment for payment in reading.valid_payments_of(rows)}
    return {number: _got_one(found.get(get.merchant_id)) for number, get in gets}


def _got_one(payment: Payment | None) -> Outcome:
    return ALONE if payment is None else Outcome(value=payment)


def _found_live(connection: sa.Connection, asked: Numbered[Live]) -> dict[int, Outcome]:
    if len(asked) < 2:
        return {}
    orders = sorted({(live.scope, live.order) for _, live in asked})
    rows = connection.execute(reading.LIVE_ONES, pairs(orders))
    found = {(payment.order_scope, payment.order): payment for payment in reading.payments_of(rows)}
    return {number: Outcome(value=found.get((live.scope, live.order))) for number, live in asked}


def _outcome_of(work: Callable[[], Any]) -> Outcome:
    try:
        return Outcome(value=work())
    except sa.exc.SQLAlchemyError:
        return ALONE  # what it means depends on whether it is raised again
    except Exception as error:  # noqa: BLE001 - it is the caller's
        return Outcome(error=error)


def _of_kind(works: Works, kind: type[W]) -> Numbered[W]:
    return [(number, work) for number, work in enumerate(works) if isinstance(work, kind)]
