"""Administration under `/_sandbox/`: what happened, and what the bank, the console and the PG can do, as JSON."""

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import attrs
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from payments.entrypoints.sandbox.clock import months_after
from payments.entrypoints.sandbox.errors import CallRefused, NotPossible, WindowRefused
from payments.entrypoints.sandbox.guesses import variants
from payments.entrypoints.sandbox.payments.row import PaymentRow
from payments.entrypoints.sandbox.portone_guesses import portone_variants
from payments.entrypoints.sandbox.service import DECLINED, Sandbox
from payments.entrypoints.sandbox.web.answers import error_answer, json_answer, read_json
from payments.entrypoints.sandbox.web.setting import change, shown_settings
from payments.entrypoints.sandbox.wire.params import Params

SHOWN_DEFAULT = 100


def shown(row: PaymentRow) -> dict[str, Any]:
    """Return a payment with what Iamport never shows under `hidden`."""
    return row.shown() | {"hidden": attrs.asdict(row.hidden)}


@attrs.frozen
class AdminRoutes:
    """The administration of one sandbox."""

    sandbox: Sandbox

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route("/_sandbox/payments", self.payments),
            Route("/_sandbox/payments", self.answered(self.open), methods=["POST"]),
            Route("/_sandbox/payments/{imp_uid}", self.answered(self.payment)),
            Route("/_sandbox/payments/{imp_uid}/{action}", self.answered(self.act), methods=["POST"]),
            Route("/_sandbox/customers", self.answered(self.customers)),
            Route("/_sandbox/customers/{customer_uid}/{action}", self.answered(self.act_on_key), methods=["POST"]),
            Route("/_sandbox/schedules", self.answered(self.schedules)),
            Route("/_sandbox/certifications", self.answered(self.certifications)),
            Route("/_sandbox/calls", self.calls),
            Route("/_sandbox/webhooks", self.webhooks),
            Route("/_sandbox/settings", self.answered(self.settings), methods=["GET", "PATCH"]),
            Route("/_sandbox/clock", self.answered(self.clock), methods=["GET", "POST"]),
        ]

    def answered(self, act: Callable[[Request, dict[str, Any]], Any]) -> Callable[[Request], Any]:
        """Turn a plain function of a request and its JSON into an endpoint; its errors become sentences."""

        async def endpoint(request: Request) -> Response:
            try:
                return json_answer(await run_in_threadpool(act, request, await read_json(request)))
            except CallRefused as error:
                return error_answer(error, error.refusal.http if error.refusal.http >= 400 else 409)
            except (NotPossible, WindowRefused) as error:
                return error_answer(error, 409)
            except (ValueError, TypeError, attrs.exceptions.FrozenAttributeError) as error:
                return error_answer(error, 400)

        return endpoint

    async def payments(self, request: Request) -> Response:
        """The newest payments first; `merchant_uid` and `limit` narrow them."""
        with self.sandbox.lock:
            merchant_uid = request.query_params.get("merchant_uid")
            book = self.sandbox.book
            rows = list(book.all()) if merchant_uid is None else book.attempts(merchant_uid)
        return json_answer([shown(row) for row in rows[::-1][: self._limit(request)]])

    async def calls(self, request: Request) -> Response:
        """The newest calls first."""
        return json_answer(
            [attrs.asdict(call) for call in list(self.sandbox.journal.calls)[::-1][: self._limit(request)]]
        )

    async def webhooks(self, request: Request) -> Response:
        """The newest deliveries first."""
        deliveries = list(self.sandbox.webhooks.deliveries)[::-1]
        return json_answer([delivery.shown() for delivery in deliveries[: self._limit(request)]])

    def _limit(self, request: Request) -> int:
        asked = request.query_params.get("limit", "")
        return int(asked) if asked.isascii() and asked.isdigit() else SHOWN_DEFAULT

    def open(self, _: Request, body: dict[str, Any]) -> dict[str, Any]:
        """Open a window without a browser: request_pay's parameters or, with a paymentId, those of requestPayment."""
        if "paymentId" in body:
            return shown(self.sandbox.portone.request_payment(body))
        return shown(self.sandbox.request_pay(body))

    def payment(self, request: Request, _: dict[str, Any]) -> dict[str, Any]:
        """One payment."""
        return shown(self.sandbox.payment(request.path_params["imp_uid"]))

    def act(self, request: Request, body: dict[str, Any]) -> Any:
        """Do to a payment what *action* in the path says, and return it."""
        sandbox, imp_uid, values = self.sandbox, request.path_params["imp_uid"], Params(body, "{}")
        actions: dict[str, Callable[[], Any]] = {
            "approve": lambda: sandbox.approve(imp_uid, values.text("method") or "card"),
            "decline": lambda: sandbox.decline(imp_uid, values.text("reason") or DECLINED),
            "leave": lambda: sandbox.leave(imp_uid)[0],
            "issue_vbank": lambda: sandbox.issue_vbank(imp_uid, values.text("bank_code") or "088"),
            "deposit": lambda: sandbox.deposit(imp_uid),
            "refund": lambda: sandbox.console_cancel(imp_uid, values.number("amount")),
            "approve_late": lambda: sandbox.approve_late(imp_uid),
            "cancel_at_pg": lambda: sandbox.cancel_at_pg(imp_uid),
            "resend_webhook": lambda: [delivery.shown() for delivery in sandbox.resend_webhook(imp_uid)],
            "review": lambda: sandbox.portone.review(imp_uid),
            "settle_cancels": lambda: sandbox.portone.settle_cancels(imp_uid),
            "refuse_cancels": lambda: sandbox.portone.settle_cancels(imp_uid, accepted=False),
            "charge_back": lambda: sandbox.portone.charge_back(imp_uid),
            "dispute": lambda: sandbox.portone.dispute(imp_uid),
            "resolve": lambda: sandbox.portone.resolve(imp_uid),
        }
        action = request.path_params["action"]
        if action not in actions:
            raise ValueError(f"no action {action!r}; there are: {', '.join(actions)}")
        done = actions[action]()
        return shown(done) if isinstance(done, PaymentRow) else done

    def customers(self, *_: Any) -> list[dict[str, Any]]:
        """The billing keys, with why the bank refuses theirs."""
        with self.sandbox.lock:
            return [row.shown() | {"refuses": row.refuses} for row in self.sandbox.billing.customers.all()]

    def act_on_key(self, request: Request, body: dict[str, Any]) -> list[dict[str, Any]]:
        """Have the bank `refuse` payments with a billing key, for a `reason`, or `accept` them again."""
        customer_uid, action = unquote(request.path_params["customer_uid"]), request.path_params["action"]
        if action not in ("refuse", "accept"):
            raise ValueError(f"no action {action!r}; there are: refuse, accept")
        reason = Params(body, "{}").text("reason") or DECLINED
        self.sandbox.refuse_key(customer_uid, reason if action == "refuse" else None)
        return self.customers()

    def schedules(self, *_: Any) -> list[dict[str, Any]]:
        """The schedules and what became of them, oldest first."""
        billing = self.sandbox.billing
        with self.sandbox.lock:
            return [row.shown(billing.payment_of(row)) for row in billing.schedules.all()]

    def certifications(self, *_: Any) -> list[dict[str, Any]]:
        """The identity checks, with the one-time password that the carrier would have texted."""
        with self.sandbox.lock:
            return [row.shown() | {"otp": row.otp} for row in self.sandbox.certifications.all()]

    def settings(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        """The settings that can change while the sandbox runs; PATCH changes them, `guesses` one by one."""
        settings, portone = self.sandbox.settings, self.sandbox.settings.portone
        if request.method == "PATCH":
            with self.sandbox.lock:
                change(settings, portone, body)
        of_v2 = shown_settings(portone) | {"variants": portone_variants()}
        return shown_settings(settings) | {"variants": variants(), "portone": of_v2}

    def clock(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        """The sandbox's time; POST `{"move": seconds}`, `{"months": n}`, `{"stop": true}` or `{"run": true}`."""
        clock = self.sandbox.clock
        if request.method == "POST":
            asked = Params(body, "{}")
            seconds, months = float(asked.number("move") or 0), int(asked.number("months") or 0)
            if body.get("stop") is True:
                clock.stop()
            if body.get("run") is True:
                clock.run()
            self.sandbox.move_clock(seconds + months_after(clock.exact(), months))
        return {"now": clock.exact(), "stopped": clock.is_stopped}
