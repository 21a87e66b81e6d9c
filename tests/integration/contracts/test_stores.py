"""Our stores keep every promise of the contracts that payments.testing offers to other people's stores."""

import pytest

from payments.testing.contracts import StoreContract


@pytest.mark.soak
class TestStore(StoreContract):
    """Memory, SQLite and PostgreSQL, blocking and on a loop: see this folder's conftest."""
