"""Trying: the tests of one mutant, in a process of its own. No file is changed: the mutant is put in at the import."""

import importlib.machinery
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from enum import StrEnum
from pathlib import Path
from typing import Any

from mutation.mutants import Mutant
from mutation.running import RAN, in_a_process, run_pytest


class Outcome(StrEnum):
    KILLED = "killed"
    HUNG = "hung"
    NOT_LOADED = "not loaded"
    SURVIVED = "survived"


class _Loader(importlib.machinery.SourceFileLoader):
    """Loads the changed source in place of a file, and no bytecode."""

    def __init__(self, name: str, path: str, code: str) -> None:
        super().__init__(name, path)
        self._code = code

    def get_code(self, fullname: str) -> Any:  # noqa: ARG002 - the machinery passes it by this name
        return self.source_to_code(self._code.encode(), self.path)


class _Finder:
    def __init__(self, root: Path, mutant: Mutant) -> None:
        self._package = mutant.path.endswith("/__init__.py")
        module = mutant.path.removeprefix("src/").removesuffix(".py").removesuffix("/__init__")
        self._name = module.replace("/", ".")
        self._file, self._code = str(root / mutant.path), mutant.code

    def find_spec(self, name: str, *_: Any) -> Any:
        if name != self._name:
            return None
        loader = _Loader(name, self._file, self._code)
        spec = importlib.machinery.ModuleSpec(name, loader, origin=self._file, is_package=self._package)
        if spec.submodule_search_locations is not None:
            spec.submodule_search_locations.append(str(Path(self._file).parent))
        return spec


def _try(root: Path, mutant: Mutant, tests: Sequence[str]) -> None:
    """Run the tests with the mutant in the code."""
    sys.meta_path.insert(0, _Finder(root, mutant))
    os._exit(RAN + run_pytest(root, tests))


def tried(root: Path, mutant: Mutant, tests: Sequence[str]) -> Outcome:
    """Return what the tests say of a mutant."""
    code = in_a_process(_try, root, mutant, tests)
    if code is not None and 0 <= code < RAN:
        raise SystemExit(f"run: the tests of a mutant did not start (exit code {code}): {mutant}")
    return {
        RAN: Outcome.SURVIVED,
        RAN + 1: Outcome.KILLED,
        RAN + 2: Outcome.NOT_LOADED,
        RAN + 4: Outcome.NOT_LOADED,
    }.get(code or 0, Outcome.HUNG)


def check_control(root: Path, path: str, tests: Sequence[str]) -> None:
    """Try one that changes nothing, and one that cannot be missed: the tests must tell them apart."""
    same = Mutant(path=path, line=1, before="", after="", code=(root / path).read_text("utf-8"))
    if tried(root, same, tests) is not Outcome.SURVIVED:
        raise SystemExit(f"run: {' '.join(tests)} fails without any mutant; nothing was tried.")
    broken = Mutant(path=path, line=1, before="", after="", code=f"{same.code}\nraise AssertionError\n")
    if tried(root, broken, tests) is Outcome.SURVIVED:
        raise SystemExit(f"run: {' '.join(tests)} does not load {path} from the mutant; nothing was tried.")


def all_tried(root: Path, work: Sequence[tuple[Mutant, Sequence[str]]], jobs: int) -> Iterator[tuple[Mutant, Outcome]]:
    """Try many mutants, *jobs* at a time; yield each as it ends."""
    with ThreadPoolExecutor(jobs) as pool:
        futures = {pool.submit(tried, root, mutant, tests): mutant for mutant, tests in work}
        for future in as_completed(futures):
            yield futures[future], future.result()
