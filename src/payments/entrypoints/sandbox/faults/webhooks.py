"""StruckWebhooks: what faults make of the webhooks: lost, late, twice, out of order, or with a lie before them."""

from typing import Any, Final

import attrs

from payments.entrypoints.sandbox.faults.armed import Armed, Faults
from payments.entrypoints.sandbox.faults.faults import WEBHOOK
from payments.entrypoints.sandbox.payments.webhooks import Delivery, Webhooks

OVERTAKEN_AFTER: Final = 60.0
"""Seconds by the sandbox's clock after which a reordered webhook goes out though none has come to overtake it."""

LIES: Final = {"ready": "paid", "paid": "cancelled", "failed": "paid", "cancelled": "paid"}
STRANGER: Final = "imp_forged_"


@attrs.define
class StruckWebhooks:
    """Sends webhooks as the faults have it; it stands where `Webhooks.queue` would."""

    faults: Faults
    _held: list[Delivery] = attrs.field(factory=list, init=False)

    def send(self, webhooks: Webhooks, imp_uid: str, url: str, body: dict[str, Any]) -> list[Delivery]:
        """Queue one webhook, or what becomes of it; return the deliveries."""
        hits = {hit.fault.what: hit for hit in self.faults.hits(WEBHOOK)}
        for hit in hits.values():
            hit.applied += 1
        sent = []
        if lying := hits.get("forged"):
            sent.append(webhooks.queue(imp_uid, url, _lie(lying, body), fault="forged"))
        delay = float(hits["late"].fault.setting) if "late" in hits else 0.0
        fault = " + ".join(hit.fault.short for what, hit in hits.items() if what != "forged")
        if "drop" in hits:
            return [*sent, webhooks.lose(imp_uid, url, body, fault)]
        if "reordered" in hits:
            held = webhooks.queue(imp_uid, url, body, delay=delay + OVERTAKEN_AFTER, fault=fault)
            self._held.append(held)
            return [*sent, held]
        times = 2 if "twice" in hits else 1
        sent += [webhooks.queue(imp_uid, url, body, delay=delay, fault=fault) for _ in range(times)]
        overtaken, self._held = self._held, []
        webhooks.hasten(overtaken)
        return sent


def _lie(lying: Armed, body: dict[str, Any]) -> dict[str, Any]:
    stranger = {"imp_uid": f"{STRANGER}{lying.chance.getrandbits(32):08x}"} if lying.fault.value else {}
    return {**body, "status": LIES.get(str(body["status"]), "paid"), **stranger}
