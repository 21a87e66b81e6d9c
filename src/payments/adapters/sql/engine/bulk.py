"""Bulk: a statement that writes many rows, compiled once for each database.

SQLAlchemy would prepare every row of every call anew. Here the text and the conversions are kept, and the rows go to
the driver.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs
import sqlalchemy as sa


@attrs.frozen
class _Compiled:
    """The text, whether its values are given by position, and how each value is converted (None: as it is)."""

    text: str
    by_position: bool
    converters: tuple[tuple[str, Callable[[Any], Any] | None], ...]

    def values(self, row: Mapping[str, Any]) -> Any:
        if self.by_position:
            return tuple(row[name] if convert is None else convert(row[name]) for name, convert in self.converters)
        return {name: row[name] if convert is None else convert(row[name]) for name, convert in self.converters}


@attrs.frozen(eq=False)
class Bulk:
    """*statement* has one parameter for each of *names*."""

    statement: sa.Insert | sa.Update
    names: tuple[str, ...] = ()
    _compiled: dict[str, _Compiled] = attrs.field(factory=dict, init=False)

    def execute(self, connection: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> int:
        """Execute the statement for each row, and return how many rows of the table were written."""
        dialect = connection.dialect
        known = self._compiled.get(dialect.name) or self._compiled.setdefault(dialect.name, self._for(dialect))
        values = [known.values(row) for row in rows]
        # one row is not sent as many: PostgreSQL's driver then saves a pipeline
        return connection.exec_driver_sql(known.text, values if len(values) > 1 else values[0]).rowcount

    def _for(self, dialect: sa.Dialect) -> _Compiled:
        compiled: Any = self.statement.compile(dialect=dialect, column_keys=list(self.names) or None)
        names = compiled.positiontup or list(compiled.binds)
        converters = [(name, compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in names]
        return _Compiled(str(compiled), compiled.positiontup is not None, tuple(converters))
