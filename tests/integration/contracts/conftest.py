"""Every store, and both fronts of the SQL ones: a contract holds whether calls block or share a commit.

`store` is each of them in turn, empty and of this test alone. Tests of many callers at once run with transactions of
one call, of two and of many.
"""

from collections.abc import Iterator

import pytest
from support.on_loop import store_on_loop

from payments.adapters.memory.store import MemoryStore
from payments.adapters.sql.store import SqlStore
from payments.testing.contracts.at_once import AtOnce

_BLOCKING = ["memory_store", "sqlite_store", pytest.param("postgresql_store", marks=pytest.mark.postgresql)]
_MANY = 32


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    own = [mark.args[0] for mark in metafunc.definition.iter_markers("parametrize")]
    if "store" in metafunc.fixturenames and not any("store" in names for names in own):
        at_once = metafunc.function.__name__ in vars(AtOnce)
        sizes = (1, 2, _MANY) if at_once else (_MANY,)
        metafunc.parametrize("store", [*_BLOCKING, *(one for most in sizes for one in _on_loop(most))], indirect=True)


def _on_loop(most: int) -> Iterator[object]:
    for name, marks in (("sqlite_store", ()), ("postgresql_store", pytest.mark.postgresql)):
        yield pytest.param((name, most), marks=marks, id=f"{name}_on_loop_{most}")


@pytest.fixture
def store(request: pytest.FixtureRequest) -> Iterator[MemoryStore | SqlStore]:
    """Each store in turn: what holds for one must hold for all."""
    if isinstance(request.param, str):
        yield request.getfixturevalue(request.param)
        return
    name, most = request.param
    with store_on_loop(request.getfixturevalue(name), most_together=most) as store:
        yield store
