"""Other people's clients, a sandbox that knows what they look for, and nothing between the two but a base URL."""

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from conftest import not_run
from integration.clients import installing
from integration.clients.remote import Remote

from payments.entrypoints.sandbox import Sandbox, SandboxSettings, running_sandbox

HERE = Path(__file__).parent
DRIVERS = HERE / "drivers"
SEED_DATA = HERE / "seed.json"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker("clients")


@pytest.fixture(scope="session")
def node() -> installing.Node:
    """A Node.js that has the npm packages."""
    try:
        return installing.node()
    except installing.Missing as missing:
        not_run(str(missing))


@pytest.fixture(scope="module")
def in_node(node: installing.Node, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remote]:
    """A process with the npm packages."""
    errors = tmp_path_factory.mktemp("node") / "errors"
    with Remote([node.program, str(DRIVERS / "node_clients.js")], node.folder, errors) as remote:
        yield remote


@pytest.fixture(scope="module")
def in_python(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remote]:
    """A process with the PyPI packages."""
    try:
        interpreter = installing.python()
    except installing.Missing as missing:
        not_run(str(missing))
    errors = tmp_path_factory.mktemp("python") / "errors"
    with Remote([str(interpreter), str(DRIVERS / "python_clients.py")], HERE, errors) as remote:
        yield remote


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A sandbox of before 2026, when these clients were written: test payments are found without asking for them."""
    with running_sandbox(SandboxSettings(seed=7, seed_data=SEED_DATA, hide_sandbox_payments=False)) as running:
        yield running


@pytest.fixture
def unused(request: pytest.FixtureRequest) -> Callable[[Iterable[str]], set[str]]:
    """Tell which of some names no test of this module calls."""
    text = Path(str(request.path)).read_text("utf-8")

    def is_used(name: str) -> bool:  # `Payments.cancel` also through a variable named payments
        return re.search(rf"\b{re.escape(name)}(\.keep)?[(,)]", text, re.IGNORECASE) is not None

    return lambda names: {name for name in names if not is_used(name)}
