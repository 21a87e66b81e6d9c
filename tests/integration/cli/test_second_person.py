"""A large refund at the shell waits for another person, who shows that it is them."""

import io
import sys

import pytest
from integration.cli.operators import Operator
from support.console import PASSWORD, add_operator

from payments.domain.access import Scope
from payments.entrypoints.blocking import run


@pytest.fixture
def waiting(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of a payment and its refund, which waits."""
    monkeypatch.setenv("PAYMENTS_SECOND_PERSON_ABOVE", "10000")
    add_operator(operator.service, "lee", Scope.REFUND)
    add_operator(operator.service, "han", Scope.PAY)
    merchant_id, _ = operator.paid()
    code, out, _ = operator.command("refund", merchant_id, "--yes", "--language", "en")
    assert (code, out.partition(":")[0]) == (3, "A refund of ₩12,000 was requested. Another person must approve it")
    [found] = operator.json("refunds", "list")["refunds"]
    return [found["merchant_id"], found["refund"]["id"]]


@pytest.fixture
def types(monkeypatch: pytest.MonkeyPatch):
    return lambda text: monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def test_another_operator_approves_it_and_it_is_sent(operator: Operator, waiting: list[str], types):
    assert waiting[1] in operator.command("refunds", "list", "--language", "ko")[1]
    types(f"{PASSWORD}\n")
    code, out, err = operator.command("refunds", "approve", *waiting, "--as", "lee", "--language", "en")
    assert (code, out, err) == (0, "₩12,000 refunded.\n", "")
    assert operator.command("refunds", "list", "--language", "en")[1] == "None.\n"
    last = run(operator.service.people.audit.page(None, 1))[0]
    assert (last.by, last.action) == ("operator:lee", "approve_refund")


@pytest.mark.parametrize(("name", "password"), [("lee", "a wrong password"), ("nobody", PASSWORD), ("han", PASSWORD)])
def test_nobody_approves_in_another_name_or_without_the_scope(
    operator: Operator, waiting: list[str], types, name: str, password: str
):
    types(f"{password}\n")
    code, _, err = operator.command("refunds", "approve", *waiting, "--as", name)
    assert code == 1
    assert err.count("\n") == 1
    assert operator.json("show", waiting[0])["payment"]["refunded"] == 0


def test_a_refund_is_given_up(operator: Operator, waiting: list[str], types):
    types(f"{PASSWORD}\n")
    assert operator.command("refunds", "reject", *waiting, "--as", "lee", "--why", "sent by mistake")[0] == 0
    [refund] = operator.json("show", waiting[0])["refunds"]
    assert (refund["status"], refund["failure"]) == ("refused", "sent by mistake")
    types(f"{PASSWORD}\n")
    assert operator.command("refunds", "approve", *waiting, "--as", "lee")[0] == 1


def test_hurrying_messages_is_in_the_audit_list(operator: Operator):
    operator.paid()
    assert operator.command("outbox", "replay", "--waiting")[0] == 0
    last = run(operator.service.people.audit.page(None, 1))[0]
    assert (last.action, last.by.startswith("shop:cli:")) == ("replay_message", True)
