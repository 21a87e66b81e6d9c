"""Log-in, log-out, and the choice of language."""

import secrets
from typing import Final

from starlette.responses import Response

from payments.domain.errors import PaymentsError
from payments.domain.people.operators import (
    SESSION_LIFE,
    IdentityProviderNotReached,
    SignInRefused,
    SignOnRefused,
)
from payments.entrypoints.console.errors import told
from payments.entrypoints.console.forms import csrf_of
from payments.entrypoints.console.pages.page import Page
from payments.entrypoints.console.visit import LANGUAGE_COOKIE, YEAR_SECONDS, Visit, with_cookie
from payments.entrypoints.http.shapes.errors import NoSuchPage
from payments.entrypoints.limits import TooManyRequests
from payments.entrypoints.people.sign_on import SignOn
from payments.entrypoints.stories.words import LANGUAGES


def session_cookie(*, secure: bool) -> str:
    """Return the name of the session's cookie. With `__Host-`, no other host and no plain HTTP can set it."""
    return "__Host-payments_session" if secure else "payments_session"


def form_cookie(*, secure: bool) -> str:
    """Return the name of the cookie that the form of log-in belongs to."""
    return "__Host-payments_form" if secure else "payments_form"


async def ask(visit: Visit) -> Response:
    """The page of log-in. In live mode there is none until an operator exists."""
    return await _page(visit)


async def _page(visit: Visit, error: PaymentsError | None = None) -> Response:
    operators = await visit.service.people.operators.list()
    if not any(one.is_active for one in operators) and visit.house.live and not visit.house.sign_on:
        raise NoSuchPage("There is no such page.")
    token = visit.token or secrets.token_urlsafe(32)
    status, _, sentence = told(error, visit.language) if error else (200, "", "")
    to = visit.form.get("to") or visit.query.get("to", "")
    answer = visit.page(
        "login.html",
        status,
        csrf=csrf_of(token),
        sentence=sentence,
        to=to,
        name=visit.form.get("name", ""),
        nobody=not operators,
        elsewhere=visit.url("/login/sign-on", to=to) if visit.house.sign_on else "",
    )
    return with_cookie(answer, form_cookie(secure=visit.secure), token, visit, seconds=None, path="/")


async def enter(visit: Visit) -> Response:
    """Log in. The session is new, whatever cookie the browser had before."""
    form = visit.form
    try:
        token = await visit.house.sign_in.enter(
            form.get("name", ""), form.get("password", ""), form.get("code", ""), visit.address
        )
    except (SignInRefused, TooManyRequests) as error:
        return await _page(visit, error)
    return _entered(visit, token, form.get("to", ""))


def _entered(visit: Visit, token: str, to: str) -> Response:
    """Give the browser its new session, and forget what log-in needed."""
    answer = visit.go(visit.base + local(to))
    seconds = int(SESSION_LIFE.total_seconds())
    answer.delete_cookie(form_cookie(secure=visit.secure), path="/", secure=visit.secure, httponly=True)
    return with_cookie(answer, session_cookie(secure=visit.secure), token, visit, seconds=seconds, path="/")


async def start_elsewhere(visit: Visit) -> Response:
    """Go to the identity provider. A link and no form, because a form may only be sent to this host."""
    token = visit.token or secrets.token_urlsafe(32)
    try:
        address = await _sign_on(visit).start(token, visit.query.get("to", ""), visit.address)
    except (TooManyRequests, IdentityProviderNotReached) as error:
        return await _page(visit, error)
    return with_cookie(visit.go(address), form_cookie(secure=visit.secure), token, visit, seconds=None, path="/")


async def come_back(visit: Visit) -> Response:
    """Come back from the identity provider. The session is new here too."""
    query, signing = visit.query, _sign_on(visit)
    try:
        if "code" not in query:
            raise SignOnRefused("The identity provider did not log you in.")
        token, to = await signing.finish(visit.token, query.get("state", ""), query["code"], visit.address)
    except (SignInRefused, TooManyRequests, IdentityProviderNotReached) as error:
        return await _page(visit, error)
    return _entered(visit, token, to)


def _sign_on(visit: Visit) -> SignOn:
    if visit.house.sign_on is None:
        raise NoSuchPage("There is no such page.")
    return visit.house.sign_on


async def leave(visit: Visit) -> Response:
    """Log out."""
    if visit.session:
        await visit.house.sign_in.leave(visit.session)
    answer = visit.go(visit.url("/login"))
    answer.delete_cookie(session_cookie(secure=visit.secure), path="/", secure=visit.secure, httponly=True)
    return answer


async def language(visit: Visit) -> Response:
    """Choose the language."""
    answer = visit.go(visit.base + local(visit.form.get("to", "")))
    chosen = visit.form.get("language", "")
    if chosen in LANGUAGES:
        with_cookie(answer, LANGUAGE_COOKIE, chosen, visit, seconds=YEAR_SECONDS, path="/")
    return answer


def local(path: str) -> str:
    """Return *path* if it is a page of the console, else its front page: no open redirect."""
    inside = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if inside and len(path) <= 2000 else "/"


PAGES: Final = (
    Page("GET", "/login", ask),
    Page("POST", "/login", enter),
    Page("GET", "/login/sign-on", start_elsewhere),
    Page("GET", "/login/return", come_back),
    Page("POST", "/logout", leave),
    Page("POST", "/language", language, forgeable=True),
)
