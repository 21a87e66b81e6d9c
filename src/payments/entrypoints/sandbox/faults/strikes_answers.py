"""Answers that are wrong: an error, a page of HTML, or JSON that is broken."""

import json
import random
from typing import Any, Final

from starlette.responses import Response

from payments.entrypoints.sandbox.faults.kind import Hit
from payments.entrypoints.sandbox.faults.scene import CallScene
from payments.entrypoints.sandbox.wire.envelope import encode

HTML: Final = "text/html; charset=UTF-8"
PAGE: Final = (
    "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n</body>\r\n</html>\r\n"
)
GARBAGE_BYTES: Final = 64
NEW_STATUS: Final = "disputed"


def error(hit: Hit, scene: CallScene) -> bool:
    """Answer as a provider that has failed."""
    scene.fail_with(int(hit.value))
    return True


def html(hit: Hit, scene: CallScene) -> bool:
    """Answer as a proxy in front of the provider does."""
    status = int(hit.value)
    page = PAGE.format(f"{status} Sandbox Fault").encode()
    scene.fail_with(status, Response(page, status, media_type=HTML))
    return True


def maintenance(_: Hit, scene: CallScene) -> bool:
    """Refuse for a while, as a PG does at night."""
    scene.refuse_with(scene.store.book.guesses.maintenance_text)
    return True


def in_progress(_: Hit, scene: CallScene) -> bool:
    """Refuse because an earlier cancel is still being executed."""
    scene.refuse_with(scene.store.book.guesses.cancel_at_work_text)
    return True


def new_status(hit: Hit, scene: CallScene) -> bool:
    """Show the payment that the fault names, or any one, with a status that no client knows."""

    def changed(answer: dict[str, Any]) -> bool:
        chosen = _payment_of(answer, hit)
        if chosen is not None:
            chosen["status"] = NEW_STATUS
        return chosen is not None

    return scene.change_answer(changed)


def filtered(hit: Hit, scene: CallScene) -> bool:
    """Leave the payment that the fault names, or any one, out of a list, as if there were none."""

    def changed(answer: dict[str, Any]) -> bool:
        chosen, page = _payment_of(answer, hit), answer["response"]
        if chosen is None or "list" not in page:
            return False
        page["list"] = [row for row in page["list"] if row is not chosen]
        page["total"] -= 1
        return True

    return scene.change_answer(changed)


def _payment_of(answer: dict[str, Any], hit: Hit) -> dict[str, Any] | None:
    rows = [row for row in _objects(answer["response"]) if row.get("imp_uid", "") and hit.value in ("", row["imp_uid"])]
    return hit.random.choice(rows) if rows else None


def truncated(_: Hit, scene: CallScene) -> bool:
    """Answer the first half: never valid JSON, because the last byte closes the outermost brace."""
    return scene.change_body(lambda body: body[: len(body) // 2])


def garbage(hit: Hit, scene: CallScene) -> bool:
    """Answer bytes that are neither JSON nor UTF-8."""
    return scene.change_body(lambda _: b"\xff" + hit.random.randbytes(GARBAGE_BYTES))


def missing(hit: Hit, scene: CallScene) -> bool:
    """Leave out the field that the fault names, or any one."""
    return scene.change_body(lambda body: without(body, hit.value, hit.random))


def ill_typed(hit: Hit, scene: CallScene) -> bool:
    """Give the field that the fault names, or any one, another type."""
    return scene.change_body(lambda body: with_other_type(body, hit.value, hit.random))


def without(body: bytes, field: str, chance: random.Random) -> bytes:
    """Return the answer without *field*, or without any one if it is ''."""
    answer = json.loads(body)
    place, name = _chosen(answer, field, chance)
    place.pop(name, None)
    return encode(answer)


def with_other_type(body: bytes, field: str, chance: random.Random) -> bytes:
    """Return the answer with *field*, or any one if it is '', of another type."""
    answer = json.loads(body)
    place, name = _chosen(answer, field, chance)
    place[name] = _other(place.get(name))
    return encode(answer)


def _chosen(answer: dict[str, Any], field: str, chance: random.Random) -> tuple[dict[str, Any], str]:
    """Choose an object of the answer, a payment rather than what contains it, and a field of it."""
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
