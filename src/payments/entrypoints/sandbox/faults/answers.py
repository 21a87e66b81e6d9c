"""Answers that are wrong: pure functions from the JSON of an answer to what a client gets instead."""

import json
import random
from typing import Any, Final

from payments.entrypoints.sandbox.payments.messages import Refusal
from payments.entrypoints.sandbox.wire.wire import Envelope, encode

JSON: Final = "application/json; charset=UTF-8"
HTML: Final = "text/html; charset=UTF-8"
PAGE: Final = (
    "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n</body>\r\n</html>\r\n"
)
GARBAGE: Final = 64


def error_envelope(status: int) -> Envelope:
    """Return the envelope of a provider that has failed."""
    return Envelope.of(Refusal(status, -1, f"The sandbox was told to fail with {status}."))


def page(status: int) -> bytes:
    """Return what a proxy in front of the provider says."""
    return PAGE.format(f"{status} Sandbox Fault").encode()


def truncated(body: bytes) -> bytes:
    """Return the first half: never whole JSON, for the outermost brace is closed by the last byte."""
    return body[: len(body) // 2]


def garbage(chance: random.Random) -> bytes:
    """Return bytes that are neither JSON nor UTF-8."""
    return b"\xff" + chance.randbytes(GARBAGE)


def without(body: bytes, field: str, chance: random.Random) -> bytes:
    """Return the answer without *field*, or without any one if it is ''."""
    answer = json.loads(body)
    place, name = _chosen(answer, field, chance)
    place.pop(name, None)
    return encode(answer)


def ill_typed(body: bytes, field: str, chance: random.Random) -> bytes:
    """Return the answer with *field*, or any one if it is '', of another type."""
    answer = json.loads(body)
    place, name = _chosen(answer, field, chance)
    place[name] = _other(place.get(name))
    return encode(answer)


def _chosen(answer: dict[str, Any], field: str, chance: random.Random) -> tuple[dict[str, Any], str]:
    """Choose an object of the answer, a payment rather than what holds it, and a field of it."""
    places = _objects(answer["response"]) or [answer]
    if field:
        places = [place for place in [*places, answer] if field in place][: len(places)] or places
    place = chance.choice(places)
    return place, field or chance.choice(sorted(place))


def _objects(response: Any) -> list[dict[str, Any]]:
    if isinstance(response, dict) and isinstance(response.get("list"), list):
        return _objects(response["list"]) or [response]
    listed = response if isinstance(response, list) else [response]
    return [item for item in listed if isinstance(item, dict) and item]


def _other(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes"
    if isinstance(value, int | float):
        return f"{value} won"
    if isinstance(value, str):
        return [value]
    return "nothing" if value is None else 0
