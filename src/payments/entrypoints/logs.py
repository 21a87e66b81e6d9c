"""Logging for a process of ours: one line per message on stderr, in UTC, with the id of the request it belongs to.

request_id        the id of the request at hand; "-" outside of a request
set_up_logging    what `payments serve` and `payments worker` call
"""

import contextvars
import logging
import time

from payments.entrypoints.display import one_line

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="-")


class RequestIds(logging.Filter):
    """Adds the id of the current request to every record, as `request_id`."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True


class OneLine(logging.Formatter):
    """Keeps a message on one line: the provider chooses the ids of orphans, and they must not forge log lines."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the library's name
        return one_line(super().formatMessage(record))


def set_up_logging() -> None:
    """Log to stderr from now on. Replaces the handlers of the root logger."""
    handler = logging.StreamHandler()
    formatter = OneLine("%(asctime)sZ %(levelname)s %(name)s [%(request_id)s] %(message)s", "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    handler.addFilter(RequestIds())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
