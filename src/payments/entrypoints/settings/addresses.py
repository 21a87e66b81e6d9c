"""What an address in the settings is: of the web, over https, on which host."""

from collections.abc import Iterator
from urllib.parse import urlsplit


def is_web(url: str) -> bool:
    """Return whether *url* is an absolute http or https address."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def is_https(url: str) -> bool:
    """Return whether *url* is an https address with a host."""
    return url.lower().startswith("https://") and bool(host_of(url))


def host_of(url: str) -> str:
    """Return the host of *url* in lower case, or an empty text."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def must_be_on(name: str, url: str, hosts: frozenset[str]) -> Iterator[str]:
    """Yield a sentence unless *url* is on one of *hosts*, over https."""
    if not is_https(url) or host_of(url) not in hosts:
        yield f"{name} must be on {' or '.join(sorted(hosts))} in live mode, over https."
