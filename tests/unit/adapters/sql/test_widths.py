"""What a value accepts and what its column holds are the same: a longer text is refused before it is stored."""

from typing import Any

import attrs
import pytest
import sqlalchemy as sa
from builders import NOON, a_deposit, a_payment, a_report, an_attempt, paid, with_refund

from payments.adapters.sql.schema.people_tables import audit, operators
from payments.adapters.sql.schema.side_tables import comparisons
from payments.adapters.sql.schema.tables import attempts, events, orphans, payments, refunds
from payments.domain.books.comparison import Comparison
from payments.domain.errors import BadInput
from payments.domain.orphan import Orphan
from payments.domain.people.audit import AuditAction, AuditDraft
from payments.domain.people.operators import Operator
from payments.domain.report import Approval
from payments.domain.values import recorded_id

PAYMENT = a_payment()
REFUND = with_refund(paid(a_payment())).refunds[0]
EVENT = PAYMENT.new_events[0]
COMPARISON = Comparison(id="c", since=NOON, until=NOON, started_at=NOON, finished_at=NOON, by="shop:kim")
KEPT: list[tuple[Any, sa.Table, dict[str, str]]] = [
    (PAYMENT, payments, {"merchant_id": "", "order": "order_ref", "name": "", "begun_by": "", "provider": ""}),
    (PAYMENT, payments, {"reason": "", "unreadable": ""}),
    (an_attempt(), attempts, {"note": "", "revoke_failure": ""}),
    (a_report(), attempts, {"gateway_id": "", "merchant_id": "", "method": "", "reason": "", "receipt_url": ""}),
    (a_report(), orphans, {"gateway_id": "", "merchant_id": "", "provider": ""}),
    (a_deposit(), attempts, {"bank": "deposit_bank", "account": "deposit_account", "holder": "deposit_holder"}),
    (Approval(), attempts, {"number": "approval_number", "transaction_id": "", "pg": "", "card": ""}),
    (REFUND, refunds, {"id": "", "gateway_id": "", "reason": "", "by": "requested_by", "provider_id": ""}),
    (REFUND, refunds, {"failure": ""}),
    (EVENT, events, {"by": "reported_by", "reason": ""}),
    (Orphan(report=a_report(), found_at=NOON), orphans, {"note": ""}),
    (COMPARISON, comparisons, {"id": "", "by": "compared_by"}),
    (AuditDraft(at=NOON, by="shop:kim", action=AuditAction.REFUND), audit, {"by": "asked_by"}),
    (Operator(name="kim", password="hash", created_at=NOON), operators, {"name": "", "password": "", "otp": ""}),
]
COLUMNS = [
    pytest.param(value, field, table.c[column or field], id=f"{type(value).__name__}.{field}")
    for value, table, fields in KEPT
    for field, column in fields.items()
]


@pytest.mark.parametrize(("value", "field", "column"), COLUMNS)
def test_the_longest_text_that_a_value_accepts_fills_its_column(value: Any, field: str, column: Any) -> None:
    longest = "x" * column.type.length
    assert getattr(attrs.evolve(value, **{field: longest}), field) == longest
    with pytest.raises(BadInput):
        attrs.evolve(value, **{field: f"{longest}x"})


def test_the_longest_id_of_another_program_that_is_recorded_fills_its_column() -> None:
    longest = "x" * payments.c.merchant_id.type.length
    assert recorded_id(longest) == longest
    with pytest.raises(BadInput):
        recorded_id(f"{longest}x")
