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


def call(sandbox: Sandbox, path: str, body: dict[str, Any] | None = None) -> Answer:
    """Call the API as a shop does; return the answer, or why there is none."""
    token = sandbox.tokens.issue(sandbox.settings.key, sandbox.settings.secret)["access_token"]
    method, headers = "POST" if body else "GET", {"Authorization": str(token)}
    try:
        with requests.Session() as session:
            session.trust_env = False
            return session.request(method, sandbox.url + path, headers=headers, json=body, timeout=EVENTUALLY)
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


def no_row(_: Sandbox, before: Answer, after: Answer) -> bool:
    assert isinstance(before, requests.Response)
    assert isinstance(after, requests.Response)
    return [page.json()["response"]["total"] for page in (before, after)] == [1, 0]


def rows(*orders: str) -> Callable[[Sandbox, Answer, Answer], bool]:
    def listed(_: Sandbox, before: Answer, after: Answer) -> bool:
        assert isinstance(before, requests.Response)
        assert before.json()["response"]["total"] == 1
        page = getattr(after, "json", dict)()["response"]
        return {row["merchant_uid"] for row in page["list"]} == set(orders)

    return listed


def refunded_a_minute_later(sandbox: Sandbox, _: Answer, after: Answer) -> bool:
    refunded = [sandbox.payments("order-1")[0].cancel_amount]
    for _ in range(2):
        sandbox.move_clock(30)
        refunded.append(sandbox.payments("order-1")[0].cancel_amount)
    return isinstance(after, requests.RequestException) and refunded == [0, 0, 1000]


OF_A_LIST = ("filtered", "row-enters", "row-leaves")
"""The kinds that strike a list; it is asked for the seconds around the payment."""

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
    "maintenance": ("maintenance", status(200, b'"code":-1')),
    "in-progress": ("in-progress", status(200, b'"code":-1')),
    "new-status": ("new-status", changed("status", "disputed")),
    "filtered": ("filtered", no_row),
    "token": ("token", status(401)),
    "stale": ("stale", changed("status", "ready")),
    "late-approval": ("late-approval", changed("status", "paid")),
    "console-refund": ("console-refund=400", changed("cancel_amount", 400)),
    "second-tab": ("second-tab", paid_twice),
    "slow": ("slow=60", refunded_a_minute_later),
    "row-enters": ("row-enters", rows("order-1", "older")),
    "row-leaves": ("row-leaves", rows()),
}


@pytest.mark.parametrize("kind", OF_CALLS, ids=lambda kind: kind.name)
def test_a_fault_of_a_call_strikes_and_shows(sandbox: Sandbox, kind: Kind) -> None:
    if kind.name == "row-enters":
        sandbox.open_window("older", 500)
        sandbox.move_clock(1000)
    imp_uid, now = sandbox.open_window("order-1", 1000), sandbox.clock.now()
    sandbox.decline(imp_uid) if kind.name == "late-approval" else sandbox.approve(imp_uid)
    if kind.name == "row-leaves":
        sandbox.move_clock(1000)
    is_of_a_list, is_of_a_cancel = kind.name in OF_A_LIST, kind.name == "slow"
    path = f"/payments/status/all?from={now}&to={now}" if is_of_a_list else f"/payments/{imp_uid}?include_sandbox=true"
    route = "list_payments" if is_of_a_list else "cancel" if is_of_a_cancel else "get_payment"
    before = call(sandbox, path)
    fault, shows = OF_A_CALL[kind.name]
    (active,) = sandbox.faults.add(f"{route}:{fault} x1")
    after = call(sandbox, "/payments/cancel", {"imp_uid": imp_uid}) if is_of_a_cancel else call(sandbox, path)
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
