"""The audit list beyond its contract: what was tampered with shows, and a database refuses to change a row."""

import attrs
import pytest
import sqlalchemy as sa
import sqlalchemy.exc
from builders import NOON

from payments.adapters.memory.people import MemoryAudit
from payments.adapters.sql.store import open_store
from payments.domain.errors import PaymentsError
from payments.domain.people.audit import AuditAction
from payments.domain.use_cases.people.trail import verify
from payments.domain.values import Mode
from payments.entrypoints.blocking import run
from payments.testing.contracts.people import a_draft


@pytest.mark.parametrize("field", ["at", "by", "action", "merchant_id", "detail"])
def test_a_changed_row_does_not_follow(field: str) -> None:
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
    audit = MemoryAudit()
    rows = [run(audit.append(a_draft())) for _ in range(3)]
    assert run(verify(MemoryAudit([rows[0], rows[2]]))) == (rows[0], 3)


@pytest.mark.parametrize("statement", ["UPDATE pkr_audit SET detail = '{}'", "DELETE FROM pkr_audit"])
def test_a_database_refuses_to_change_a_row(url: str, statement: str) -> None:
    store = open_store(url, Mode.TEST)
    try:
        row = run(store.people.audit.append(a_draft()))
        with pytest.raises((PaymentsError, sa.exc.DBAPIError), match=r"never changed|cannot be used"):
            store.database.write(lambda connection: connection.execute(sa.text(statement)))
        assert run(store.people.audit.after(0, 5)) == [row]
    finally:
        store.close()
