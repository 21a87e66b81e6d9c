"""How a database answers a question, in its own words: PostgreSQL with the pages that it touched."""

import sqlalchemy as sa

from benchmarks.books.questions import Question
from payments.adapters.sql.store import SqlStore


def print_plans(store: SqlStore, question: Question) -> None:
    """Ask *question* once, and print the plan of each of its statements."""
    asked: list[tuple[str, object]] = []

    def hear(_c: object, _u: object, statement: str, given: object, *_: object) -> None:
        asked.append((statement, given))

    engine = store.database.engine
    sa.event.listen(engine, "before_cursor_execute", hear)
    question(0)
    sa.event.remove(engine, "before_cursor_execute", hear)
    explain = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN (ANALYZE, BUFFERS)"
    for statement, given in asked:
        with engine.connect() as connection:  # rolled back
            for row in connection.exec_driver_sql(f"{explain} {statement}", given):
                print(f"    {row[-1]}", flush=True)
