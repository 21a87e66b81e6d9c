"""What waits is counted by the partial indexes of what waits, so a scrape costs the same however full the books are."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from builders import NOON

from payments.adapters.sql.store import SqlStore, open_store
from payments.domain.ports import MOST_COUNTED
from payments.domain.values import Mode
from payments.entrypoints.blocking import run

INDEXES = {"urgent", "routine", "refunds_open", "open_stray", "outbox_due_at", "outbox_dead"}


@pytest.fixture(params=["sqlite_url", "migrated_url"])
def store(request: pytest.FixtureRequest):
    opened = open_store(request.getfixturevalue(request.param), Mode.TEST, pool_size=1)
    yield opened
    opened.close()


def statements(store: SqlStore) -> list[tuple[str, object]]:
    """Return the statements of one reading, with what they were given."""
    told: list[tuple[str, object]] = []

    def tell(_c: object, _u: object, statement: str, given: object, *_: object) -> None:
        if "count" in statement or "min(" in statement:
            told.append((statement, given))

    sa.event.listen(store.database.engine, "before_cursor_execute", tell)
    run(store.backlog.read(NOON, NOON - timedelta(minutes=10)))
    sa.event.remove(store.database.engine, "before_cursor_execute", tell)
    return told


def plan(store: SqlStore, statement: str, given: object) -> str:
    explain = "EXPLAIN " if store.database.engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
    with store.database.engine.connect() as connection:  # rolled back
        if explain == "EXPLAIN ":
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # the tables are empty
        return "\n".join(str(row) for row in connection.exec_driver_sql(explain + statement, given))


def test_every_number_is_read_from_the_index_made_for_it(store: SqlStore) -> None:
    told = statements(store)
    assert len(told) == 9
    found = [plan(store, statement, given) for statement, given in told]
    assert [each for each in found if not any(index in each for index in INDEXES)] == []
    assert {index for index in INDEXES if not any(index in each for each in found)} == set()
    assert "TEMP B-TREE" not in "".join(found), "sorted after reading everything that waits"


def test_every_number_is_bounded(store: SqlStore) -> None:
    for statement, given in statements(store):
        values = given.values() if isinstance(given, dict) else given
        assert "LIMIT" in statement
        assert MOST_COUNTED in values
