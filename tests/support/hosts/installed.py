"""The built wheel, installed into an environment of its own, as a user of the project does it.

wheel         the project as a wheel
environment   an empty virtual environment with some requirements, of which `payments-kr` is the wheel
once          what both are: made by the first process of a run that needs it, for all of them
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[3]
NAME: Final = "payments-kr"


def wheel(factory: pytest.TempPathFactory) -> Path:
    """Build the project, once in a run of the tests, and return the file."""
    folder = once(
        factory, "wheel", lambda folder: _uv("build", "--quiet", "--wheel", "--out-dir", str(folder), str(ROOT))
    )
    (built,) = folder.glob("*.whl")
    return built


def environment(factory: pytest.TempPathFactory, requirements: Sequence[str], python: str = sys.executable) -> Path:
    """Make a virtual environment of *python*, once in a run of the tests, and return its Python."""
    built = wheel(factory)
    wanted = [_with_wheel(line, built) for line in requirements]

    def make(folder: Path) -> None:
        _uv("venv", "--quiet", "--allow-existing", "--python", python, str(folder))
        _uv("pip", "install", "--quiet", "--python", str(folder / "bin" / "python"), *wanted)

    name = hashlib.sha256(json.dumps([python, *wanted]).encode()).hexdigest()[:12]
    return once(factory, f"venv-{name}", make) / "bin" / "python"


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return the folder *name*, which the first of this run's processes that needs it fills; the others wait."""
    ours = factory.getbasetemp()
    root = ours.parent if "PYTEST_XDIST_WORKER" in os.environ else ours
    folder, done = root / name, root / f"{name}.done"
    with (root / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            folder.mkdir(exist_ok=True)
            make(folder)
            done.touch()
    return folder


def required_by(example: Path) -> list[str]:
    """Return the lines of an example's requirements, without comments."""
    lines = (line.partition("#")[0].strip() for line in (example / "requirements.txt").read_text().splitlines())
    return [line for line in lines if line]


def _with_wheel(requirement: str, built: Path) -> str:
    return f"{requirement} @ {built.as_uri()}" if requirement.startswith(NAME) else requirement


def _uv(*arguments: str) -> None:
    uv = shutil.which("uv") or str(ROOT / ".uv" / "bin" / "uv")
    done = subprocess.run(
        [uv, *arguments], cwd=ROOT, capture_output=True, text=True
    )  # the day of all packages is set there
    assert done.returncode == 0, f"uv {arguments[0]}: {done.stderr}"
