"""What may be left out when a value of the domain is made is empty, and what is private is not shown.

One law for every class: a default that changes fails here, and each exception is named.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, get_args

import attrs
import pytest
from builders import NOON

import payments.domain
from payments.domain.access import Scope
from payments.domain.books.search import PeriodOf
from payments.domain.books.sums import Group
from payments.domain.machine import Status
from payments.domain.orphan import Orphan
from payments.domain.payment_facts import PaymentFacts
from payments.domain.ports import Window
from payments.domain.refund import BankAccount, RefundStatus, SealedAccount
from payments.domain.report import Approval, Deposit, Outcome, ReportedRefund
from payments.domain.values import DEFAULT_PROVIDER

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
NOT_EMPTY: dict[str, Any] = {
    "ApiKey.scopes": {Scope.READ, Scope.PAY},
    "AuditDraft.detail": "{}",
    "Channel.methods": frozenset(),
    "Checkout.expires_after": 30 * MINUTE,
    "Event.status": Status.AWAITING,
    "KeyInProgress.retry_after": 2 * SECOND,
    "Money.currency": "KRW",
    "Operator.scopes": {Scope.READ},
    "Outcome.confirmed": True,
    "PaymentFacts.status": Status.AWAITING,
    "Period.of": PeriodOf.BEGUN,
    "Policy.expires_after": 30 * MINUTE,
    "Refund.status": RefundStatus.OPEN,
    "ReportedRefund.outcome": Outcome.DONE,
    "_Stretches._length": HOUR,
    **{f"{name}.grace": 10 * MINUTE for name in ("Sweep", "Policy")},
    **{f"{name}.deposit_grace": 6 * HOUR for name in ("Sweep", "Policy")},
    **{f"{name}.provider": DEFAULT_PROVIDER for name in ("Hint", "PaymentFacts", "Report", "Rules")},
}
"""The defaults that say something."""


def _classes() -> Iterator[type]:
    for module in pkgutil.walk_packages(payments.domain.__path__, "payments.domain."):
        for kind in vars(importlib.import_module(module.name)).values():
            if inspect.isclass(kind) and attrs.has(kind) and kind.__module__ == module.name:
                yield kind


DEFAULTS: dict[str, tuple[str, Any, Any]] = {
    f"{kind.__module__}.{kind.__name__}.{field.name}": (f"{kind.__name__}.{field.name}", field.type, field.default)
    for kind in _classes()
    for field in attrs.fields(kind)
    if not field.inherited and field.default is not attrs.NOTHING and not isinstance(field.default, attrs.Factory)  # type: ignore[arg-type]
}


def _empty(kind: Any) -> Any:
    """Return what a field of this type is where it was left out."""
    if kind is Any or type(None) in get_args(kind):
        return None
    return {str: "", bool: False, int: 0}.get(kind, ())


@pytest.mark.parametrize("field", sorted(DEFAULTS))
def test_a_field_that_may_be_left_out_is_empty_where_nothing_else_is_said(field: str) -> None:
    name, kind, default = DEFAULTS[field]
    wanted = NOT_EMPTY.get(name, _empty(kind))
    assert default == wanted
    assert isinstance(default, type(wanted)) or name in NOT_EMPTY


def test_every_exception_is_one() -> None:
    assert NOT_EMPTY.keys() <= {name for name, _, _ in DEFAULTS.values()}


@pytest.mark.parametrize(
    ("kind", "needs"),
    [
        (Deposit, {"account": "123", "due": NOON}),
        (Approval, {}),
        (ReportedRefund, {"amount": 1}),
        (Group, {"currency": "KRW"}),
        (Window, {"provider": "iamport", "script": "https://x.example/sdk.js", "parameters": {}}),
        (BankAccount, {"bank": "004", "number": "123", "holder": "홍길동"}),
    ],
)
def test_a_value_needs_this_and_nothing_more(kind: Any, needs: dict[str, Any]) -> None:
    assert kind(**needs)
    for name in needs:
        with pytest.raises(TypeError):
            kind(**{other: value for other, value in needs.items() if other != name})


@pytest.mark.parametrize(
    "value",
    [
        SealedAccount("private"),
        Window(provider="iamport", script="https://x.example/sdk.js", parameters={"buyer_tel": "private"}),
    ],
)
def test_what_is_sealed_or_meant_for_one_browser_is_not_shown(value: object) -> None:
    assert "private" not in repr(value)


@pytest.mark.parametrize("kind", [PaymentFacts, Orphan])
def test_events_that_wait_to_be_stored_are_no_part_of_the_value(kind: Any) -> None:
    field = attrs.fields_dict(kind)["new_events"]
    assert (field.eq, field.repr) == (False, False)
