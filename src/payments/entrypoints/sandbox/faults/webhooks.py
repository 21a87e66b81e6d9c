"""StruckWebhooks: sends webhooks as the faults that are on have it."""

from typing import Any, Final

import attrs

from payments.entrypoints.sandbox.faults.active import Faults
from payments.entrypoints.sandbox.faults.fault import WEBHOOK
from payments.entrypoints.sandbox.faults.scene import WebhookScene
from payments.entrypoints.sandbox.wire.delivery import Delivery
from payments.entrypoints.sandbox.wire.webhooks import Webhooks

OVERTAKEN_AFTER_SECONDS: Final = 60.0
"""By the sandbox's clock: a reordered webhook goes out then, even if no other one has overtaken it."""
FORGED: Final = "forged"


@attrs.define
class StruckWebhooks:
    """Queues webhooks in the place of `Webhooks.queue`."""

    faults: Faults
    _held: list[Delivery] = attrs.field(factory=list, init=False)

    def send(self, webhooks: Webhooks, imp_uid: str, url: str, body: dict[str, Any], **about: Any) -> list[Delivery]:
        """Queue one webhook, or what faults make of it; return the deliveries."""
        hits = {hit.fault.what: hit for hit in self.faults.hits(WEBHOOK)}
        scene = WebhookScene(body)
        for hit in hits.values():
            hit.strike(scene)
        fault = " + ".join(hit.fault.short for what, hit in hits.items() if what != FORGED)
        about["fault"] = fault
        sent = [webhooks.queue(imp_uid, url, forged, **{**about, "fault": FORGED}) for forged in scene.forged]
        if scene.is_lost:
            return [*sent, webhooks.lose(imp_uid, url, body, **about)]
        if scene.is_overtaken:
            held = webhooks.queue(imp_uid, url, body, delay=scene.delay + OVERTAKEN_AFTER_SECONDS, **about)
            self._held.append(held)
            return [*sent, held]
        sent += [webhooks.queue(imp_uid, url, body, delay=scene.delay, **about) for _ in range(scene.times)]
        overtaken, self._held = self._held, []
        webhooks.send_now(overtaken)
        return sent
