"""Connections do not survive a fork: a child that used its parent's would read its answers, or break its file."""

import os
import weakref
from typing import Final

import sqlalchemy as sa
from sqlalchemy.pool import Pool

_engines: Final[weakref.WeakSet[sa.Engine]] = weakref.WeakSet()
_inherited: Final[list[Pool]] = []  # kept, for to close a connection here would speak for the parent


def safe_to_fork(engine: sa.Engine) -> sa.Engine:
    """Return *engine*, which from now on connects anew in each forked child."""
    _engines.add(engine)
    return engine


def _in_child() -> None:
    for engine in _engines:
        _inherited.append(engine.pool)
        engine.dispose(close=False)


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_in_child)
