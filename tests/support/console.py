"""Operators and visitors for tests of the console.

├── add_operator   an operator, stored at once, with a hash that was made once
├── signed_in      the token of a session
└── Visitor        somebody with a browser without scripts
"""

import html
import re
from datetime import timedelta
from functools import cache
from typing import Any, Final

import attrs
import requests
from support.api import RunningApi
from support.patience import EVENTUALLY

from payments.adapters.passwords import Argon2Passwords
from payments.domain.access import Scope
from payments.domain.people.operators import Operator, Session
from payments.entrypoints.blocking import run
from payments.entrypoints.console.forms import csrf_of
from payments.entrypoints.people.sign_in import digest_of
from payments.entrypoints.service import Service

PASSWORD: Final = "갈매기 세 마리와 우산"
COOKIE: Final = "payments_session"
_HIDDEN: Final = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


@cache
def _hash() -> str:
    return Argon2Passwords().hashed(PASSWORD)


def add_operator(service: Service, name: str, *scopes: Scope) -> Operator:
    """Store an operator who may read, and do what *scopes* allow."""
    allowed = frozenset({Scope.READ, *scopes})
    operator = Operator(name=name, password=_hash(), created_at=service.clock.now(), scopes=allowed)
    run(service.people.operators.add(operator))
    return operator


def signed_in(service: Service, name: str, *, ago: timedelta = timedelta()) -> str:
    """Return the token of a session that began *ago*."""
    token, at = f"token of {name} {ago}", service.clock.now() - ago
    run(
        service.people.operators.begin_session(
            Session(digest=digest_of(token), operator=name, created_at=at, seen_at=at)
        )
    )
    return token


@attrs.frozen(eq=False)
class Visitor:
    """Somebody at the console, with the session of *token*."""

    api: RunningApi
    token: str = ""
    session: requests.Session = attrs.field(factory=requests.Session)

    def __attrs_post_init__(self) -> None:
        if self.token:
            self.session.cookies.set(COOKIE, self.token)

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.session.get(f"{self.api.url}/console{path}", **{"timeout": EVENTUALLY, **options})

    def post(self, path: str, form: dict[str, str] | None = None, **options: Any) -> requests.Response:
        """Send a form with the token against forgery."""
        whole = {"csrf": csrf_of(self.token), **(form or {})} if self.token else (form or {})
        given = {"timeout": EVENTUALLY, "allow_redirects": False, **options}
        return self.session.post(f"{self.api.url}/console{path}", data=whole, **given)

    def follow(self, answer: requests.Response) -> requests.Response:
        """Load the page to which a form led."""
        assert answer.status_code == 303, answer.text
        return self.get(answer.headers["Location"].removeprefix("/console"))


def hidden(page: requests.Response) -> dict[str, str]:
    """Return the hidden fields of the last form of a page, which is the page's own."""
    last = page.text.rpartition("<form")[2]
    return {name: html.unescape(value) for name, value in _HIDDEN.findall(last)}
