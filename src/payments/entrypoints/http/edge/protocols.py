"""Which of uvicorn's protocols the server uses: the fastest that is installed, with the limits of a head."""

import asyncio
import importlib.util
from typing import cast

from payments.entrypoints.http.edge.head_deadline import H11HeadDeadline


def is_fast() -> bool:
    """Return whether httptools is installed."""
    return importlib.util.find_spec("httptools") is not None


def protocol() -> type[asyncio.Protocol]:
    """Return the fastest protocol that is installed."""
    if not is_fast():
        return H11HeadDeadline
    from payments.entrypoints.http.edge.fast_head_deadline import HttptoolsHeadDeadline

    return cast("type[asyncio.Protocol]", HttptoolsHeadDeadline)
