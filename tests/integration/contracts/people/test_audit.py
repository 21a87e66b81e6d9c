"""What holds of every audit list: its rows are chained, and a database refuses to change them."""

import attrs
import pytest
import sqlalchemy as sa
import sqlalchemy.exc
from builders import NOON

from payments.domain.errors import PaymentsError
from payments.domain.people.audit import FIRST_DIGEST, AuditAction, AuditDraft
from payments.domain.ports import Store
from payments.domain.use_cases.people.trail import verify
from payments.domain.values import MerchantId
from payments.entrypoints.blocking import run
from payments.testing.at_once import at_once


def a_draft(merchant_id: str | None = "m_1", **changes: object) -> AuditDraft:
    fields = {"at": NOON, "by": "operator:김담당", "action": AuditAction.REFUND, "detail": '{"amount": 500}'}
    return AuditDraft(merchant_id=merchant_id and MerchantId(merchant_id), **{**fields, **changes})


def test_rows_are_numbered_and_each_holds_the_digest_before_it(store: Store) -> None:
    first, second = (run(store.people.audit.append(a_draft())) for _ in range(2))
    assert (first.number, first.previous) == (1, FIRST_DIGEST)
    assert (second.number, second.previous) == (2, first.digest)
    assert run(store.people.audit.after(0, 10)) == [first, second]
    assert run(verify(store.people.audit)) == (second, None)


def test_an_empty_list_is_whole(store: Store) -> None:
    assert run(verify(store.people.audit)) == (None, None)


def test_a_page_is_newest_first_and_of_one_payment_where_asked(store: Store) -> None:
    rows = [run(store.people.audit.append(a_draft(of))) for of in ("m_1", None, "m_2", "m_1")]
    assert [row.number for row in run(store.people.audit.page(None, 3))] == [4, 3, 2]
    assert run(store.people.audit.page(2, 3)) == rows[:1]
    assert [row.number for row in run(store.people.audit.page(None, 5, MerchantId("m_1")))] == [4, 1]


def test_many_at_once_make_one_chain(store: Store) -> None:
    at_once(*[lambda: run(store.people.audit.append(a_draft()))] * 16)
    last, broken = run(verify(store.people.audit))
    assert last is not None
    assert (last.number, broken) == (16, None)


@pytest.mark.parametrize("field", ["at", "by", "action", "merchant_id", "detail"])
def test_a_changed_row_does_not_follow(field: str) -> None:
    from payments.adapters.memory.people import MemoryAudit

    audit = MemoryAudit()
    rows = [run(audit.append(a_draft())) for _ in range(3)]
    other = {
        "at": NOON.replace(year=2027),
        "by": "x",
        "action": AuditAction.CANCEL,
        "merchant_id": None,
        "detail": "{}",
    }
    tampered = MemoryAudit([rows[0], attrs.evolve(rows[1], **{field: other[field]}), rows[2]])
    assert run(verify(tampered)) == (rows[0], 2)


def test_a_removed_row_shows() -> None:
    from payments.adapters.memory.people import MemoryAudit

    audit = MemoryAudit()
    rows = [run(audit.append(a_draft())) for _ in range(3)]
    assert run(verify(MemoryAudit([rows[0], rows[2]]))) == (rows[0], 3)


@pytest.mark.parametrize("statement", ["UPDATE pkr_audit SET detail = '{}'", "DELETE FROM pkr_audit"])
def test_a_database_refuses_to_change_a_row(url: str, statement: str) -> None:
    from payments.adapters.sql.store import open_store
    from payments.domain.values import Mode

    store = open_store(url, Mode.TEST)
    try:
        row = run(store.people.audit.append(a_draft()))
        with pytest.raises((PaymentsError, sa.exc.DBAPIError), match=r"never changed|cannot be used"):
            store.database.write(lambda connection: connection.execute(sa.text(statement)))
        assert run(store.people.audit.after(0, 5)) == [row]
    finally:
        store.close()
