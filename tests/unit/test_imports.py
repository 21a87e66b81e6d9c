"""Who imports what: the package loads little, and each import contract in pyproject.toml notices what it forbids."""

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import payments

PACKAGE = Path(payments.__file__).parent
PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"

LAYERS = "Entrypoints know adapters, adapters know the domain, never the other way"
PURE = "The domain knows attrs and the pure part of the standard library"
INNER = "Values know no ports, rules know no use cases"
USE_CASES = "A use case knows the ones it is made of"
APART = "Adapters do not know each other"
WIRING = "Only what wires names an adapter"
SANDBOX = "The sandbox shares nothing with what it is there to test"
ROOMS = "A room of the sandbox imports only rooms below it"
SHOP = "The shop is a merchant's own site: it knows the public API alone"
CLI = "The command line has one door to HTTP, and knows nothing behind it"
WORKER = "The worker knows nothing of HTTP"
HTTP = "HTTP to others stays in the adapters that speak it"
SQL = "SQL stays in its adapter"
SERVING = "Serving, parsing and settings stay in the entrypoints"
SEALING = "Encryption stays in its adapter"
TESTS = "Test libraries stay in what other people's tests import"

VIOLATIONS = [  # a new module, what it imports, and the contract that must say no
    ("domain/new.py", "payments.adapters.sql", LAYERS),
    ("domain/new.py", "payments.entrypoints.blocking", LAYERS),
    ("adapters/new.py", "payments.entrypoints.blocking", LAYERS),
    ("entrypoints/new.py", "payments.testing", LAYERS),
    ("new.py", "typing", LAYERS),  # one more package: every module has one of four homes
    ("domain/new.py", "asyncio", PURE),
    ("domain/new.py", "logging", PURE),
    ("domain/new.py", "os", PURE),
    ("domain/new.py", "secrets", PURE),
    ("domain/new.py", "time", PURE),
    ("domain/new.py", "requests", PURE),
    ("domain/new.py", "sqlalchemy", PURE),
    ("domain/new.py", "starlette", PURE),
    ("domain/values.py", "payments.domain.ports", INNER),
    ("domain/recording.py", "payments.domain.use_cases.checkout", INNER),
    ("domain/new.py", "typing", INNER),  # every module has a layer
    ("domain/use_cases/refreshing.py", "payments.domain.use_cases.sweep", USE_CASES),
    ("domain/use_cases/new.py", "typing", USE_CASES),
    ("adapters/iamport/new.py", "payments.adapters.sql", APART),
    ("entrypoints/http/new.py", "payments.adapters.sql", WIRING),
    ("__init__.py", "payments.adapters.sql", WIRING),
    ("testing/new.py", "payments.adapters.sql", WIRING),
    ("entrypoints/sandbox/new.py", "payments.domain.money", SANDBOX),
    ("entrypoints/sandbox/new.py", "payments", SANDBOX),
    ("entrypoints/sandbox/new.py", "payments.adapters.iamport", SANDBOX),
    ("entrypoints/sandbox/new.py", "payments.entrypoints.http", SANDBOX),
    ("entrypoints/serving.py", "payments.domain.money", SANDBOX),
    ("entrypoints/sandbox/payments/new.py", "payments.entrypoints.sandbox.billing.cards", ROOMS),
    ("entrypoints/sandbox/wire/new.py", "payments.entrypoints.sandbox.extras.naver", ROOMS),
    ("entrypoints/sandbox/store.py", "payments.entrypoints.sandbox.service", ROOMS),
    ("entrypoints/sandbox/new.py", "typing", ROOMS),  # every module has one of the rooms, or a layer of its own
    ("entrypoints/shop/new.py", "payments.domain.payment", SHOP),
    ("entrypoints/shop/new.py", "payments.entrypoints.http", SHOP),
    ("entrypoints/cli/new.py", "payments.entrypoints.http.serving", CLI),
    ("entrypoints/cli/serve.py", "payments.entrypoints.http.app", CLI),
    ("entrypoints/views.py", "payments.entrypoints.http.operations", CLI),  # by way of what the commands print
    ("entrypoints/worker/new.py", "payments.entrypoints.http.serving", WORKER),
    ("testing/new.py", "pytest", TESTS),
    ("testing/builders.py", "hypothesis", TESTS),
    ("entrypoints/http/new.py", "requests", HTTP),
    ("adapters/sql/new.py", "requests", HTTP),
    ("entrypoints/new.py", "aiohttp", HTTP),
    ("entrypoints/http/new.py", "sqlalchemy", SQL),
    ("adapters/iamport/new.py", "sqlite3", SQL),
    ("adapters/sql/new.py", "cryptography", SEALING),
    ("adapters/iamport/new.py", "starlette", SERVING),
    ("adapters/sql/new.py", "msgspec", SERVING),
]


