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
ENVELOPE: Final = {"code", "message", "response"}
LISTS: Final = ("list", "items")
"""What a page of payments is called, in V1 and in V2."""


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
    scene.envelope = scene.kind.of_closed_pg(scene.store.book.guesses.maintenance_text)
    return True


def in_progress(_: Hit, scene: CallScene) -> bool:
    """Refuse because an earlier cancel is still being executed."""
    scene.envelope = scene.kind.of_call_at_work(scene.store.book.guesses.cancel_at_work_text)
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
        chosen, page = _payment_of(answer, hit), _content(answer)
        name = next((name for name in LISTS if name in page), "") if isinstance(page, dict) else ""
        if chosen is None or not name:
            return False
        page[name] = [row for row in page[name] if row is not chosen]
        counts, count = (page, "total") if name == "list" else (page.get("page", {}), "totalCount")
        if count in counts:
            counts[count] -= 1
        return True

    return scene.change_answer(changed)


def _payment_of(answer: dict[str, Any], hit: Hit) -> dict[str, Any] | None:
    rows = [row for row in _objects(_content(answer)) if _id_of(row) and hit.value in ("", _id_of(row))]
    return hit.random.choice(rows) if rows else None


def _id_of(row: dict[str, Any]) -> str:
    """Return the imp_uid of a payment, or its transaction id in V2; '' of anything else."""
    attempt = row.get("id", "") if "paymentId" in row and "requestedAt" in row else ""
    return str(row.get("imp_uid") or row.get("transactionId") or attempt)


def _content(answer: dict[str, Any]) -> Any:
    """Return what an answer is about: V1 has it in an envelope."""
    return answer["response"] if answer.keys() == ENVELOPE else answer


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
    if not answer:
        return body
    place, name = _chosen(answer, field, chance)
    place.pop(name, None)
    return encode(answer)


def with_other_type(body: bytes, field: str, chance: random.Random) -> bytes:
    """Return the answer with *field*, or any one if it is '', of another type."""
    answer = json.loads(body)
    if not answer:
        return body
    place, name = _chosen(answer, field, chance)
    place[name] = _other(place.get(name))
    return encode(answer)


def _chosen(answer: dict[str, Any], field: str, chance: random.Random) -> tuple[dict[str, Any], str]:
    """Choose an object of the answer, a payment rather than what contains it, and a field of it."""
    places = _objects(_content(answer)) or [answer]
    if field:
        places = [place for place in [*places, answer] if field in place][: len(places)] or places
    place = chance.choice(places)
    return place, field or chance.choice(sorted(place))


def _objects(response: Any) -> list[dict[str, Any]]:
    for name in LISTS:
        if isinstance(response, dict) and isinstance(response.get(name), list):
            return _objects(response[name]) or [response]
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
