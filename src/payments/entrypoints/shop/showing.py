"""Rendering: a template with the texts, the visitor and the language of one request."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

import attrs
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from payments.entrypoints import display
from payments.entrypoints.display import Language
from payments.entrypoints.shop.catalogue import plan_of
from payments.entrypoints.shop.outcomes import money_back, standing_of
from payments.entrypoints.shop.settings import ShopSettings
from payments.entrypoints.shop.visitors import Visitor
from payments.entrypoints.shop.words import SHOWN_BY_SCRIPT, words
from payments.entrypoints.stories.words import LANGUAGES, preferred

VISITOR_COOKIE: Final = "shop_visitor"
LANGUAGE_COOKIE: Final = "shop_language"
PAGES: Final = Environment(
    loader=PackageLoader("payments.entrypoints.shop"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@attrs.frozen
class Visit:
    """One request, with its visitor and language."""

    request: Request
    settings: ShopSettings
    visitor: Visitor | None
    language: Language

    @classmethod
    def of(cls, request: Request, settings: ShopSettings) -> "Visit":
        visitor = settings.signer.visitor(request.cookies.get(VISITOR_COOKIE, ""))
        accept = request.headers.get("accept-language", "")
        return cls(request, settings, visitor, preferred(request.cookies.get(LANGUAGE_COOKIE), accept))

    @property
    def here(self) -> str:
        """The address of this page on this site."""
        query = self.request.url.query
        return self.request.url.path + (f"?{query}" if query else "")

    def page(self, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """Return a page of the shop."""
        texts = words(self.language)
        shown: dict[str, Any] = {
            "t": texts,
            "said": {key: texts[key] for key in SHOWN_BY_SCRIPT},
            "lang": self.language,
            "languages": LANGUAGES,
            "visitor": self.visitor,
            "here": local(self.here),
            "api": self.settings.api,
            "sandbox_page": self.settings.sandbox_page,
            "name_of": partial(_name, self.language),
            "money": partial(display.money, language=self.language),
            "moment": lambda text: display.moment(datetime.fromisoformat(text), self.language),
            "method_name": partial(display.method, language=self.language),
            "standing_of": partial(standing_of, language=self.language),
            "money_back": partial(money_back, language=self.language),
        }
        return HTMLResponse(PAGES.get_template(template).render({**shown, **values}), status)

    def trouble(self, which: str, status: int) -> HTMLResponse:
        """Return an error page. *which* is the prefix of its texts' keys."""
        texts = words(self.language)
        return self.page("trouble.html", status, title=texts[f"{which}_title"], lead=texts[f"{which}_text"])


def _name(language: Language, payment: Mapping[str, Any]) -> str:
    """The name of what was bought, in the visitor's language if the order is ours."""
    plan = plan_of(payment["order"])
    return plan.name.read_in(language) if plan else payment["name"]


def local(path: str | None) -> str:
    """Return *path* if it is on this site, else the front page: no open redirect."""
    text = path or "/"
    return text if text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable() else "/"
