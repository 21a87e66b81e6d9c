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
HintsContract        what strangers' webhooks named, kept for the worker
OperatorsContract    the console's operators and their sessions
AuditContract        the list of what the shop's people did

GatewayContract      a provider: in payments.testing.contracts.gateway

A failure ends with a line that names the promise. The same classes hold our own stores: memory, SQLite, PostgreSQL.
"""

import pytest

for _module in ("access", "at_once", "hints", "leases", "listing", "orphans", "outbox", "people"):
    pytest.register_assert_rewrite(f"{__name__}.{_module}")
for _module in ("refusals", "terms", "unannounced", "whole_payments"):
    pytest.register_assert_rewrite(f"{__name__}.{_module}")

from payments.testing.contracts.gateway import GatewayContract  # noqa: E402 - as below
from payments.testing.contracts.stores import (  # noqa: E402 - assertions are rewritten only in modules yet to be imported
    AuditContract,
    HintsContract,
    KeysContract,
    OperatorsContract,
    OrphansContract,
    OutboxContract,
    RepositoryContract,
    StoreContract,
)

__all__ = [
    "AuditContract",
    "GatewayContract",
    "HintsContract",
    "KeysContract",
    "OperatorsContract",
    "OrphansContract",
    "OutboxContract",
    "RepositoryContract",
    "StoreContract",
]
