"""The laws of what is found: orphans, the mark of reconciliation, and what the shop is told."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta

from payments.domain.event import Event
from payments.domain.messages import Message
from payments.domain.orphan import Orphan
from payments.domain.report import Rank
from payments.domain.values import DEFAULT_PROVIDER
from simulation.laws.known import Known
from simulation.rows import Row
from simulation.scheduler import NOON


class FoundLaws(Known):
    """What must hold of reconciliation and of messages."""

    def wrote_orphan(self, orphan: Orphan, events: Iterable[Event]) -> None:
        row = self._world.provider.rows.get(orphan.gateway_id)
        self.orphans[orphan.gateway_id] = orphan
        if row is None or row.owner != "orphaned":
            self.broken("14 hands off", f"{orphan.gateway_id} is booked as an orphan, and is {row and row.owner}")
        elif any(beside.waits for beside in self._world.provider.by_merchant_id[row.merchant_id]):
            self._world.marks.hit("orphan beside a waiting account")
        for event in events:
            self.messages[f"orphan {orphan.gateway_id} {event.version}"] = (orphan.gateway_id, event.kind)

    def mark_moved(self, to: datetime, provider: str = DEFAULT_PROVIDER) -> None:
        """Check that everything before the mark is known; the first mark is set without a look."""
        before = self.reconciled_until.get(provider)
        self.reconciled_until[provider] = max(before or to, to)
        if before is None or to <= before or self._world.counts["alarm", "list-keeps-changing"]:
            return
        start, end = (int((time - NOON) / timedelta(milliseconds=1)) for time in (before, to))
        for row in self._world.provider.rows.values():
            if row.provider != provider or row.unreadable or not self._world.v2.lists(row):
                continue
            if start <= row.listed_at <= end and row.rank >= Rank.CAPTURED:
                self._check_reconciled(row)

    def _check_reconciled(self, row: Row) -> None:
        payment = self.payments.get(row.merchant_id)
        attempt = payment.attempt(row.gateway_id) if payment else self.orphans.get(row.gateway_id)
        listed = next(version for version in row.versions if version[1] == row.listed_at)[2]
        if row.owner == "foreign" or (attempt and attempt.report.refunded >= listed.refunded):
            return
        self.broken("15 what lies before the mark is known", f"{row.gateway_id} of {row.merchant_id} is not")

    def told(self, message: Message) -> None:
        body = json.loads(message.body)
        kind, data = body["type"].split(".")[0], body["data"]
        named = f"orphan {data['gateway_id']}" if kind == "orphan" else data["merchant_id"]
        key = f"{named} {data['version']}"
        if key not in self.messages:
            self.broken("2 one event per change", f"{key} was told, and is not stored")
        self.told_ids[key] = None
