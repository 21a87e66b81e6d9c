"""A sandbox for clients of V2, one of its payments, and the provider's own document of it."""

from collections.abc import Callable, Iterator

import pytest
from conftest import not_run
from integration.clients import installing
from integration.clients.portone.conforming import Document

from payments.entrypoints.sandbox import Sandbox, SandboxSettings, running_sandbox


@pytest.fixture(scope="session")
def document() -> Document:
    """The OpenAPI document of V2."""
    try:
        return Document(installing.schema())
    except installing.Missing as missing:
        not_run(str(missing))


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A sandbox on its own two ports."""
    with running_sandbox(SandboxSettings(seed=7)) as running:
        yield running


@pytest.fixture
def paid(sandbox: Sandbox) -> Callable[..., str]:
    """Open a window for a payment id and pay; return the transaction id."""

    def pay(payment_id: str, amount: int = 1000, **params: object) -> str:
        transaction_id = sandbox.portone.open_window(payment_id, amount, **params)
        sandbox.approve(transaction_id)
        return transaction_id

    return pay
