"""`/v2/browser-sdk.js`, and the window in which a billing key is issued."""

from typing import Any, Final

import attrs
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from payments.entrypoints.sandbox.errors import WindowRefused
from payments.entrypoints.sandbox.payments.portone_channels import channel_of
from payments.entrypoints.sandbox.portone.billing.keys import BillingKey
from payments.entrypoints.sandbox.web.answers import error_answer, json_answer, read_json
from payments.entrypoints.sandbox.web.window import STATIC, WindowRoutes
from payments.entrypoints.sandbox.web.window_text import words

SCRIPT: Final = (STATIC / "browser-sdk.js").read_text("utf-8")
NAMES: Final = "requestPayment requestIssueBillingKey requestIssueBillingKeyAndPay requestIdentityVerification".split()
MODULE: Final = SCRIPT.replace("document.currentScript ||", "{ src: import.meta.url } ||") + "".join(
    f"export const {name} = window.PortOne.{name};\n" for name in NAMES
)
HEADERS: Final = {"Cache-Control": "no-cache"}


@attrs.frozen
class PortOneRoutes:
    """The script, and what V2 has beside the payment window."""

    windows: WindowRoutes

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route("/v2/browser-sdk.js", self.script),
            Route("/v2/browser-sdk.esm.js", self.module),
            Route("/_sandbox/billing-keys/{billing_key}", self.window),
            Route("/_sandbox/billing-keys/{billing_key}/{action}", self.press, methods=["POST"]),
        ]

    async def script(self, _: Request) -> Response:
        """The script a shop's page loads: it defines `window.PortOne`."""
        return PlainTextResponse(SCRIPT, media_type="text/javascript", headers=HEADERS)

    async def module(self, _: Request) -> Response:
        """The same as an ES module."""
        return PlainTextResponse(MODULE, media_type="text/javascript", headers=HEADERS)

    async def window(self, request: Request) -> Response:
        """The window in which a billing key is issued."""
        sandbox, key = self.windows.sandbox, self._key(request)
        if key is None:
            return error_answer(ValueError("there is no such window"), 404)
        language = request.query_params.get("language") or key.language
        values: dict[str, Any] = {
            "t": words(language),
            "key": key,
            "language": "en" if language.startswith("en") else "ko",
            "shop": sandbox.settings.shop_name,
            "channel": channel_of(sandbox.portone.settings.channels, key.channel_key),
        }
        return self.windows.page("billing_key.html", **values)

    def _key(self, request: Request) -> BillingKey | None:
        return self.windows.sandbox.portone.keys.find(request.path_params["billing_key"])

    async def press(self, request: Request) -> Response:
        """Do what a person pressed."""
        key = self._key(request)
        if key is None:
            return error_answer(ValueError("there is no such window"), 404)
        try:
            reason = str((await read_json(request)).get("reason") or "")
            act = self.windows.v2.press_key
            result = await run_in_threadpool(act, key, request.path_params["action"], reason)
        except (WindowRefused, ValueError) as error:
            return error_answer(error, 409)
        return json_answer({"result": result, "redirect": self.windows.v2.back(key.redirect_url, result)})
