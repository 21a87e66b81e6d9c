"""A real Chromium for tests.

├── find       which browser there is: $PKR_BROWSER, else Chromium or Chrome on PATH, else playwright's own
├── Chromium   one running browser, opened once; `tab` is a fresh visitor in it
└── shot       a page's picture, kept under artifacts/screenshots/ to be looked at
"""

import asyncio
import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

from playwright.sync_api import ConsoleMessage, Error, Page, expect, sync_playwright
from support.patience import EVENTUALLY

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = (
    "--no-sandbox",  # root has no sandbox, and every page here is our own
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
    "user_agent": "Mozilla/5.0 (Linux; Android 15; SM-S931N) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/150.0.0.0 Mobile Safari/537.36",
}
PATIENCE = EVENTUALLY * 1000  # milliseconds that a page may take for anything
SCREENSHOTS = Path(__file__).parents[3] / "artifacts" / "screenshots"


class Missing(Exception):
    """There is no browser that this machine can run; the text says what was tried."""


def find() -> Path:
    """Return the browser to use; raise `Missing` where there is none that runs."""
    tried = []
    for path in candidates():
        if runs(path):
            return path
        tried.append(str(path))
    raise Missing(f"no Chromium runs on this machine (tried: {', '.join(tried) or 'nothing, none was found'})")


def candidates() -> Iterator[Path]:
    """Yield the browsers that may be here, the wanted one first."""
    if chosen := os.environ.get("PKR_BROWSER"):
        yield Path(chosen)
        return
    yield from (Path(found) for name in NAMES if (found := shutil.which(name)))
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    yield from sorted(folder.glob("chromium*/chrome-*/chrome*"), reverse=True)


def runs(path: Path) -> bool:
    """Tell whether the program at *path* starts: Ubuntu's `chromium`, say, is a letter that asks for a snap."""
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        asked = subprocess.run([path, "--version", "--no-sandbox"], capture_output=True, timeout=EVENTUALLY)
        return asked.returncode == 0 and b"Chrom" in asked.stdout
    return False


class Chromium:
    """One running browser. Between its tabs it leaves no trace of its event loop, so other tests may run theirs."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> Self:
        self.playwright = sync_playwright().start()
        self.loop = asyncio.get_running_loop()
        try:
            self.browser = self.playwright.chromium.launch(executable_path=self.path, args=list(FLAGS))
        except BaseException:
            self.playwright.stop()
            raise
        asyncio._set_running_loop(None)
        return self

    def __exit__(self, *_: object) -> None:
        with self._in_loop():
            self.browser.close()
            self.playwright.stop()

    @contextlib.contextmanager
    def _in_loop(self) -> Iterator[None]:
        before = asyncio._get_running_loop()
        asyncio._set_running_loop(self.loop)
        try:
            yield
        finally:
            asyncio._set_running_loop(before)

    @contextlib.contextmanager
    def tab(self, errors: list[str], **options: Any) -> Iterator[Page]:
        """Open a page for a visitor with no past; what its console calls an error is added to *errors*.

        *options* are those of playwright's `new_context`.
        """
        with self._in_loop():
            context = self.browser.new_context(**{"locale": "ko-KR", "timezone_id": "Asia/Seoul", **DESKTOP, **options})
            context.set_default_timeout(PATIENCE)
            expect.set_options(timeout=PATIENCE)
            context.on("weberror", lambda thrown: errors.append(f"uncaught: {describe(thrown.error)}"))
            context.on("console", lambda message: listen(message, errors))
            try:
                yield context.new_page()
            finally:
                context.close()


def describe(error: Error) -> str:
    return error.stack or error.message


def listen(message: ConsoleMessage, errors: list[str]) -> None:
    if message.type == "error":
        errors.append(f"{message.location['url']}:{message.location['lineNumber']}: {message.text}")


def shot(page: Page, name: str) -> Path:
    """Keep a picture of the whole *page* as artifacts/screenshots/*name*.png, and return where."""
    path = SCREENSHOTS / f"{name}.png"
    page.screenshot(path=path, full_page=True, animations="disabled")
    return path
