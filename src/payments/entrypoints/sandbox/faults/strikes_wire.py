"""How an answer does not arrive."""

from payments.entrypoints.sandbox.faults.kind import Hit
from payments.entrypoints.sandbox.faults.scene import CallScene
from payments.entrypoints.sandbox.faults.transport import Broken, Dripping, transport_of


def refuse(_: Hit, scene: CallScene) -> bool:
    """Reset the connection."""
    scene.sent = Broken(transport_of(scene.request), reset=True)
    return True


def delay(hit: Hit, scene: CallScene) -> bool:
    """Wait."""
    scene.wait += float(hit.value)
    return True


def drop(_: Hit, scene: CallScene) -> bool:
    """Close the connection without an answer."""
    scene.sent = Broken(transport_of(scene.request))
    return True


def cut(_: Hit, scene: CallScene) -> bool:
    """Close the connection halfway through the answer."""
    scene.sent = Broken(transport_of(scene.request), response=scene.sent)
    return True


def drip(hit: Hit, scene: CallScene) -> bool:
    """Send the answer one byte at a time."""
    if scene.sent is None:
        return False
    scene.sent = Dripping(scene.sent, float(hit.value))
    return True
