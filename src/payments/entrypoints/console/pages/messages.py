"""Messages to the shop: those that wait, those that were given up, and what can be done with them."""

from typing import Final

from starlette.responses import Response

from payments.domain.errors import BadInput
from payments.entrypoints.console.pages.page import Page
from payments.entrypoints.console.visit import Visit

MOST: Final = 100


async def listing(visit: Visit) -> Response:
    """Messages that are not delivered yet."""
    letters = visit.house.letters
    return visit.page("messages.html", dead=await letters.dead(MOST), waiting=await letters.waiting(MOST), most=MOST)


async def replay(visit: Visit) -> Response:
    """Send a dead letter again."""
    if not await visit.house.letters.replay(visit.caller, visit.form.get("message", "")):
        raise BadInput("There is no such dead message. Nothing was changed.")
    payment = visit.form.get("payment", "")
    return visit.go(visit.payment_url(payment) if payment else visit.url("/messages"))


async def skip(visit: Visit) -> Response:
    """Delete a dead letter."""
    if not await visit.house.letters.skip(visit.caller, visit.form.get("message", "")):
        raise BadInput("There is no such dead message. Nothing was changed.")
    return visit.go(visit.url("/messages"))


PAGES: Final = (
    Page("GET", "/messages", listing),
    Page("POST", "/messages/replay", replay),
    Page("POST", "/messages/skip", skip),
)
