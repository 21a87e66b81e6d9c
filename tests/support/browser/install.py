"""`python -m support.browser.install`: see that there is a browser, and a Korean font to draw with.

Debian's packages are taken as root, else playwright's own download. It never fails: a browser that cannot be had is
told here, and again by the tests that were not run for want of it.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from support.browser import chromium


def say(text: str) -> None:
    print(f"run: {text}", file=sys.stderr, flush=True)  # noqa: T201


def call(*command: str) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr, env=environment).returncode == 0


def apt(*packages: str) -> bool:
    """Install Debian packages where we may; the lists may be empty or old, so they are fetched first."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    call("apt-get", "update")  # one dead source among many does not matter
    return call("apt-get", "install", "-y", "--no-install-recommends", *packages)


def is_debian() -> bool:
    """Tell Debian, whose chromium is a browser, from Ubuntu, whose chromium is not."""
    release = Path("/etc/os-release")
    return release.exists() and "ID=debian" in release.read_text().splitlines()


def install() -> None:
    """Get a browser, by the system's own way first."""
    if is_debian() and os.geteuid() == 0:
        say("no browser found: installing Debian's chromium with apt-get (once) ...")
        if apt("chromium"):
            return
    say("no browser found: fetching playwright's Chromium (once) ...")
    with_libraries = ["--with-deps"] if os.geteuid() == 0 else []
    call(sys.executable, "-m", "playwright", "install", *with_libraries, "chromium")


def has_korean_font() -> bool:
    """Tell whether Korean text will be drawn; without fontconfig nobody can tell, so no."""
    if not shutil.which("fc-list"):
        return False
    return bool(subprocess.run(["fc-list", ":lang=ko"], capture_output=True).stdout)


def main() -> None:
    try:
        chromium.find()
    except chromium.Missing:
        install()
    try:
        path = chromium.find()
    except chromium.Missing as missing:
        say(f"{missing}. The browser tests will NOT be run. Install chromium, or set PKR_BROWSER to one.")
        return
    if not has_korean_font():
        say("no Korean font found: trying to install Debian's fonts-noto-cjk with apt-get (once) ...")
        if not apt("fonts-noto-cjk"):
            say("without a Korean font, screenshots show boxes in place of Korean text; the tests run all the same.")
    say(f"browser tests use {path}")


if __name__ == "__main__":
    main()
