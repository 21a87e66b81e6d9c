"""Templates: escaped by default, strict about names, with money and times as people write them."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache, partial
from typing import Any, Final
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from payments.entrypoints import display
from payments.entrypoints.console.deeds import sentence
from payments.entrypoints.console.texts import TEXTS
from payments.entrypoints.display import Language
from payments.entrypoints.stories.words import LANGUAGES

PAGES: Final = Environment(
    loader=PackageLoader("payments.entrypoints.console"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)

MENU: Final = (
    ("/", "today", "read"),
    ("/payments", "payments", "read"),
    ("/messages", "messages", "read"),
    ("/reports", "reports", "read"),
    ("/reconciliation", "reconciliation", "read"),
    ("/settlements", "settlements", "read"),
    ("/people", "people", "admin"),
    ("/audit", "audit", "admin"),
    ("/settings", "settings", "admin"),
)
"""The pages of the menu, each with its text and the scope that it needs."""


@cache
def texts(language: Language) -> Mapping[str, str]:
    """Return all texts in one language."""
    return {key: words.read_in(language) for key, words in TEXTS.items()}


def facts_for(language: Language, zone: str) -> dict[str, Any]:
    """Return what every template may use. Times are shown in *zone*."""
    said = texts(language)
    return {
        "t": said,
        "lang": language,
        "languages": LANGUAGES,
        "money": partial(display.money, language=language),
        "moment": partial(_moment, language, zone),
        "day": partial(display.weekday, language=language),
        "method": partial(display.method, language=language),
        "reason": partial(display.reason, language=language),
        "source": partial(display.source, language=language),
        "disposition": partial(display.disposition, language=language),
        "attempt_state": partial(display.attempt_state, language=language),
        "refund_status": partial(display.refund_status, language=language),
        "event_kind": partial(display.event_kind, language=language),
        "status_label": partial(display.status, language=language),
        "currency_of": display.currency_of,
        "deed": partial(sentence, language=language),
        "menu": [(path, said[text], scope) for path, text, scope in MENU],
        "is_web": is_web,
    }


def render(template: str, facts: Mapping[str, Any]) -> str:
    """Return the HTML of a page."""
    return PAGES.get_template(template).render(facts)


def is_web(url: str | None) -> bool:
    """Return whether *url* may be a link: a provider could report any text."""
    try:
        return bool(url) and urlsplit(url or "").scheme in ("http", "https")
    except ValueError:
        return False


def _moment(language: Language, zone: str, at: datetime | None, *, seconds: bool = False) -> str:
    return display.moment(at, language, zone, seconds=seconds) if at else "–"
