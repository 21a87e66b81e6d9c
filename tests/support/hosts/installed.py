"""The built wheel, installed into an environment of its own, as a user of the project does it.

wheel         the project as a wheel
environment   an empty virtual environment with some requirements, of which `payments-kr` is the wheel
"""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[3]
NAME: Final = "payments-kr"


def wheel(folder: Path) -> Path:
    """Build the project into *folder*, and return the file."""
    _uv("build", "--quiet", "--wheel", "--out-dir", str(folder), str(ROOT))
    (built,) = folder.glob("*.whl")
    return built


def environment(folder: Path, requirements: Sequence[str], built: Path, python: str = sys.executable) -> Path:
    """Make a virtual environment of *python* in *folder*, and return its Python."""
    interpreter = folder / "bin" / "python"
    _uv("venv", "--quiet", "--python", python, str(folder))
    wanted = [_with_wheel(line, built) for line in requirements]
    _uv("pip", "install", "--quiet", "--python", str(interpreter), *wanted)
    return interpreter


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
