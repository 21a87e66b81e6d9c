"""Latest: the rows of a table by their ids, listed from the latest on."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import attrs
import sqlalchemy as sa

from payments.adapters.sql.engine.fronts import Front
from payments.adapters.sql.schema.moment import Moment
from payments.domain.errors import PaymentNotFound

T = TypeVar("T")


@attrs.frozen
class Statements(Generic[T]):
    """What one table is asked. `at` names the column by which its rows are listed; the others read and write a record.

    They are made once: SQLAlchemy compiles each of them once.
    """

    _table: sa.Table
    _at: str
    _read: Callable[[sa.RowMapping], T]
    _row: Callable[[T], dict[str, Any]]
    _one: sa.Select[Any] = attrs.field(init=False)
    _page: sa.Select[Any] = attrs.field(init=False)
    _later_page: sa.Select[Any] = attrs.field(init=False)
    _time: sa.Select[Any] = attrs.field(init=False)

    @_one.default
    def _make_one(self) -> sa.Select[Any]:
        return sa.select(self._table).where(self._table.c.id == sa.bindparam("id"))

    @_page.default
    def _make_page(self) -> sa.Select[Any]:
        at, name = self._table.c[self._at], self._table.c.id
        return sa.select(self._table).order_by(at.desc(), name.desc()).limit(sa.bindparam("limit", type_=sa.Integer))

    @_later_page.default
    def _make_later_page(self) -> sa.Select[Any]:
        before = sa.tuple_(sa.bindparam("before_at", type_=Moment), sa.bindparam("before"))
        return self._page.where(sa.tuple_(self._table.c[self._at], self._table.c.id) < before)

    @_time.default
    def _make_time(self) -> sa.Select[Any]:
        return sa.select(self._table.c[self._at]).where(self._table.c.id == sa.bindparam("before"))

    def add(self, connection: sa.Connection, record: T) -> None:
        """Store a record."""
        connection.execute(sa.insert(self._table), self._row(record))

    def find(self, connection: sa.Connection, name: str) -> T | None:
        """Return the record with this id, if there is one."""
        row = connection.execute(self._one, {"id": name}).mappings().one_or_none()
        return self._read(row) if row else None

    def page(self, connection: sa.Connection, before: str | None, limit: int) -> list[T]:
        """Return up to *limit* records, the latest first, after *before*. Raises PaymentNotFound."""
        if before is None:
            return [self._read(row) for row in connection.execute(self._page, {"limit": limit}).mappings()]
        at = connection.execute(self._time, {"before": before}).scalar_one_or_none()
        if at is None:
            raise PaymentNotFound
        given = {"limit": limit, "before": before, "before_at": at}
        return [self._read(row) for row in connection.execute(self._later_page, given).mappings()]


@attrs.frozen
class Latest(Generic[T]):
    """The calls of a port over the statements of its table."""

    _front: Front
    _statements: Statements[T]

    async def add(self, record: T) -> None:
        """Store a record."""
        await self._front.write(lambda connection: self._statements.add(connection, record))

    async def find(self, name: str) -> T | None:
        """Return the record with this id, if there is one."""
        return await self._front.read(lambda connection: self._statements.find(connection, name))

    async def page(self, before: str | None, limit: int) -> Sequence[T]:
        """Return up to *limit* records, the latest first, after *before*. Raises PaymentNotFound."""
        return await self._front.read(lambda connection: self._statements.page(connection, before, limit))
