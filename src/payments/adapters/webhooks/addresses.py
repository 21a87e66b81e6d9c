"""Which addresses a webhook may be sent to: only public ones, so that no endpoint reaches our own network."""

import queue
import socket
import threading
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, Final

SocketAddress = tuple[int, tuple[Any, ...]]
"""An address family and the socket address to connect to."""

_NAT64: Final = ip_network("64:ff9b::/96")
_UNICAST: Final = ip_network("2000::/3")  # all IPv6 addresses that are assigned
_SPECIAL: Final = tuple(
    ip_network(text)
    for text in (
        *("192.0.0.0/24", "192.88.99.0/24"),  # protocol assignments, relays
        *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),  # Teredo and the like, examples, 6to4
    )
)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Return whether *address* is on the public internet. If it contains an IPv4 address, that one decides."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return is_public(address.ipv4_mapped)
        if address in _NAT64:
            return is_public(IPv4Address(int(address) & 0xFFFF_FFFF))
        if address not in _UNICAST:
            return False
    return address.is_global and not address.is_multicast and not any(address in network for network in _SPECIAL)


def private_among(addresses: list[SocketAddress]) -> bool:
    """Return whether any of *addresses* is not public."""
    return any(not is_public(ip_address(address[0])) for _, address in addresses)


def look_up(host: str, port: int, seconds: float) -> list[SocketAddress]:
    """Return the addresses of *host*. Raises OSError if it has none, TimeoutError after *seconds*.

    The system's resolver has no time limit, so it runs in a thread that may outlive this call.
    """
    answers: queue.SimpleQueue[list[SocketAddress] | OSError] = queue.SimpleQueue()
    threading.Thread(target=lambda: answers.put(_resolve(host, port)), name="webhook-look-up", daemon=True).start()
    try:
        answer = answers.get(timeout=max(seconds, 0))
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(answer, OSError):
        raise answer
    return answer


def _resolve(host: str, port: int) -> list[SocketAddress] | OSError:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        return error
    except UnicodeError:  # a label too long or empty
        return OSError("not a host name")
    return [(family, address) for family, _, _, _, address in found]
