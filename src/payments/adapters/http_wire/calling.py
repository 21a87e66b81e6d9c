"""Call, and how one is made: with a line in the log, and again where that is safe."""

import logging
import random
import time
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlencode

import attrs

from payments.adapters.http_wire.transport import Deadline, Transport
from payments.domain.errors import CredentialsRefused, GatewayError, NotSent, Unknown

T = TypeVar("T")
FIRST_RETRY_SECONDS: Final = 0.1  # doubled for each further retry

Query = Mapping[str, str | int]


@attrs.frozen(kw_only=True)
class Target:
    """What is called. `about` is the id that replaces `{}` in `path`. A `harmless` call may be sent twice."""

    method: str
    path: str
    about: str = ""
    query: Query = attrs.field(factory=dict)
    harmless: bool = False

    @property
    def target(self) -> str:
        """Path and query as they are sent. The id is escaped, also as `.` or `..`, so it cannot change the path."""
        about = quote(self.about, safe="", errors="surrogatepass").replace(".", "%2E")
        path = self.path.replace("{}", about)
        return f"{path}?{urlencode(self.query)}" if self.query else path


async def patiently(
    call: Target, once: Callable[[], Coroutine[Any, Any, T]], transport: Transport, tries: int, ends: Deadline
) -> T:
    """Return what *once* returns, and try again where it is safe. Raises NotSent, CredentialsRefused or Unknown."""
    pause = FIRST_RETRY_SECONDS
    for attempt in range(1, tries + 1):
        try:
            return await once()
        except (NotSent, Unknown) as trouble:
            wait = pause * random.uniform(0.5, 1.5)  # noqa: S311 - only spreads the retries
            is_safe = call.harmless or isinstance(trouble, NotSent)
            is_safe = is_safe and not isinstance(trouble, CredentialsRefused)
            if not is_safe or attempt == tries or wait >= ends.left:
                raise
        await transport.pause(wait)
        pause *= 2
    raise AssertionError("settings allow at least one try")


async def logged(
    call: Target, once: Callable[[], Coroutine[Any, Any, T]], logger: logging.Logger, outcome_of: Callable[[T], str]
) -> T:
    """Return what *once* returns, and write one log line. It contains no ids, keys or tokens."""
    started = time.perf_counter()
    outcome, level = "failed", logging.WARNING
    try:
        reply = await once()
        outcome, level = outcome_of(reply), logging.INFO
    except GatewayError as error:
        outcome = type(error).__name__
        raise
    else:
        return reply
    finally:
        milliseconds = (time.perf_counter() - started) * 1000
        logger.log(level, "%s %s: %s in %.0f ms", call.method, call.path, outcome, milliseconds)
