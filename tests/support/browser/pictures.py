"""`python -m support.browser.pictures`: draw docs/images anew, from the real demo in a real browser.

For each language: the shop's front page, a payment window at a desk, a deposit on a phone, and a payment's timeline.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page
from support.browser.chromium import PHONE, Chromium, find
from support.browser.shopper import Shopper

from payments.entrypoints.demo import Demo, running_demo

IMAGES = Path(__file__).parents[3] / "docs" / "images"
DESK = {"width": 1280, "height": 892}
LANGUAGES = {"": "en-US", ".ko": "ko-KR"}  # the end of a picture's name, and whom it is drawn for


def draw(page: Page, name: str, *, whole: bool = False) -> None:
    path = IMAGES / f"{name}.png"
    page.screenshot(path=path, full_page=whole, animations="disabled")
    sys.stdout.write(f"{path}  {path.stat().st_size // 1024} KB\n")


def at_a_desk(demo: Demo, page: Page, language: str) -> None:
    shopper = Shopper(demo, page, on_phone=False)
    shopper.goto("/")
    draw(page, f"shop{language}")
    shopper.choose("season")
    shopper.open_window()
    shopper.decline()
    shopper.notice()
    shopper.open_window()
    draw(page, f"window{language}")
    shopper.approve()
    shopper.receipt("paid")
    draw(page, f"receipt{language}")
    shopper.story()
    draw(page, f"timeline{language}", whole=True)


def on_a_phone(demo: Demo, page: Page, language: str) -> None:
    shopper = Shopper(demo, page, on_phone=True)
    shopper.choose("month")
    shopper.open_window("virtual_account")
    shopper.approve()
    shopper.receipt("awaiting")
    draw(page, f"phone{language}")


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        Chromium(find()) as chromium,
        running_demo(database=Path(folder) / "demo.sqlite3") as demo,
    ):
        for language, locale in LANGUAGES.items():
            with chromium.tab([], locale=locale, viewport=DESK) as page:
                at_a_desk(demo, page, language)
            with chromium.tab([], locale=locale, **PHONE) as page:
                on_a_phone(demo, page, language)


if __name__ == "__main__":
    main()
