"""What becomes of a webhook: lost, late, twice, out of order, or with a forged one before it."""

from typing import Final

from payments.entrypoints.sandbox.faults.kind import Hit
from payments.entrypoints.sandbox.faults.scene import WebhookScene

FORGED_STATUSES: Final = {"ready": "paid", "paid": "cancelled", "failed": "paid", "cancelled": "paid"}
STRANGER: Final = "imp_forged_"


def lose(_: Hit, scene: WebhookScene) -> bool:
    """Never send it."""
    scene.is_lost = True
    return True


def late(hit: Hit, scene: WebhookScene) -> bool:
    """Send it later."""
    scene.delay += float(hit.value)
    return True


def twice(_: Hit, scene: WebhookScene) -> bool:
    """Send it twice."""
    scene.times = 2
    return True


def reordered(_: Hit, scene: WebhookScene) -> bool:
    """Send it after the next one."""
    scene.is_overtaken = True
    return True


def forged(hit: Hit, scene: WebhookScene) -> bool:
    """Send a forged webhook before it: with another status, or about a payment that does not exist."""
    stranger = {"imp_uid": f"{STRANGER}{hit.random.getrandbits(32):08x}"} if hit.value else {}
    status = FORGED_STATUSES.get(str(scene.body["status"]), "paid")
    scene.forged.append({**scene.body, "status": status, **stranger})
    return True
