"""What becomes of a webhook: lost, late, twice, out of order, or with a forged one before it."""

from typing import Any, Final

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
    stranger = f"{STRANGER}{hit.random.getrandbits(32):08x}" if hit.value else ""
    scene.forged.append(
        _forged_v2(scene.body, stranger) if "status" not in scene.body else _forged_v1(scene.body, stranger)
    )
    return True


def _forged_v1(body: dict[str, Any], stranger: str) -> dict[str, Any]:
    status = FORGED_STATUSES.get(str(body["status"]), "paid")
    return {**body, "status": status, **({"imp_uid": stranger} if stranger else {})}


def _forged_v2(body: dict[str, Any], stranger: str) -> dict[str, Any]:
    """The signature of a forged webhook of V2 is wrong, which its body says to whoever signs it."""
    data = {**body["data"], **({"paymentId": stranger, "transactionId": stranger} if stranger else {})}
    event = "Transaction.Paid" if body["type"] != "Transaction.Paid" else "Transaction.Failed"
    return {**body, "type": event, "data": data}
