"""The browser side: `/v1/iamport.js`, the frame that asks for a window, the window, and what is pressed in it."""

from pathlib import Path
from typing import Any, Final

import attrs
from jinja2 import Environment, PackageLoader
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from payments.entrypoints.sandbox.api import certifications
from payments.entrypoints.sandbox.payments.channels import BANKS, CARDS, EASY_PAYS
from payments.entrypoints.sandbox.payments.messages import (
    NotPossibleError,
    RefusedError,
    WindowRefusedError,
)
from payments.entrypoints.sandbox.payments.row import PaymentRow
from payments.entrypoints.sandbox.service import Sandbox
from payments.entrypoints.sandbox.web import results
from payments.entrypoints.sandbox.web.window_text import money, words
from payments.entrypoints.sandbox.wire.params import decode_json
from payments.entrypoints.sandbox.wire.wire import encode, read_bytes

STATIC: Final = Path(__file__).parent / "static"
PAGES: Final = Environment(loader=PackageLoader("payments.entrypoints.sandbox.web"), autoescape=True)
FROM_HERE: Final = "http://127.0.0.1:* http://localhost:* https://127.0.0.1:* https://localhost:*"
INSTALMENTS_FROM: Final = 50_000
SHOWN_CARDS: Final = ("361", "365", "366", "367", "368", "371", "374", "381")
SHOWN_BANKS: Final = ("088", "004", "020", "081", "011", "003", "090", "092")


def json_answer(value: Any, status: int = 200) -> Response:
    """Return *value* as JSON in the way of the sandbox's API."""
    return Response(encode(value), status, media_type="application/json")


def complaint(error: Exception, status: int) -> Response:
    """Return the sentence of *error* as `{"error": …}`."""
    return json_answer({"error": str(error)}, status)


async def read_json(request: Request) -> dict[str, Any]:
    """Return a request's JSON object, empty if it has no body; ValueError for anything else."""
    body = await read_bytes(request)
    return decode_json(body) if body.strip() else {}


