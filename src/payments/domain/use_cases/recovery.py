"""Recovery: notices that a receiver of messages answers again, so that what waits for it may follow at once."""

from datetime import datetime, timedelta
from typing import Final

import attrs

OWN_TROUBLE_WITHIN: Final = timedelta(minutes=2)
"""A message that fails so soon after it was brought forward fails for a reason of its own."""
MOST_REMEMBERED: Final = 200


@attrs.define
class Recovery:
    """What one process saw of the receiver. Any thread may use it.

    `troubled` are the ids of messages that fail while others arrive: they are not brought forward again, or each
    message that arrives would cost them one of their tries.
    """

    troubled: set[str] = attrs.field(factory=set, init=False)
    _is_down: bool = attrs.field(default=False, init=False)
    _brought_at: datetime | None = attrs.field(default=None, init=False)

    def failed(self, message_id: str, now: datetime) -> None:
        """Note that a message did not arrive."""
        self._is_down = True
        if self._brought_at is not None and now - self._brought_at <= OWN_TROUBLE_WITHIN:
            if len(self.troubled) >= MOST_REMEMBERED:
                self.troubled.clear()
            self.troubled.add(message_id)

    def arrived(self, message_id: str, now: datetime) -> bool:
        """Note that a message arrived. Return whether those that wait are to be brought forward."""
        self.troubled.discard(message_id)
        was_down, self._is_down = self._is_down, False
        if was_down:
            self._brought_at = now
        return was_down
