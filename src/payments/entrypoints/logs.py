"""Logging for a process of ours: one line per message on stderr, in UTC, with what is known of the request at hand.

RequestFacts      what a line says of its request; nothing else about a request is logged as a field
begin_request     called by whoever receives a request
cut, hashed_with  how a line names the address of a caller
facts, note       what is known of the request at hand; note adds what is learned later: who calls, about which payment
set_up_logging    what `payments serve` and `payments worker` call
"""

import contextvars
import functools
import hashlib
import hmac
import ipaddress
import json
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, Literal

import attrs

from payments.entrypoints.display import one_line

LogFormat = Literal["text", "json"]
LogAddresses = Literal["network", "hash"]
_NETWORK_BITS: Final = {4: 24, 6: 48}
_FIELDS: Final = ("request_id", "caller", "address", "payment")


@attrs.define
class RequestFacts:
    """`caller`: its kind, never its name. `address`: its network or a hash, never all of it. Unknown ones are empty."""

    request_id: str = ""
    caller: str = ""
    address: str = ""
    payment: str = ""


_current: contextvars.ContextVar[RequestFacts] = contextvars.ContextVar("request_facts")
_NO_REQUEST: Final = RequestFacts()


def begin_request(request_id: str, address: str) -> None:
    """Name the request that this context belongs to from now on. *address* is what lines show: see `cut`."""
    _current.set(RequestFacts(request_id=request_id, address=address))


def facts() -> RequestFacts:
    """Return what is known of the current request."""
    return _current.get(_NO_REQUEST)


def note(*, caller: str = "", payment: str = "") -> None:
    """Add to what is known of the current request, in whichever thread it goes on. Outside of a request do nothing."""
    found = _current.get(None)
    if found is not None:
        found.caller = caller or found.caller
        found.payment = payment or found.payment


@functools.lru_cache(maxsize=1024)
def cut(address: str) -> str:
    """Return the network of an address, /24 or /48, so that it names no person; empty if it is no address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(ipaddress.ip_network((parsed, _NETWORK_BITS[parsed.version]), strict=False))


def hashed_with(key: str) -> Callable[[str], str]:
    """Return what turns an address into a hash under *key*: the lines of one caller show it, and not who that is."""

    @functools.lru_cache(maxsize=1024)
    def hashed(address: str) -> str:
        digest = hmac.new(key.encode(), b"address in a log line\0" + address.encode(), hashlib.sha256)
        return f"h-{digest.hexdigest()[:12]}" if address else ""

    return hashed


class AboutRequest(logging.Filter):
    """Adds the facts of the current request to every record, and `about`: those that are known, or `-`."""

    def filter(self, record: logging.LogRecord) -> bool:
        found = facts()
        known = (found.request_id, found.caller, found.address, found.payment)
        record.__dict__.update(zip(_FIELDS, known, strict=True))
        record.about = " ".join(filter(None, known)) or "-"
        return True


class OneLine(logging.Formatter):
    """Keeps a message on one line: the provider chooses the ids of orphans, and they must not forge log lines."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the library's name
        return one_line(super().formatMessage(record))

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - the library's name
        return _second(int(record.created), datefmt or "%Y-%m-%dT%H:%M:%S")


@functools.lru_cache(maxsize=8)
def _second(moment: int, pattern: str) -> str:
    """Return a time in UTC. Under load, hundreds of lines have the same."""
    return time.strftime(pattern, time.gmtime(moment))


class JsonLines(logging.Formatter):
    """Writes each record as one JSON object of a fixed set of fields. What else a record carries is left out."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line. A traceback is the field `exception`."""
        time_of = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        fields = {
            "time": time_of.replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **{name: getattr(record, name, "") for name in _FIELDS},
            "exception": self.formatException(record.exc_info) if record.exc_info else "",
        }
        return json.dumps({name: value for name, value in fields.items() if value})


def set_up_logging(log_format: LogFormat = "text") -> None:
    """Log to stderr from now on. Replaces the handlers of the root logger."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if log_format == "json" else _text())
    handler.addFilter(AboutRequest())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


def _text() -> logging.Formatter:
    return OneLine("%(asctime)sZ %(levelname)s %(name)s [%(about)s] %(message)s")
