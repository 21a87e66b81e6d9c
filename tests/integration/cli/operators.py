"""Operator: a shop with a few payments on a local Iamport, and its operator's command line."""

import json
import sys

import attrs
import pytest

from payments.domain.money import Money
from payments.domain.values import Caller, Method, Offer
from payments.entrypoints.blocking import run
from payments.entrypoints.cli.app import run_command
from payments.entrypoints.sandbox import Sandbox
from payments.entrypoints.service import Service

PROGRAM = [sys.executable, "-c", "from payments.entrypoints.cli.app import main; main()"]

ALICE = Caller.buyer("alice")

GOLD = Offer("골드 멤버십", Money(12_000))


@attrs.frozen
class Operator:
    """A shop's operator at the command line; `begun`, `attempt` and `paid` are what buyers did before."""

    sandbox: Sandbox
    service: Service
    capsys: pytest.CaptureFixture[str]

    def command(self, *arguments: str) -> tuple[int, str, str]:
        """Run a command; return its exit code and what it printed."""
        code = run_command(arguments)
        printed = self.capsys.readouterr()
        return code, printed.out, printed.err

    def json(self, *arguments: str):
        code, out, err = self.command(*arguments, "--json")
        assert (code, err) == (0, "")
        return json.loads(out)

    def begun(self, order: str = "gold", method: Method = Method.CARD, buyer: str = "alice") -> str:
        caller = Caller.buyer(buyer)
        return run(self.service.checkout.begin(buyer, order, GOLD, method, caller)).merchant_id

    def attempt(self, merchant_id: str, amount: int = 12_000) -> str:
        opened = self.sandbox.open_window(merchant_id, amount)
        self.sandbox.approve(opened)
        return opened

    def paid(self, order: str = "gold", buyer: str = "alice") -> tuple[str, str]:
        merchant_id = self.begun(order, buyer=buyer)
        attempt = self.attempt(merchant_id)
        run(self.service.refresher.refresh(run(self.service.payments.get(merchant_id)), "test"))
        return merchant_id, attempt

    def late(self, order: str, amount: int = 12_000) -> tuple[str, str]:
        """Return a payment that was closed before its buyer paid, and the capture, held for the operator."""
        merchant_id = self.begun(order)
        attempt = self.sandbox.open_window(merchant_id, amount)
        run(self.service.checkout.cancel(ALICE, merchant_id))
        self.sandbox.approve(attempt)
        closed = run(self.service.payments.get(merchant_id))
        run(attrs.evolve(self.service.refresher, hold_strays=True).refresh(closed, "test"))
        return merchant_id, attempt
