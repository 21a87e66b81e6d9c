"""Operators with their sessions, API keys, and the audit list."""

from typing import Final

from starlette.responses import Response

from payments.domain.errors import BadInput
from payments.domain.people.audit import AuditAction
from payments.domain.people.operators import OperatorNotFound
from payments.entrypoints.console.pages.page import Page
from payments.entrypoints.console.visit import Visit

PER_PAGE: Final = 100


async def people(visit: Visit) -> Response:
    """Who may log in, who has, and which keys the shop's servers use."""
    ports = visit.service.people
    sessions = [one for one in await ports.operators.sessions() if one.is_valid(visit.now)]
    keys = await visit.service.api_keys.list_keys()
    return visit.page("people.html", operators=await ports.operators.list(), sessions=sessions, keys=keys)


async def end_session(visit: Visit) -> Response:
    """End somebody's session."""
    ending = visit.service.people.operators.end_session(visit.form.get("session", ""))
    if not await visit.service.trail.noted(visit.caller, AuditAction.SESSION_ENDED, None, ending):
        raise BadInput("There is no such session. Nothing was changed.")
    return visit.go(visit.url("/people"))


async def revoke(visit: Visit) -> Response:
    """Revoke an operator, unless it is oneself: the last one with the scope `admin` would lock everybody out."""
    name = visit.form.get("name", "")
    if name == visit.who.name:
        raise OperatorNotFound("You cannot revoke yourself. Another operator must. Nothing was changed.")
    await visit.house.managing.revoke(visit.caller, name)
    return visit.go(visit.url("/people"))


async def audit(visit: Visit) -> Response:
    """What people and servers of the shop asked for, newest first."""
    before = visit.query.get("before", "")
    start = int(before) if before.isascii() and before.isdigit() and len(before) < 17 else None
    rows = await visit.service.people.audit.page(start, PER_PAGE + 1)
    shown = rows[:PER_PAGE]
    more = visit.url("/audit", before=str(shown[-1].number)) if len(rows) > PER_PAGE else ""
    return visit.page("audit.html", rows=shown, more=more)


PAGES: Final = (
    Page("GET", "/people", people),
    Page("POST", "/people/revoke", revoke),
    Page("POST", "/people/end", end_session),
    Page("GET", "/audit", audit),
)
