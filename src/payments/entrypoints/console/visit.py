"""Visit: one request with its operator and language, and the ways in which a page answers."""

import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, cast
from urllib.parse import quote, urlencode

import attrs
from starlette.responses import HTMLResponse, RedirectResponse, Response

from payments.domain.access import Scope
from payments.domain.people.operators import NotSignedIn, Operator, Session
from payments.domain.use_cases.people.letters import Letters
from payments.domain.values import Caller, MerchantId, recorded_id
from payments.entrypoints.console.errors import told
from payments.entrypoints.console.forms import csrf_of, seal
from payments.entrypoints.console.jobs import Jobs
from payments.entrypoints.console.rendering import facts_for, render
from payments.entrypoints.console.uploads import Upload
from payments.entrypoints.display import Language
from payments.entrypoints.http.shapes.errors import Forged
from payments.entrypoints.logs import facts
from payments.entrypoints.people.managing import Managing
from payments.entrypoints.people.sign_in import SignIn
from payments.entrypoints.people.sign_on import SignOn
from payments.entrypoints.service import Service
from payments.entrypoints.settings import Settings

LANGUAGE_COOKIE: Final = "payments_language"
FILTERS_COOKIE: Final = "payments_filters"
YEAR_SECONDS: Final = 365 * 24 * 3600

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Referrer-Policy": "same-origin",  # `no-referrer` would send forms without their Origin
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@attrs.frozen(kw_only=True)
class House:
    """What all pages share."""

    service: Service
    sign_in: SignIn
    managing: Managing
    letters: Letters
    settings: Settings
    sign_on: SignOn | None = None
    jobs: Jobs = attrs.field(factory=Jobs)

    @property
    def live(self) -> bool:
        return self.settings.mode == "live"


@attrs.frozen(kw_only=True)
class Visit:
    """`token` is the session's, or before log-in the one of the form; `base` is the path below which all pages are."""

    house: House
    base: str
    path: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    form: Mapping[str, str] = attrs.field(repr=False)
    language: Language
    address: str
    secure: bool
    token: str = attrs.field(default="", repr=False)
    session: Session | None = None
    operator: Operator | None = None
    saved_filters: str = ""
    is_fragment: bool = False
    """Whether a script asked, which shows a part of the page."""
    upload: Upload | None = attrs.field(default=None, repr=False)

    @property
    def service(self) -> Service:
        return self.house.service

    @property
    def who(self) -> Operator:
        """The operator. Raises NotSignedIn."""
        if self.operator is None:
            raise NotSignedIn("Log in first.")
        return self.operator

    @property
    def caller(self) -> Caller:
        """The operator as use cases know it."""
        return Caller.operator(self.who.name)

    @property
    def merchant_id(self) -> MerchantId:
        """The payment in the path."""
        return recorded_id(self.params["merchant_id"])

    @property
    def now(self) -> datetime:
        return self.service.clock.now()

    def may(self, scope: str) -> bool:
        """Return whether the operator has this scope."""
        return self.operator is not None and self.operator.allows(Scope(scope))

    def is_at(self, path: str) -> bool:
        """Return whether this is the page at *path* or below it."""
        here = self.path.partition("?")[0]
        return here == path or here.startswith(f"{path}/")

    def url(self, path: str, **query: str | None) -> str:
        """Return the address of a page of the console."""
        given = {name: value for name, value in query.items() if value}
        return f"{self.base}{path}" + (f"?{urlencode(given)}" if given else "")

    def payment_url(self, merchant_id: str, rest: str = "", **query: str | None) -> str:
        """Return the address of a payment's page."""
        return self.url(f"/payments/{quote(merchant_id, safe='')}{rest}", **query)

    def seal(self, *parts: str) -> str:
        """Return what proves that a page of this session contained these texts."""
        return seal(self.token, *parts)

    def check_seal(self, given: str, *parts: str) -> None:
        """Raises Forged where no page of this session contained these texts."""
        if not hmac.compare_digest(self.seal(*parts), given):
            raise Forged("This form was not made for this session. Nothing was done. Load the page again.")

    # -- answers

    def page(self, template: str, status: int = 200, **facts: Any) -> Response:
        """Return a page."""
        csrf = csrf_of(self.token) if self.token else ""
        shown = {**facts_for(self.language, str(self.service.zone)), "visit": self, "csrf": csrf, **facts}
        return HTMLResponse(render(template, shown), status, headers=HEADERS)

    def error(self, error: Exception) -> Response:
        """Return the page that tells an error."""
        status, title, sentence = told(error, self.language)
        known = facts().request_id if status == 500 else ""
        return self.page("trouble.html", status, title=title, sentence=sentence, request_id=known)

    def go(self, url: str) -> Response:
        """Send the browser to another page of the console, which it loads with GET."""
        return RedirectResponse(url, 303, headers=HEADERS)

    def file(self, body: bytes, media_type: str, name: str) -> Response:
        """Return a file that the browser stores."""
        headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
        return Response(body, media_type=media_type, headers=headers)


def with_cookie(answer: Response, name: str, value: str, visit: Visit, *, seconds: int | None, path: str) -> Response:
    """Set a cookie that no script can read and no other site can send."""
    answer.set_cookie(
        name, value, max_age=seconds, path=path, secure=visit.secure, httponly=True, samesite=cast("Any", "lax")
    )
    return answer
