"""Which test files a change reaches: `python -m support.changed [REV]` prints them; REV is HEAD unless given.

A test is reached through what it imports, and through every module that it names in a text, such as the command of a
process. What is no module counts for the package it lies in; documents reach the tests that read documents; anything
else, such as pyproject.toml, reaches all tests.
"""

import ast
import itertools
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMES = re.compile(r"\b[a-zA-Z_]\w*(?:\.\w+)+")
HERE = re.compile(r"_HERE\}\.(\w+(?:\.\w+)*)")  # how the command line names its modules


def changed_since(revision: str) -> set[Path]:
    """Return the files that differ from *revision*, new ones included."""
    differing = _git("diff", "--name-only", revision, "--")
    unknown = _git("ls-files", "--others", "--exclude-standard")
    return {ROOT / name for name in (*differing, *unknown)}


def _git(*command: str) -> list[str]:
    asked = subprocess.run(["git", *command], cwd=ROOT, capture_output=True, text=True)
    if asked.returncode:
        raise SystemExit(f"git {command[0]}: {asked.stderr.strip()}")
    return asked.stdout.splitlines()


def modules() -> dict[str, Path]:
    """Return every module of ours by its dotted name."""
    files = (file for home in ("src", "tests") for file in (ROOT / home).rglob("*.py"))
    return {_name(file): file for file in files}


def _name(file: Path) -> str:
    _, *parts = file.relative_to(ROOT).with_suffix("").parts  # without src or tests, where names begin
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def uses(file: Path, known: Mapping[str, Path]) -> set[Path]:
    """Return the files that *file* uses: the modules that it names, and conftests."""
    text = file.read_text()
    packages = [_name(folder / "__init__.py") for folder in file.parents if folder.is_relative_to(ROOT / "src")]
    here = {f"{package}.{name}" for package in packages for name in HERE.findall(text)} & known.keys()
    named = {*_imported(ast.parse(text)), *NAMES.findall(text), *here}
    conftests = {folder / "conftest.py" for folder in file.parents if folder.is_relative_to(ROOT / "tests")}
    used = (known[module] for name in named if (module := _module_in(name, known)))
    return {*used, *(conftests & set(known.values()))}


def _module_in(name: str, known: Mapping[str, Path]) -> str:
    """Return the module in `a.module.something`; a package around it is used only where it is named itself."""
    while name and name not in known:
        name = name.rpartition(".")[0]
    return name


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def reached(changes: Iterable[Path]) -> list[Path]:
    """Return the test files that depend on any of *changes*, in order."""
    known = modules()
    users: dict[Path, set[Path]] = {}
    for file in known.values():
        for used in uses(file, known):
            users.setdefault(used, set()).add(file)
    found: set[Path] = set()
    waiting = list(itertools.chain.from_iterable(_as_modules(change, known) for change in changes))
    while waiting:
        file = waiting.pop()
        if file not in found:
            found.add(file)
            waiting.extend(users.get(file, ()))
    return sorted(file for file in found if file.name.startswith("test_") and file.exists())


def _as_modules(change: Path, known: Mapping[str, Path]) -> Iterable[Path]:
    """Return the modules that stand for a changed file: itself, its package, or all."""
    if change in known.values():
        return [change]
    if change.suffix == ".md":
        return [file for file in known.values() if file.name.startswith("test_") and ".md" in file.read_text()]
    for folder in change.parents:
        beside = [file for file in known.values() if file.is_relative_to(folder)]
        if beside and folder not in (ROOT / "src", ROOT / "tests", ROOT):
            return beside
    return known.values()


if __name__ == "__main__":
    for test in reached(changed_since(sys.argv[1] if len(sys.argv) > 1 else "HEAD")):
        print(test.relative_to(ROOT))
