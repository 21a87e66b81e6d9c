"""axe-core in a page: what keeps people from using it, as its authors rate it."""

from typing import Any, Final

from playwright.sync_api import Page

SERIOUS: Final = ("serious", "critical")
_RUN: Final = """async (colours) => (await axe.run(document, {
  resultTypes: ["violations"], iframes: false, elementRef: false,
  rules: {"color-contrast": {enabled: colours}},
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
})).violations.map(({id, impact, nodes}) => [id, impact, nodes.slice(0, 3).map((node) => node.html.slice(0, 160))])"""


def faults(page: Page, axe: str, *, colours: bool = True) -> list[Any]:
    """Return the serious faults of a page; *axe* is the script of axe-core. Its policy against scripts is kept.

    *colours* are the same in every language, and half of the work.
    """
    page.evaluate(axe)
    return [found for found in page.evaluate(_RUN, colours) if found[1] in SERIOUS]
