"""A client that looks at the bytes, with a payment of order-1."""

import pytest
from support.raw_client import UID, RawClient, signed_in

from payments.entrypoints.sandbox import Sandbox


@pytest.fixture
def client(sandbox: Sandbox, paid: str) -> RawClient:
    assert sandbox.payment(paid).merchant_uid == UID
    return signed_in(sandbox)
