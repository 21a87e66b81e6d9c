"""Idempotency keys: a request that is repeated with its key is executed once and gets the same response.

A key is scoped to caller and route. While the first request is running, a second one is refused. If the first process
died, its claim expires and the next request takes over. Responses that only mean "try later" are not stored.
"""

import hashlib
import re
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final

from payments.domain.access import KeptAnswer
from payments.domain.values import RefundId
from payments.entrypoints.http.shapes.errors import Malformed
from payments.entrypoints.http.shapes.problems import MEDIA_TYPE, Reply
from payments.entrypoints.service import Service

HEADER: Final = "idempotency-key"
_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")


def idempotency_key(headers: Mapping[str, str]) -> str | None:
    """Return the request's key without quotes. Raises Malformed if it is empty, too long or contains spaces."""
    key = headers.get(HEADER)
    if key is None:
        return None
    bare = key[1:-1] if len(key) > 1 and key[0] == key[-1] == '"' else key
    if not _KEY.fullmatch(bare):
        raise Malformed("An Idempotency-Key must have 1 to 255 visible ASCII characters.")
    return bare


def refund_id_of(scope: str, key: str, intent: str) -> RefundId:
    """Return the refund id for this key: always the same one, and the domain sends each refund id only once."""
    return RefundId("rk_" + hashlib.sha256("\n".join([scope, key, intent]).encode()).hexdigest()[:20])


async def once(
    service: Service, scope: str, key: str, intent: str, work: Callable[[], Coroutine[Any, Any, Reply]]
) -> Reply:
    """Return the reply of *work*, or the stored one for this key. Raises KeyInProgress or KeyReused."""
    keys, now = service.idempotency, service.clock.now()
    fingerprint = hashlib.sha256(intent.encode()).hexdigest()
    stored = await keys.claim_key(scope, key, fingerprint, now, now + service.web.longest_request)
    if stored:
        return _replayed(stored)
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
    """Whether a repeated request would get the same reply: not after an error of ours, nor with Retry-After."""
    return reply.status < 500 and reply.status != 202 and "Retry-After" not in reply.headers


def _replayed(stored: KeptAnswer) -> Reply:
    media_type = MEDIA_TYPE if stored.status >= 400 else "application/json"
    return Reply(stored.status, stored.body, {"Content-Type": media_type, "Idempotent-Replayed": "true"})
