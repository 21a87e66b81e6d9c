"""The step that looks up the attempts that strangers named, at a set rate."""

import logging

import attrs

from payments.domain.use_cases.hints import FOLLOW_PAUSE, HintTaker
from payments.entrypoints.blocking import run

log = logging.getLogger("payments.worker")


@attrs.frozen
class Following:
    """Follows at most `limit` hints, then waits for FOLLOW_PAUSE."""

    hints: HintTaker
    limit: int

    def __call__(self) -> float:
        _, troubles = run(self.hints.follow(self.limit))
        for trouble in troubles:
            log.warning("hint %r was not followed: %s (%s)", trouble.gateway_id, trouble.error, trouble.error.slug)
        return FOLLOW_PAUSE.total_seconds()
