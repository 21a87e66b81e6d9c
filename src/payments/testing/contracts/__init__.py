"""What every adapter must keep, as test classes to subclass. They need pytest and hypothesis.

    class TestMyStore(StoreContract):
        @pytest.fixture
        def store(self, tmp_path) -> Store:
            return MyStore(tmp_path)          # empty, and of this test alone

StoreContract        everything below, for a whole Store
RepositoryContract   the payments alone: `store.payments`, with `store.outbox` to read the messages
OutboxContract       messages: claimed by one, delivered or buried, replayed, forgotten
OrphansContract      captures without a payment
KeysContract         API keys and idempotency keys

GatewayContract      a provider: in payments.testing.contracts.gateway

A failure ends with a line that names the promise. The same classes hold our own stores: memory, SQLite, PostgreSQL.
"""

import pytest

for _module in ("access", "at_once", "leases", "listing", "orphans", "outbox"):
    pytest.register_assert_rewrite(f"{__name__}.{_module}")
for _module in ("refusals", "terms", "unannounced", "whole_payments"):
    pytest.register_assert_rewrite(f"{__name__}.{_module}")

from payments.testing.contracts.gateway import GatewayContract  # noqa: E402 - as below
from payments.testing.contracts.stores import (  # noqa: E402 - assertions are rewritten only in modules yet to be imported
    KeysContract,
    OrphansContract,
    OutboxContract,
    RepositoryContract,
    StoreContract,
)

__all__ = [
    "GatewayContract",
    "KeysContract",
    "OrphansContract",
    "OutboxContract",
    "RepositoryContract",
    "StoreContract",
]
