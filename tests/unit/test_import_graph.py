"""The import graph has no circle: neither between modules nor between packages that stand beside each other."""

import uuid
from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

import payments

PACKAGE = Path(payments.__file__).parent


def circle_in(imports: Mapping[str, Iterable[str]]) -> list[str]:
    """Return the nodes of one circle of imports; an empty list if there is none."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as found:
        return list(found.args[1])
    return []


def circle_of_modules(graph: grimp.ImportGraph) -> list[str]:
    return circle_in({module: graph.find_modules_directly_imported_by(module) for module in graph.modules})


def circle_of_siblings(graph: grimp.ImportGraph) -> list[str]:
    """Return a circle between the children of any package, where a child stands for all that is in it."""
    return next(filter(None, (circle_in(_between_children(graph, package)) for package in sorted(graph.modules))), [])


def _between_children(graph: grimp.ImportGraph, package: str) -> dict[str, set[str]]:
    children = graph.find_children(package)
    inside = {child: {child} | graph.find_descendants(child) for child in children}
    imported = {
        child: {other for module in inside[child] for other in graph.find_modules_directly_imported_by(module)}
        for child in children
    }
    return {child: {other for other in children - {child} if imported[child] & inside[other]} for child in children}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("payments", cache_dir=None)


def test_no_modules_import_each_other_in_a_circle(graph):
    assert len(graph.modules) > 200
    assert circle_of_modules(graph) == []


def test_no_packages_beside_each_other_import_each_other_in_a_circle(graph):
    assert circle_of_siblings(graph) == []


@pytest.mark.parametrize(
    ("module", "imported"),
    [("domain/money.py", "domain.values"), ("domain/errors.py", "domain.use_cases.sweep")],
)
def test_a_planted_circle_of_modules_is_noticed(module, imported, tmp_path, monkeypatch):
    planted = graph_with(module, imported, tmp_path, monkeypatch)
    assert any(name.endswith(module.removesuffix(".py").replace("/", ".")) for name in circle_of_modules(planted))


def test_a_planted_circle_of_packages_is_noticed_although_no_modules_form_one(tmp_path, monkeypatch):
    planted = graph_with("entrypoints/worker/new.py", "entrypoints.bootstrap", tmp_path, monkeypatch)
    assert circle_of_modules(planted) == []
    assert {name.rpartition(".")[2] for name in circle_of_siblings(planted)} >= {"worker", "bootstrap"}


def graph_with(module: str, imported: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> grimp.ImportGraph:
    """Return the graph of a copy in which *module* imports *imported* too; its name is new, so no test meets it."""
    name = f"payments_{uuid.uuid4().hex[:8]}"
    for source in PACKAGE.rglob("*.py"):
        target = folder / name / source.relative_to(PACKAGE)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(source.read_text().replace("payments.", f"{name}."))
    with (folder / name / module).open("a") as source_file:
        source_file.write(f"\nimport {name}.{imported}\n")
    monkeypatch.syspath_prepend(folder)
    return grimp.build_graph(name, cache_dir=None)
