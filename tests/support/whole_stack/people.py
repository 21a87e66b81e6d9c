"""People: what buyers, the shop's staff and a stranger do, with what must be true of each answer."""

from collections.abc import Iterable
from typing import Any, Final

import attrs
import requests
from support.api import signed_order
from support.whole_stack.laws import Ledger, claims_no_more_than_is_true
from support.whole_stack.stack import WEBHOOK_PATH, Stack

from payments.domain.machine import Status
from payments.entrypoints.sandbox.errors import SandboxError
from payments.entrypoints.sandbox.payments.row import PaymentRow

DUE_SECONDS: Final = 30 * 60
"""How long an honest buyer has to pay."""
MONEYLESS: Final = (400, 404, 409, 422)


@attrs.define
class Begun:
    """A payment, as its begin was answered."""

    merchant_id: str
    buyer: str
    amount: int
    at: float
    request_pay: dict[str, Any]
    closed: bool = False


@attrs.define
class People:
    """Each method is one thing that somebody does; it returns what others may build on."""

    stack: Stack
    ledger: Ledger
    begun: dict[str, Begun] = attrs.Factory(dict)
    answers: dict[tuple[str, str], str] = attrs.Factory(dict)
    faulty: bool = False
    """Whether a fault may strike: an answer may then be that the outcome is unknown."""
    _orders: dict[tuple[str, str], set[str]] = attrs.Factory(dict)

    def _call(self, method: str, path: str, who: str = "shop", **options: Any) -> requests.Response:
        answer = self.stack.call(method, path, who, **options)
        assert answer.status_code < 500 or self.faulty, (answer.status_code, answer.text)
        assert answer.status_code not in (401, 403, 429, 500), answer.text
        return answer

    def begin(self, buyer: str, order: str, amount: int, key: str | None) -> Begun | None:
        """The shop begins a payment of a buyer's order. A repeated key gets the same answer, another body none."""
        body = {"buyer": buyer, "order": order, "name": "멤버십", "amount": amount}
        headers = {"Idempotency-Key": key} if key else {}
        answer = self._call("POST", "/payments", json=body, headers=headers)
        return self._begun(buyer, order, amount, answer) if self._is_as_before(key, str(body), answer) else None

    def begin_in_the_browser(self, buyer: str, order: str, amount: int, expected: int | None) -> Begun | None:
        """A buyer begins an order that the shop signed. What the browser expects never becomes the price."""
        order_token = signed_order(sub=buyer, order=order, name="멤버십", amount=amount)
        body = {"order": order_token} | ({} if expected is None else {"expected_amount": expected})
        answer = self._call("POST", "/payments", buyer, json=body)
        assert expected in (None, amount) or answer.status_code == 409, "another price than the shop's was accepted"
        return self._begun(buyer, order, amount, answer)

    def _begun(self, buyer: str, order: str, amount: int, answer: requests.Response) -> Begun | None:
        if answer.status_code != 201:
            return None
        shown = answer.json()
        assert shown["amount"] == amount
        assert shown["status"] in (Status.AWAITING, Status.FAILED), "a begun payment can be paid"
        self._supersede(buyer, order, shown["merchant_id"])
        begun = Begun(shown["merchant_id"], buyer, amount, self._now(), shown["window"]["parameters"]["request_pay"])
        self._orders.setdefault((buyer, order), set()).add(begun.merchant_id)
        return self.begun.setdefault(begun.merchant_id, begun)

    def _supersede(self, buyer: str, order: str, latest: str) -> None:
        for merchant_id in self._orders.get((buyer, order), set()) - {latest}:
            self.begun[merchant_id].closed = True

    def _is_as_before(self, key: str | None, body: str, answer: requests.Response) -> bool:
        """Whether the answer is new. One that was given for this key before is repeated, byte by byte."""
        if key is None or answer.status_code not in (200, 201, 202):
            return True
        first = self.answers.setdefault((key, body), answer.text)
        assert answer.text == first, "a repeated request got another answer"
        return "Idempotent-Replayed" not in answer.headers

    def open(self, merchant_id: str, *, tampered: bool) -> str | None:
        """A buyer opens the window; a *tampered* one asks for less, and the provider lets it pass."""
        params, settings = dict(self.begun[merchant_id].request_pay), self.stack.sandbox.settings
        settings.enforce_prepare = not tampered
        try:
            return self.stack.sandbox.request_pay(params | ({"amount": 100} if tampered else {})).imp_uid
        except SandboxError:
            return None  # it was paid already
        finally:
            settings.enforce_prepare = True

    def at_the_provider(self, what: str, imp_uid: str, *arguments: Any) -> None:
        """Something happens in the window, at the bank or in the console; the webhook arrives before it is over."""
        before = self.row(imp_uid)
        try:
            after: Any = getattr(self.stack.sandbox, what)(imp_uid, *arguments)
        except SandboxError:
            return  # not possible as the payment stands
        self._keep_what_is_good(before)
        if what == "console_cancel":
            self.ledger.console[imp_uid] += int(after.cancel_amount - before.cancel_amount)
        assert self.stack.sandbox.webhooks.wait(), "a webhook got no answer"

    def _keep_what_is_good(self, before: PaymentRow) -> None:
        after, begun = self.row(before.imp_uid), self.begun[before.merchant_uid]
        in_time = self._now() < begun.at + DUE_SECONDS and not begun.closed
        if after.paid_at and not before.paid_at and after.amount == begun.amount and in_time:
            self.ledger.good[after.imp_uid] = begun.merchant_id

    def row(self, imp_uid: str) -> PaymentRow:
        return self.stack.sandbox.payment(imp_uid)

    def _now(self) -> float:
        return self.stack.sandbox.clock.exact()

    def complete(self, merchant_id: str, imp_uid: str, who: str) -> None:
        """A browser says that the window succeeded; it may be another buyer's, or another window."""
        answer = self._call("POST", f"/payments/{merchant_id}/complete", who, json={"gateway_id": imp_uid})
        if who not in (self.begun[merchant_id].buyer, "shop"):
            assert answer.status_code == 404, "another buyer's payment does not exist"
        elif self.row(imp_uid).merchant_uid != merchant_id:
            assert answer.status_code in (*MONEYLESS, 202, 502), answer.text
        elif not self.faulty:
            assert answer.status_code == 200, answer.text
            if self.ledger.good.get(imp_uid) == merchant_id and not self.row(imp_uid).cancel_amount:
                assert answer.json()["status"] == Status.PAID, answer.text
        self._is_true(answer)

    def abandon(self, merchant_id: str) -> None:
        self._is_true(self._call("POST", f"/payments/{merchant_id}/abandon", self.begun[merchant_id].buyer, json={}))

    def cancel(self, merchant_id: str, who: str) -> None:
        answer = self._call("POST", f"/payments/{merchant_id}/cancel", who, json={})
        if who not in (self.begun[merchant_id].buyer, "shop"):
            assert answer.status_code == 404
        if answer.status_code == 200:
            assert answer.json()["status"] == Status.CANCELLED
        if answer.status_code == 200 or answer.status_code >= 500:
            self.begun[merchant_id].closed = True
        self._is_true(answer)

    def refund(self, merchant_id: str, amount: int | None, key: str | None) -> None:
        """The staff refunds a part, or all that is left."""
        body = {"amount": amount} if amount else {}
        left = sum(int(row.remaining) for row in self.stack.sandbox.payments(merchant_id) if row.paid_at)
        headers = {"Idempotency-Key": key} if key else {}
        answer = self._call("POST", f"/payments/{merchant_id}/refunds", json=body, headers=headers)
        scope = None if key is None else f"{merchant_id} {key}"
        fresh = self._is_as_before(scope, str(body), answer)
        if answer.status_code in (201, 202) and fresh:
            self.ledger.asked[merchant_id] += amount or left
        if answer.status_code >= 500:
            self.ledger.asked[merchant_id] += amount or left

    def hint(self, imp_uid: str, merchant_id: str, status: str, *, form: bool) -> None:
        """A webhook comes, which anybody may have sent: it is accepted, and believed by nobody."""
        body = {"imp_uid": imp_uid, "merchant_uid": merchant_id, "status": status}
        answer = self._call("POST", WEBHOOK_PATH, "nobody", **{"data" if form else "json": body})
        assert answer.status_code == 200

    def read(self, merchant_id: str, who: str) -> None:
        answers = [self._call("GET", f"/payments/{merchant_id}{part}", who) for part in ("", "/events")]
        may = who in (self.begun[merchant_id].buyer, "shop")
        assert [answer.status_code for answer in answers] == [200 if may else 404] * 2
        if may:
            self._is_true(answers[0])
            events = answers[1].json()["events"]
            assert [event["version"] for event in events] == list(range(1, len(events) + 1))
            assert events[-1]["status"] == answers[0].json()["status"]

    def _is_true(self, answer: requests.Response) -> None:
        """Assert that an answer that says paid is true, whoever got it."""
        if answer.status_code in (200, 202) and answer.json()["status"] == Status.PAID:
            shown = answer.json()
            rows = self._captures(shown["merchant_id"])
            assert any(row.amount == shown["amount"] for row in rows), "answered paid, and nobody paid"
            known = [row for row in rows if row.remaining or self.ledger.console[row.imp_uid]]  # not looked at since
            assert any(row.amount == shown["amount"] for row in known) or self.faulty, shown
            if "attempts" in shown:
                claims_no_more_than_is_true(shown, {row.imp_uid: row for row in self._rows(shown["merchant_id"])})

    def _captures(self, merchant_id: str) -> list[PaymentRow]:
        return [row for row in self._rows(merchant_id) if row.paid_at]

    def _rows(self, merchant_id: str) -> Iterable[PaymentRow]:
        return self.stack.sandbox.payments(merchant_id)
