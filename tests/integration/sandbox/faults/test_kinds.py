"""Every kind of fault strikes, is noted under its name, and makes a difference that a client or a shop can see.

What would break these: a kind whose strike does nothing, or a new kind without an effect in this table.
"""

from collections.abc import Callable
from typing import Any

import pytest
import requests
from support.patience import EVENTUALLY

from payments.entrypoints.sandbox import Sandbox
from payments.entrypoints.sandbox.faults.kind import Kind
from payments.entrypoints.sandbox.faults.kinds import OF_CALLS, OF_WEBHOOKS

Answer = requests.Response | requests.RequestException
GOT = "get_payment"


def call(sandbox: Sandbox, imp_uid: str) -> Answer:
    """Read a payment as a shop does; return the answer, or why there is none."""
    token = sandbox.tokens.issue(sandbox.settings.key, sandbox.settings.secret)["access_token"]
    url, headers = f"{sandbox.url}/payments/{imp_uid}?include_sandbox=true", {"Authorization": str(token)}
    try:
        with requests.Session() as session:
            session.trust_env = False
            return session.get(url, headers=headers, timeout=EVENTUALLY)
    except requests.RequestException as error:
        return error


def broken_off(_: Sandbox, before: Answer, after: Answer) -> bool:
    return isinstance(before, requests.Response) and isinstance(after, requests.RequestException)


def status(expected: int, content: bytes = b"") -> Callable[[Sandbox, Answer, Answer], bool]:
    return lambda _, __, after: (
        getattr(after, "status_code", 0) == expected and content in getattr(after, "content", b"")
    )


def lasted(seconds: float) -> Callable[[Sandbox, Answer, Answer], bool]:
    return lambda sandbox, _, after: (
        getattr(after, "status_code", 0) == 200 and sandbox.journal.calls[-1].milliseconds >= seconds * 1000
    )


def whole(_: Sandbox, before: Answer, after: Answer) -> bool:
    assert isinstance(before, requests.Response)
    assert isinstance(after, requests.Response)
    return after.content == before.content


def not_json(_: Sandbox, before: Answer, after: Answer) -> bool:
    assert isinstance(after, requests.Response)
    with pytest.raises(ValueError):
        after.json()
    return True


def changed(field: str, expected: Any) -> Callable[[Sandbox, Answer, Answer], bool]:
    return lambda _, __, after: getattr(after, "json", dict)()["response"].get(field, "missing") == expected


def paid_twice(sandbox: Sandbox, _: Answer, __: Answer) -> bool:
    return [row.status for row in sandbox.payments("order-1")] == ["paid", "paid"]


OF_A_CALL: dict[str, tuple[str, Callable[[Sandbox, Answer, Answer], bool]]] = {  # kind: fault, what it changes
    "refuse": ("refuse", broken_off),
    "drop": ("drop", broken_off),
    "cut": ("cut", broken_off),
    "delay": ("delay=0.05", lasted(0.05)),
    "drip": ("drip=0.0001", whole),
    "error": ("error=503", status(503, b'"code":-1')),
    "html": ("html", status(502, b"<html>")),
    "truncated": ("truncated", not_json),
    "garbage": ("garbage", not_json),
    "missing": ("missing=amount", changed("amount", "missing")),
    "ill-typed": ("ill-typed=amount", changed("amount", "1000 won")),
    "token": ("token", status(401)),
    "stale": ("stale", changed("status", "ready")),
    "late-approval": ("late-approval", changed("status", "paid")),
    "console-refund": ("console-refund=400", changed("cancel_amount", 400)),
    "second-tab": ("second-tab", paid_twice),
}


@pytest.mark.parametrize("kind", OF_CALLS, ids=lambda kind: kind.name)
def test_a_fault_of_a_call_strikes_and_shows(sandbox: Sandbox, kind: Kind) -> None:
    imp_uid = sandbox.open_window("order-1", 1000)
    sandbox.decline(imp_uid) if kind.name == "late-approval" else sandbox.approve(imp_uid)
    before = call(sandbox, imp_uid)
    fault, shows = OF_A_CALL[kind.name]
    (active,) = sandbox.faults.add(f"{GOT}:{fault} x1")
    after = call(sandbox, imp_uid)
    assert sandbox.faults.wait(EVENTUALLY)
    assert active.applied == 1
    assert [noted.fault for noted in sandbox.journal.calls if noted.fault] == [fault]
    assert shows(sandbox, before, after)


OF_A_WEBHOOK: dict[str, list[tuple[str, str]]] = {  # kind: what the shop gets of two payments, a minute later
    "drop": [("order-2", "paid")],
    "late": [("order-2", "paid"), ("order-1", "paid")],
    "twice": [("order-1", "paid"), ("order-1", "paid"), ("order-2", "paid")],
    "reordered": [("order-2", "paid"), ("order-1", "paid")],
    "forged": [("order-1", "cancelled"), ("order-1", "paid"), ("order-2", "paid")],
}


@pytest.mark.parametrize("kind", OF_WEBHOOKS, ids=lambda kind: kind.name)
def test_a_fault_of_a_webhook_strikes_and_shows(sandbox: Sandbox, listener: Any, kind: Kind) -> None:
    sandbox.settings.webhook_url = listener.url
    (active,) = sandbox.faults.add(f"webhook:{kind.name}@1")
    for order in ("order-1", "order-2"):
        sandbox.approve(sandbox.open_window(order, 1000))
    expected = OF_A_WEBHOOK[kind.name]
    if kind.name == "late":
        assert sandbox.webhooks.wait(EVENTUALLY)
    sandbox.move_clock(60)
    assert [listener.told() for _ in expected] == expected
    assert sandbox.webhooks.wait(EVENTUALLY)
    assert listener.heard.empty()
    assert active.applied == 1


def test_the_tables_above_name_every_kind() -> None:
    assert [kind.name for kind in OF_CALLS] == list(OF_A_CALL)
    assert [kind.name for kind in OF_WEBHOOKS] == list(OF_A_WEBHOOK)
