"""The step that deletes what is too old: idempotency keys, ended sessions, and messages that nobody receives."""

import logging
from datetime import timedelta
from typing import Final

import attrs

from payments.domain.access import Hints, IdempotencyKeys
from payments.domain.messages import Outbox
from payments.domain.people.operators import SESSION_LIFE, Operators
from payments.domain.ports import Clock
from payments.domain.use_cases.hints import HINTS_EXPIRE_AFTER
from payments.entrypoints.blocking import run

log = logging.getLogger("payments.worker")

KEYS_EXPIRE_AFTER: Final = timedelta(days=7)
UNRECEIVED_EXPIRE_AFTER: Final = timedelta(days=30)
"""How long messages wait for an endpoint or a subscriber to be configured; timelines keep the events themselves."""
DELETE_BATCH: Final = 1000
"""Messages deleted in one transaction, so that other writers wait only briefly."""


@attrs.frozen
class Forgetting:
    """Deletes idempotency keys, hints and operators' sessions that are too old, every `every` seconds.

    `unreceived` is the outbox if nobody receives its messages: those older than UNRECEIVED_EXPIRE_AFTER are deleted.
    """

    keys: IdempotencyKeys
    hints: Hints
    clock: Clock
    every: float
    operators: Operators | None = None
    unreceived: Outbox | None = None

    def __call__(self) -> float:
        now = self.clock.now()
        keys = run(self.keys.forget_keys(now - KEYS_EXPIRE_AFTER))
        if keys:
            log.info("forget: deleted %d idempotency keys", keys)
        run(self.hints.forget_hints(now - HINTS_EXPIRE_AFTER))
        if self.operators is not None:
            run(self.operators.forget_sessions(now - SESSION_LIFE))
        if self.unreceived is None:
            return self.every
        messages = run(self.unreceived.forget(now - UNRECEIVED_EXPIRE_AFTER, DELETE_BATCH))
        if messages:
            log.warning(
                "forget: deleted %d messages that nobody received in %d days", messages, UNRECEIVED_EXPIRE_AFTER.days
            )
        return 0 if messages == DELETE_BATCH else self.every
