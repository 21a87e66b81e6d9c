"""Connections must not be used after a fork: a child would read its parent's answers, or damage its parent's file."""

import os
import weakref
from typing import Final

import sqlalchemy as sa
from sqlalchemy.pool import Pool

_engines: Final[weakref.WeakSet[sa.Engine]] = weakref.WeakSet()
_inherited: Final[list[Pool]] = []  # keep the reference: closing it would write to the parent's socket


def renewed_after_fork(engine: sa.Engine) -> sa.Engine:
    """Return *engine*, which from now on opens new connections in each forked child."""
    _engines.add(engine)
    return engine


def _renew_in_child() -> None:
    for engine in _engines:
        _inherited.append(engine.pool)
        engine.dispose(close=False)


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_renew_in_child)
