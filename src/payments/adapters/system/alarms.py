"""LoggingAlarms: alarms as lines of the log, at level error."""

import logging

from payments.domain.ports import Alarm

log = logging.getLogger("payments.alarms")


class LoggingAlarms:
    """Where alarms go: the logger `payments.alarms`. Point a pager at it."""

    async def raise_alarm(self, alarm: Alarm) -> None:
        """Write one line: the kind, the payment it is about, and the sentence."""
        log.error("%s: %s: %s", alarm.kind, alarm.merchant_id or "-", alarm.sentence)
