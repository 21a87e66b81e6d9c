"""Which of uvicorn's protocols the server uses: the fastest that is installed, with the limits of a head."""

import asyncio
import importlib.util
from typing import Any, cast

from payments.entrypoints.http.edge.head_deadline import MOST_CONNECTIONS, H11HeadDeadline


def is_fast() -> bool:
    """Return whether httptools is installed."""
    return importlib.util.find_spec("httptools") is not None


def protocol(most_connections: int = MOST_CONNECTIONS) -> type[asyncio.Protocol]:
    """Return the fastest protocol that is installed, for at most *most_connections* at a time."""
    fastest: Any = H11HeadDeadline
    if is_fast():
        from payments.entrypoints.http.edge.fast_head_deadline import HttptoolsHeadDeadline

        fastest = HttptoolsHeadDeadline
    return cast("type[asyncio.Protocol]", type("Limited", (fastest,), {"most_connections": most_connections}))
