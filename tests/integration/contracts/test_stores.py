"""Our stores keep every promise of the contracts that payments.testing offers to other people's stores."""

from typing import Any

import attrs
import pytest

from payments.adapters.memory.hints import MemoryHints
from payments.adapters.sql.side.hints import SqlHints
from payments.testing.contracts import StoreContract


@pytest.mark.soak
class TestStore(StoreContract):
    """Memory, SQLite and PostgreSQL, blocking and on a loop: see this folder's conftest."""

    def limited(self, hints: Any, most: int) -> Any:
        if isinstance(hints, MemoryHints | SqlHints):
            return super().limited(hints, most)
        return attrs.evolve(hints, port=super().limited(hints._port, most))  # on a loop
