"""Running: pytest in a fresh process, forked from one that has loaded what is not ours."""

import multiprocessing
import os
import resource
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

CPU_SECONDS: Final = 240
"""More than all tests take together; a mutant that uses it up hangs."""

PRELOADED: Final = [
    "pytest",
    "hypothesis.strategies",
    "hypothesis.stateful",
    "requests",
    "attrs",
    "playwright.sync_api",
]
"""What every process has from its parent; nothing of ours."""

RAN: Final = 100
"""Added to pytest's exit code: a process that did not come so far proves nothing."""


def in_a_process(work: Callable[..., None], *given: Any) -> int | None:
    """Run *work* in a process of its own and return its exit code; None where it had to be killed."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    process = context.Process(target=work, args=given)
    process.start()
    process.join(timeout=20 * CPU_SECONDS)
    if process.is_alive():
        process.kill()
        process.join()
        return None
    return process.exitcode


def run_pytest(root: Path, tests: Sequence[str]) -> int:
    """Run these test files here, in silence, until one fails; return pytest's exit code."""
    import pytest

    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    os.chdir(root)
    sys.dont_write_bytecode = True
    # our package has a pytest plugin, so pytest would rewrite and load its modules itself, past the mutant
    options = ["--assert=plain", "-x", "-q", "-n", "0", "-p", "no:randomly", "-p", "no:cacheprovider"]
    in_memory = ["-m", "not postgresql", "-k", "not sqlite_store and not at_length"]
    return int(pytest.main([*options, "-p", "mutation.quick", *in_memory, *tests]))
