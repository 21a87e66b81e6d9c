"""The pages: choose a plan, sign in, check out, see the result and the timeline.

Payments are always read from the payments API; the shop stores only orders that had nothing to pay (see `free`).
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

import attrs
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from payments.entrypoints.shop.catalogue import PLANS, new_order, plan, plan_of
from payments.entrypoints.shop.client import PaymentsClient, PaymentsDown
from payments.entrypoints.shop.free import COUPON_PLAN, FreePages
from payments.entrypoints.shop.outcomes import PAYABLE, outcome_of
from payments.entrypoints.shop.settings import ShopSettings
from payments.entrypoints.shop.showing import LANGUAGE_COOKIE, VISITOR_COOKIE, Visit, local
from payments.entrypoints.shop.visitors import COOKIE_LIFE, Visitor
from payments.entrypoints.shop.words import words
from payments.entrypoints.stories.timeline import entry_of
from payments.entrypoints.stories.words import LANGUAGES

Page = Callable[[Visit], Awaitable[Response]]
PHONE: Final = "010-0000-0000"  # some providers require a phone number


@attrs.frozen
class Pages:
    """The shop's pages over the payments API."""

    settings: ShopSettings
    payments: PaymentsClient
    free: FreePages = attrs.field(factory=FreePages)

    def routes(self) -> list[BaseRoute]:
        """Return the routes. Pages for buyers redirect everybody else to the entrance."""
        anyone = [
            ("/", self.home, "GET"),
            ("/enter", self.entrance, "GET"),
            ("/enter", self.enter, "POST"),
            ("/leave", self.leave, "POST"),
            ("/language/{code}", self.language, "GET"),
            ("/returning", self.returning, "GET"),
            ("/terms", self.terms, "GET"),
            ("/token", self.token, "POST"),
        ]
        buyers = [
            ("/join/{plan}", self.join, "GET"),
            ("/checkout/{order}", self.checkout, "GET"),
            ("/coupon", self.free.use_coupon, "GET"),
            ("/free/{order}", self.free.order, "GET"),
            ("/free/{order}", self.free.complete, "POST"),
            ("/history", self.history, "GET"),
            ("/receipts/{merchant_id}", self.receipt, "GET"),
            ("/receipts/{merchant_id}/behind", self.behind, "GET"),
            ("/receipts/{merchant_id}/cancel", self.ask_to_cancel, "GET"),
            ("/receipts/{merchant_id}/cancel", self.cancel, "POST"),
            ("/receipts/{merchant_id}/deposit", self.deposit, "POST"),
        ]
        pages = [*anyone, *((path, _for_buyers(page), method) for path, page, method in buyers)]
        return [Route(path, self._endpoint(page), methods=[method]) for path, page, method in pages]

    def _endpoint(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            visit = Visit.of(request, self.settings)
            try:
                return await page(visit)
            except PaymentsDown:
                return visit.trouble("down", 503)

        return endpoint

    async def _ask(self, visit: Visit, question: Callable[..., Any], *values: Any) -> Any:
        """Call the payments API in a thread, as the buyer."""
        assert visit.visitor  # noqa: S101 - only pages for buyers call this
        return await run_in_threadpool(question, self.settings.signer.token(visit.visitor), *values)

    # anyone

    async def home(self, visit: Visit) -> Response:
        return visit.page("home.html", plans=PLANS)

    async def entrance(self, visit: Visit) -> Response:
        if visit.visitor:  # already signed in
            return RedirectResponse("/", 303)
        return visit.page("enter.html", to=local(visit.request.query_params.get("to")))

    async def enter(self, visit: Visit) -> Response:
        form = await visit.request.form()
        answer = RedirectResponse(local(str(form.get("to", "/"))), 303)
        cookie = self.settings.signer.cookie(visit.visitor or Visitor.random())
        life = int(COOKIE_LIFE.total_seconds())
        answer.set_cookie(VISITOR_COOKIE, cookie, max_age=life, httponly=True, samesite="lax")
        return answer

    async def leave(self, _: Visit) -> Response:
        answer = RedirectResponse("/", 303)
        answer.delete_cookie(VISITOR_COOKIE)
        return answer

    async def language(self, visit: Visit) -> Response:
        answer = RedirectResponse(local(visit.request.query_params.get("to")), 303)
        code = visit.request.path_params["code"]
        if code in LANGUAGES:
            answer.set_cookie(LANGUAGE_COOKIE, code, max_age=int(COOKIE_LIFE.total_seconds()), samesite="lax")
        return answer

    async def returning(self, visit: Visit) -> Response:
        """Where the payments API sends a phone's browser after the provider's window."""
        return visit.page("returning.html")

    async def terms(self, visit: Visit) -> Response:
        return visit.page("terms.html")

    async def token(self, visit: Visit) -> Response:
        """A new token for this visitor's browser. It is not in the page, so the provider's script cannot read it."""
        if visit.visitor is None:
            return JSONResponse({"detail": "Sign in first."}, 401)
        return JSONResponse({"token": self.settings.signer.token(visit.visitor)})

    # buyers

    async def join(self, visit: Visit) -> Response:
        chosen = plan(visit.request.path_params["plan"])
        if chosen is None:
            return visit.trouble("missing", 404)
        return RedirectResponse(f"/checkout/{new_order(chosen, datetime.now(UTC))}", 303)

    async def checkout(self, visit: Visit) -> Response:
        order = visit.request.path_params["order"]
        chosen = plan_of(order)
        if chosen is None or visit.visitor is None:
            return visit.trouble("missing", 404)
        recent = await self._ask(visit, self.payments.payments, None, 50)
        for payment in recent["payments"] if recent else ():
            if payment["order"] == order and payment["status"] == "paid":
                return RedirectResponse(f"/receipts/{payment['merchant_id']}", 303)
        name = visit.visitor.name.read_in(visit.language)
        channels, via = self.settings.channels, visit.request.query_params.get("via", "")
        chosen_channel = channels.get(via)
        return visit.page(
            "checkout.html",
            plan=chosen,
            reference=order,
            signed=self.settings.signer.order(
                visit.visitor, order, chosen, visit.language, via if chosen_channel else ""
            ),
            methods=self.settings.methods,
            script=chosen_channel.script if chosen_channel else self.settings.script,
            usual=self.settings.usual,
            channels=channels,
            via=via if chosen_channel else "",
            contact={"name": name, "phone": PHONE},
            takes_coupon=chosen == COUPON_PLAN,
        )

    async def history(self, visit: Visit) -> Response:
        page = await self._ask(visit, self.payments.payments, visit.request.query_params.get("cursor"))
        if page is None:
            return visit.trouble("missing", 404)
        return visit.page("history.html", payments=page["payments"], next=page.get("next"))

    async def receipt(self, visit: Visit) -> Response:
        payment = await self._ask(visit, self.payments.payment, visit.request.path_params["merchant_id"])
        if payment is None:
            return visit.trouble("missing", 404)
        refused = "refused" in visit.request.query_params
        return visit.page(
            "receipt.html",
            payment=payment,
            outcome=outcome_of(payment, visit.language),
            notice=words(visit.language)["cancel_refused"] if refused else "",
            plays_bank=self.settings.play_bank is not None,
        )

    async def behind(self, visit: Visit) -> Response:
        merchant_id = visit.request.path_params["merchant_id"]
        payment = await self._ask(visit, self.payments.payment, merchant_id)
        if payment is None:
            return visit.trouble("missing", 404)
        events = await self._ask(visit, self.payments.timeline, merchant_id)
        return visit.page("behind.html", payment=payment, story=[entry_of(event, visit.language) for event in events])

    async def ask_to_cancel(self, visit: Visit) -> Response:
        """Ask before an order is cancelled; what cannot be cancelled any more is shown as it is."""
        payment = await self._ask(visit, self.payments.payment, visit.request.path_params["merchant_id"])
        if payment is None:
            return visit.trouble("missing", 404)
        if payment["status"] not in PAYABLE:
            return RedirectResponse(f"/receipts/{quote(payment['merchant_id'], safe='')}", 303)
        return visit.page("cancel.html", payment=payment)

    async def cancel(self, visit: Visit) -> Response:
        merchant_id = visit.request.path_params["merchant_id"]
        done = await self._ask(visit, self.payments.cancel, merchant_id)
        return RedirectResponse(f"/receipts/{quote(merchant_id, safe='')}{'' if done else '?refused'}", 303)

    async def deposit(self, visit: Visit) -> Response:
        """Transfer the money, if the demo allows it: the page finds out as it would of a real transfer."""
        merchant_id = visit.request.path_params["merchant_id"]
        payment = await self._ask(visit, self.payments.payment, merchant_id)
        if payment is None or self.settings.play_bank is None:
            return visit.trouble("missing", 404)
        await run_in_threadpool(self.settings.play_bank, merchant_id)
        return RedirectResponse(f"/receipts/{quote(merchant_id, safe='')}", 303)


def _for_buyers(page: Page) -> Page:
    async def guarded(visit: Visit) -> Response:
        if visit.visitor is None:
            return RedirectResponse(f"/enter?to={quote(visit.here)}", 303)
        return await page(visit)

    return guarded