@pytest.mark.parametrize("module", ["payments", "payments.testing"])
def test_importing_it_loads_attrs_and_nothing_else(module):
    code = f"import json, sys; import {module}; print(json.dumps(sorted({{n.partition('.')[0] for n in sys.modules}})))"
    loaded = json.loads(subprocess.check_output([sys.executable, "-S", "-c", bootstrap(code)], text=True))
    strangers = {name for name in loaded if name not in sys.stdlib_module_names and not name.startswith("__")}
    assert strangers == {"attr", "attrs", "payments"}


def bootstrap(code: str) -> str:
    """Give *code* our search path by hand: the start-up files of other packages would load modules of their own."""
    return f"import sys; sys.path[:0] = {sys.path!r}; {code}"


def test_the_contracts_are_kept():
    assert broken_contracts(PACKAGE.parent) == set()


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package, which each test leaves as it was."""
    folder = tmp_path_factory.mktemp("copy") / "payments"
    return shutil.copytree(PACKAGE, folder, ignore=shutil.ignore_patterns("__pycache__", "static"))


@pytest.mark.parametrize(("module", "imported", "contract"), VIOLATIONS)
def test_a_forbidden_import_is_noticed(module, imported, contract, copy):
    file = copy / module
    before = file.read_text() if file.exists() else None
    try:
        file.write_text(f"{before or ''}\nimport {imported}\n")
        assert contract in broken_contracts(copy.parent)
    finally:
        file.unlink() if before is None else file.write_text(before)


def test_the_copy_without_a_forbidden_import_keeps_the_contracts(copy):
    assert broken_contracts(copy.parent) == set()


def broken_contracts(source: Path) -> set[str]:
    """Run lint-imports on the package in *source*, and return the names of the contracts that it calls broken."""
    code = "from importlinter.cli import lint_imports_command as command; command()"
    command = [sys.executable, "-c", code, "--no-logo", "--no-cache", "--config", PYPROJECT]
    ran = subprocess.run(command, cwd=source, capture_output=True, text=True)
    lines = ran.stdout.splitlines()
    assert any(line.startswith("Contracts: ") for line in lines), ran.stdout + ran.stderr
    broken = {name for name, verdict, _ in (line.partition(" BROKEN") for line in lines) if verdict}
    assert ran.returncode == bool(broken)
    return broken


@pytest.mark.parametrize("module", sorted(PACKAGE.glob("domain/*.py")), ids=lambda path: path.stem)
def test_the_domain_asks_no_clock_but_its_port(module):
    """`datetime` is allowed for its arithmetic, so the import contract cannot see this."""
    calls = (node.func for node in ast.walk(ast.parse(module.read_text())) if isinstance(node, ast.Call))
    named = {ast.unparse(call) for call in calls if isinstance(call, ast.Attribute)}
    asked = {
        name for name in named if name.endswith(("datetime.now", "datetime.utcnow", "datetime.today", "date.today"))
    }
    assert not asked
