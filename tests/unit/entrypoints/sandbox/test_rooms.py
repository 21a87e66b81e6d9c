"""Modules of the sandbox import each other in one direction only; its rooms do too, by a contract in pyproject.toml.

What would break these: an import that is hidden in a function or under TYPE_CHECKING, to get around a circle.
"""

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

import grimp
import pytest

SANDBOX = "payments.entrypoints.sandbox"


def circle_in(imports: Mapping[str, Iterable[str]]) -> list[str]:
    """Return the modules of a circle of imports, none if there is no circle."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as found:
        return list(found.args[1])
    return []


@pytest.fixture(scope="module")
def imports() -> dict[str, set[str]]:
    graph = grimp.build_graph("payments", cache_dir=None)
    modules = {SANDBOX, *graph.find_descendants(SANDBOX)}
    return {module: graph.find_modules_directly_imported_by(module) & modules for module in modules}


def test_no_module_of_the_sandbox_imports_itself_through_others(imports: dict[str, set[str]]) -> None:
    assert len(imports) > 60
    assert circle_in(imports) == []


def test_a_circle_would_be_noticed(imports: dict[str, set[str]]) -> None:
    row, book = f"{SANDBOX}.payments.row", f"{SANDBOX}.payments.book"
    assert row in imports[book]
    assert {row, book} <= set(circle_in(imports | {row: imports[row] | {book}}))
