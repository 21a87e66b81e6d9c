"""Idempotency keys: a request that is sent again with its key is answered as before, and done once.

A key is its caller's and its route's. While the first request is at work a second one is told so; where its process
died, its claim runs out and the next try goes on. Answers that only mean "not now" are never kept.
"""

import hashlib
import re
from collections.abc import Callable, Coroutine, Mapping
from datetime import timedelta
from typing import Any, Final

from payments.domain.access import KeptAnswer
from payments.domain.values import RefundId
from payments.entrypoints.http.shapes.errors import Malformed
from payments.entrypoints.http.shapes.problems import MEDIA_TYPE, Reply
from payments.entrypoints.service import Service

CLAIM_LASTS: Final = timedelta(minutes=2)
"""How long a claimed key is left to its request: longer than any one operation may take."""
HEADER: Final = "idempotency-key"
_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")


def idempotency_key(headers: Mapping[str, str]) -> str | None:
    """Return the request's key, bare or quoted. Raises Malformed for one that is empty, long or has blanks."""
    key = headers.get(HEADER)
    if key is None:
        return None
    bare = key[1:-1] if len(key) > 1 and key[0] == key[-1] == '"' else key
    if not _KEY.fullmatch(bare):
        raise Malformed("An Idempotency-Key has 1 to 255 visible ASCII characters.")
    return bare


def refund_id_of(scope: str, key: str, intent: str) -> RefundId:
    """Return the id under which a refund with this key is asked for, however often: the domain asks an id once."""
    return RefundId("rk_" + hashlib.sha256("\n".join([scope, key, intent]).encode()).hexdigest()[:20])


async def once(
    service: Service, scope: str, key: str, intent: str, work: Callable[[], Coroutine[Any, Any, Reply]]
) -> Reply:
    """Return the answer of *work*, or the one kept for this key. Raises KeyInProgress or KeyReused."""
    keys, now = service.idempotency, service.clock.now()
    fingerprint = hashlib.sha256(intent.encode()).hexdigest()
    kept = await keys.claim_key(scope, key, fingerprint, now, now + CLAIM_LASTS)
    if kept:
        return _replayed(kept)
    try:
        reply = await work()
    except BaseException:
        await keys.release_key(scope, key)
        raise
    if _is_final(reply):
        await keys.keep_answer(scope, key, KeptAnswer(status=reply.status, body=reply.body))
    else:
        await keys.release_key(scope, key)
    return reply


def _is_final(reply: Reply) -> bool:
    """Whether asking again would be answered the same: trouble of ours passes, and so does what says Retry-After."""
    return reply.status < 500 and reply.status != 202 and "Retry-After" not in reply.headers


def _replayed(kept: KeptAnswer) -> Reply:
    media_type = MEDIA_TYPE if kept.status >= 400 else "application/json"
    return Reply(kept.status, kept.body, {"Content-Type": media_type, "Idempotent-Replayed": "true"})
