"""The browser side: `/v1/iamport.js`, the frame that asks for a window, the window, and what is pressed in it."""

from pathlib import Path
from typing import Any, Final

import attrs
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from payments.entrypoints.sandbox.errors import CallRefused, NotPossible, WindowRefused
from payments.entrypoints.sandbox.payments.channels import EASY_PAYS
from payments.entrypoints.sandbox.payments.row import PaymentRow
from payments.entrypoints.sandbox.service import DECLINED, Sandbox
from payments.entrypoints.sandbox.web import certification, results
from payments.entrypoints.sandbox.web.answers import PAGES, error_answer, json_answer, read_json
from payments.entrypoints.sandbox.web.portone.windows import KINDS, PortOneWindows
from payments.entrypoints.sandbox.web.window_view import page_values, receipt_values

STATIC: Final = Path(__file__).parent / "static"
FROM_HERE: Final = "http://127.0.0.1:* http://localhost:* https://127.0.0.1:* https://localhost:*"


@attrs.frozen
class WindowRoutes:
    """The pages and calls of the payment window over one sandbox."""

    sandbox: Sandbox

    @property
    def v2(self) -> PortOneWindows:
        """What pages and people do in the windows of V2."""
        return PortOneWindows(self.sandbox)

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
        except (ValueError, CallRefused) as error:
            return error_answer(error, 400)
        params = asked.get("params")
        params = params if isinstance(params, dict) else {}
        redirects = asked.get("redirects") is True
        if (kind := asked.get("kind")) in KINDS:
            return json_answer(self.v2.open(kind, params, _where(asked, request)))
        channel = {"_channel": "mobile" if redirects else "pc", "_user_agent": request.headers.get("user-agent", "")}
        try:
            self._check_user(asked.get("user_code"))
            if asked.get("kind") == "certification":
                return self._open_certification(params, request.headers.get("origin", ""))
            row = self.sandbox.request_pay(params | channel)
        except WindowRefused as error:
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
        except CallRefused as error:
            return error_answer(error, 404)
        language = request.query_params.get("language", "ko")
        return self.page("certification.html", **certification.page_values(self.sandbox, row, language))

    async def press_certification(self, request: Request) -> Response:
        """Do what a person pressed in it."""
        try:
            row = self.sandbox.certifications.get(request.path_params["imp_uid"])
            body = await read_json(request)
            result = certification.press(self.sandbox, row, request.path_params["action"], body)
        except (CallRefused, NotPossible, ValueError) as error:
            return error_answer(error, 409)
        return json_answer({"result": result, "redirect": certification.back(row, result)})

    def _check_user(self, user_code: Any) -> None:
        if user_code != self.sandbox.settings.user_code:
            code = self.sandbox.settings.guesses.bad_request_code
            raise WindowRefused(code, f"고객사 식별코드가 올바르지 않습니다: {user_code}")

    async def window(self, request: Request) -> Response:
        """The payment window, or what became of it."""
        try:
            row = self.sandbox.payment(request.path_params["imp_uid"])
        except CallRefused as error:
            return error_answer(error, 404)
        return self._window(request, row)

    def _window(self, request: Request, row: PaymentRow) -> Response:
        language = request.query_params.get("language")
        if choked := self.sandbox.choked_by(row):
            return self.page("white.html", choked=choked)
        return self.page("window.html", **page_values(row, self.sandbox.settings.shop_name, language))

    async def press(self, request: Request) -> Response:
        """Do what a person pressed; answer with the result for the page and the address for a phone."""
        imp_uid, action = request.path_params["imp_uid"], request.path_params["action"]
        try:
            row = self.sandbox.payment(imp_uid)
            result = await run_in_threadpool(self._do, row, action, await read_json(request))
        except NotPossible as error:
            return error_answer(error, 409)
        except WindowRefused as error:
            return error_answer(error, 409)
        except CallRefused as error:
            return error_answer(error, error.refusal.http)
        except (ValueError, TypeError) as error:
            return error_answer(error, 400)
        back = self.v2.back if row.is_v2 else self._back
        return json_answer({"result": result, "redirect": back(row.hidden.m_redirect_url, result)})

    def _do(self, row: PaymentRow, action: str, body: dict[str, Any]) -> dict[str, Any]:
        sandbox, settings, guesses = self.sandbox, self.sandbox.settings, self.sandbox.settings.guesses
        if row.is_v2:
            return self.v2.press(row, action, _pressed(action, body))
        if action == "approve":
            return results.of_row(sandbox.approve(row.imp_uid, **_how(body)), settings)
        if action == "issue_vbank":
            bank_code, cash_receipt = _code(body, "bank_code", "088"), _code(body, "cash_receipt", "")
            return results.of_row(sandbox.issue_vbank(row.imp_uid, bank_code, cash_receipt), settings)
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
        except CallRefused as error:
            return error_answer(error, 404)
        language = request.query_params.get("language")
        return self.page("receipt.html", **receipt_values(self.sandbox, row, language))


def _code(body: dict[str, Any], name: str, default: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) and value else default


def _where(asked: dict[str, Any], request: Request) -> dict[str, str]:
    """Return where a page of V2 stands: its platform, its address, and the browser."""
    platform = "MOBILE" if asked.get("phone") is True else "PC"
    page = asked.get("page")
    agent = request.headers.get("user-agent", "")
    return {"platform": platform, "page": page if isinstance(page, str) else "", "user_agent": agent}


def _pressed(action: str, body: dict[str, Any]) -> dict[str, Any]:
    """Return what was chosen in the window besides the button."""
    if action == "approve":
        return _how(body)
    chosen = {"bank_code": _code(body, "bank_code", "088"), "cash_receipt": _code(body, "cash_receipt", "")}
    return chosen | {"reason": _code(body, "reason", DECLINED)}


def _how(body: dict[str, Any]) -> dict[str, Any]:
    method, quota = _code(body, "method", "card"), body.get("quota", 0)
    if method not in ("card", "trans", "phone", *EASY_PAYS):
        raise ValueError(f"the window does not offer {method!r}")
    if not isinstance(quota, int) or isinstance(quota, bool) or not 0 <= quota <= 36:
        raise ValueError("quota is a number of months from 0 to 36")
    return {
        "method": method,
        "card_code": _code(body, "card_code", "361"),
        "bank_code": "088",
        "quota": quota,
        "cash_receipt": _code(body, "cash_receipt", ""),
    }