@attrs.frozen
class WindowRoutes:
    """The pages and calls of the payment window over one sandbox."""

    sandbox: Sandbox

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route("/v1/iamport.js", self.script),
            Mount("/_sandbox/static", StaticFiles(directory=STATIC)),
            Route("/_sandbox/frame", self.frame),
            Route("/_sandbox/windows", self.open, methods=["POST"]),
            Route("/_sandbox/windows/{imp_uid}", self.window),
            Route("/_sandbox/windows/{imp_uid}/{action}", self.press, methods=["POST"]),
            Route("/_sandbox/certifications/{imp_uid}", self.certification),
            Route("/_sandbox/certifications/{imp_uid}/{action}", self.press_certification, methods=["POST"]),
            Route("/_sandbox/receipts/{imp_uid}", self.receipt),
        ]

    async def script(self, _: Request) -> Response:
        """The script a shop's page loads."""
        return FileResponse(
            STATIC / "iamport.js", media_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"}
        )

    def page(self, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """Render a page that only shop pages of this machine, or allowed ones, may frame."""
        framed_by = " ".join(("'self'", FROM_HERE, *self.sandbox.settings.allowed_origins))
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
            f"form-action 'none'; frame-ancestors {framed_by}"
        )
        headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        return HTMLResponse(PAGES.get_template(template).render(**values), status, headers)

    async def frame(self, _: Request) -> Response:
        """The empty frame that takes a page's parameters."""
        return self.page("frame.html")

    async def open(self, request: Request) -> Response:
        """Open a window for `{kind, user_code, params, redirects}`: its address, or the result of the refusal."""
        try:
            asked = await read_json(request)
        except (ValueError, RefusedError) as error:
            return complaint(error, 400)
        params = asked.get("params")
        params = params if isinstance(params, dict) else {}
        redirects = asked.get("redirects") is True
        channel = {"_channel": "mobile" if redirects else "pc", "_user_agent": request.headers.get("user-agent", "")}
        try:
            self._check_user(asked.get("user_code"))
            if asked.get("kind") == "certification":
                return self._open_certification(params, request.headers.get("origin", ""))
            row = self.sandbox.request_pay(params | channel)
        except WindowRefusedError as error:
            result = results.not_opened(params.get("merchant_uid"), error, self.sandbox.settings)
            return json_answer(
                {"result": result, "redirect": self._back(str(params.get("m_redirect_url", "")), result)}
            )
        return json_answer({"imp_uid": row.imp_uid, "url": f"/_sandbox/windows/{row.imp_uid}"})

    def _open_certification(self, params: dict[str, Any], origin: str) -> Response:
        with self.sandbox.lock:
            row = self.sandbox.certifications.open(params, origin)
        return json_answer({"imp_uid": row.imp_uid, "url": f"/_sandbox/certifications/{row.imp_uid}"})

    async def certification(self, request: Request) -> Response:
        """The window of an identity check."""
        try:
            row = self.sandbox.certifications.get(request.path_params["imp_uid"])
        except RefusedError as error:
            return complaint(error, 404)
        language = request.query_params.get("language", "ko")
        return self.page("certification.html", **certifications.page_values(self.sandbox, row, language))

    async def press_certification(self, request: Request) -> Response:
        """Do what a person pressed in it."""
        try:
            row = self.sandbox.certifications.get(request.path_params["imp_uid"])
            body = await read_json(request)
            result = certifications.press(self.sandbox, row, request.path_params["action"], body)
        except (RefusedError, NotPossibleError, ValueError) as error:
            return complaint(error, 409)
        return json_answer({"result": result, "redirect": certifications.back(row, result)})

    def _check_user(self, user_code: Any) -> None:
        if user_code != self.sandbox.settings.user_code:
            code = self.sandbox.settings.guesses.bad_request_code
            raise WindowRefusedError(code, f"고객사 식별코드가 올바르지 않습니다: {user_code}")

    async def window(self, request: Request) -> Response:
        """The payment window, or what became of it."""
        try:
            row = self.sandbox.payment(request.path_params["imp_uid"])
        except RefusedError as error:
            return complaint(error, 404)
        return self.page("window.html", **self._values(row, request.query_params.get("language")))

    def _values(self, row: PaymentRow, language: str | None) -> dict[str, Any]:
        language = language or row.behind.language
        t = words(language)
        over = row.status != "ready" or row.awaits_deposit
        tab, picked = _first_choice(row.behind.asked_method)
        return {
            "t": t,
            "row": row,
            "language": "en" if language.lower().startswith("en") else "ko",
            "shop": self.sandbox.settings.shop_name,
            "amount": money(row.amount, row.currency, language),
            "over": t["over"][row.status] if over else None,
            "tab": tab,
            "tabs": [(name, t[name]) for name in ("card", "vbank", "easy", "other")],
            "picked": {"card": "361", "vbank": "088", "easy": "kakaopay", "other": "trans"} | picked,
            "choices": {
                "card": [(code, CARDS[code]) for code in SHOWN_CARDS],
                "vbank": [(code, BANKS[code]) for code in SHOWN_BANKS],
                "easy": list(EASY_PAYS.items()),
                "other": [("trans", t["trans"]), ("phone", t["phone"])],
            },
            "quotas": [2, 3, 4, 5, 6, 12] if row.currency == "KRW" and row.amount >= INSTALMENTS_FROM else [],
        }

    async def press(self, request: Request) -> Response:
        """Do what a person pressed; answer with what the page hears and where a phone goes."""
        imp_uid, action = request.path_params["imp_uid"], request.path_params["action"]
        try:
            row = self.sandbox.payment(imp_uid)
            result = await run_in_threadpool(self._do, row, action, await read_json(request))
        except NotPossibleError as error:
            return complaint(error, 409)
        except WindowRefusedError as error:
            return complaint(error, 409)
        except RefusedError as error:
            return complaint(error, error.refusal.http)
        except (ValueError, TypeError) as error:
            return complaint(error, 400)
        return json_answer({"result": result, "redirect": self._back(row.behind.m_redirect_url, result)})

    def _do(self, row: PaymentRow, action: str, body: dict[str, Any]) -> dict[str, Any]:
        sandbox, settings, guesses = self.sandbox, self.sandbox.settings, self.sandbox.settings.guesses
        if action == "approve":
            return results.of_row(sandbox.approve(row.imp_uid, **_how(body)), settings)
        if action == "issue_vbank":
            return results.of_row(sandbox.issue_vbank(row.imp_uid, _code(body, "bank_code", "088")), settings)
        if action == "decline":
            declined = sandbox.decline(row.imp_uid, str(body.get("reason") or "카드 한도초과"))
            return results.failed(declined, guesses.declined_code, declined.fail_reason or "", settings)
        if action == "leave":
            left, text = sandbox.leave(row.imp_uid)
            return results.failed(left, guesses.user_cancel_code, text, settings)
        if action == "result":
            return results.of_row(row, settings)
        raise ValueError(f"a window has no button {action!r}")

    def _back(self, m_redirect_url: str, result: dict[str, Any]) -> str | None:
        return results.redirect(m_redirect_url, result)

    async def receipt(self, request: Request) -> Response:
        """The sales slip behind `receipt_url`."""
        try:
            row = self.sandbox.payment(request.path_params["imp_uid"])
        except RefusedError as error:
            return complaint(error, 404)
        return self.page("window.html", **self._values(row, request.query_params.get("language")))


def _code(body: dict[str, Any], name: str, default: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) and value else default


def _how(body: dict[str, Any]) -> dict[str, Any]:
    method, quota = _code(body, "method", "card"), body.get("quota", 0)
    if method not in ("card", "trans", "phone", *EASY_PAYS):
        raise ValueError(f"the window does not offer {method!r}")
    if not isinstance(quota, int) or isinstance(quota, bool) or not 0 <= quota <= 36:
        raise ValueError("quota is a number of months from 0 to 36")
    return {"method": method, "card_code": _code(body, "card_code", "361"), "bank_code": "088", "quota": quota}


def _first_choice(asked: str) -> tuple[str, dict[str, str]]:
    if asked in EASY_PAYS:
        return "easy", {"easy": asked}
    if asked in ("trans", "phone"):
        return "other", {"other": asked}
    return ("vbank" if asked == "vbank" else "card"), {}
