"""What a statement costs a database, in what never depends on the machine: steps of SQLite, pages of PostgreSQL."""

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from payments.adapters.sql.store import SqlStore


def cost_of(store: SqlStore, call: Callable[[SqlStore], object]) -> int:
    """Return the cost of *call*, whose statements use a store with one connection."""
    return (steps if is_sqlite(store) else pages)(store, call)


def is_sqlite(store: SqlStore) -> bool:
    return store.database.engine.dialect.name == "sqlite"


def vacuumed(store: SqlStore) -> None:
    """Let PostgreSQL gather its statistics now, as it does by itself after many changes."""
    if not is_sqlite(store):
        with store.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def plan_of(store: SqlStore, statement: sa.Select[Any], given: Mapping[str, object]) -> str:
    """Return how the database would answer *statement*, in its own words."""
    explain = "EXPLAIN QUERY PLAN " if is_sqlite(store) else "EXPLAIN "

    def explained(_c: object, _u: object, text: str, values: object, *_: object) -> tuple[str, object]:
        return explain + text, values

    with store.database.engine.connect() as connection:
        sa.event.listen(connection, "before_cursor_execute", explained, retval=True)
        cursor: Any = connection.execute(statement, given).cursor
        return "\n".join(str(row) for row in cursor.fetchall())


def steps(store: SqlStore, call: Callable[[SqlStore], object]) -> int:
    """Return how many steps SQLite's machine takes for *call*."""
    taken = [0]

    def count() -> int:
        taken[0] += 1
        return 0

    with store.database.engine.connect() as connection:
        _driver(connection).set_progress_handler(count, 1)
    call(store)
    with store.database.engine.connect() as connection:
        _driver(connection).set_progress_handler(None, 0)
    return taken[0]


def pages(store: SqlStore, call: Callable[[SqlStore], object]) -> int:
    """Return how many pages PostgreSQL touches for the statements of *call*."""
    told: list[tuple[str, Any]] = []

    def tell(_c: object, _u: object, statement: str, given: object, *_: object) -> None:
        told.append((statement, given))

    sa.event.listen(store.database.engine, "before_cursor_execute", tell)
    call(store)
    sa.event.remove(store.database.engine, "before_cursor_execute", tell)
    touched = 0
    for statement, given in told:
        with store.database.engine.connect() as connection:  # rolled back
            explained = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", given)
            plan = explained.scalar_one()[0]["Plan"]
            touched += plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    return touched


def _driver(connection: sa.Connection) -> Any:
    return connection.connection.driver_connection
