"""Errand: a day at a shop that has canaries for secrets and buyers, through everything that can let one out."""

import itertools
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import attrs
import pyotp
import requests
from support.api import RunningApi, bearer, signed
from support.canaries.values import ACCOUNT, CONTACT, PASSWORD, SECRETS
from support.console import Visitor, hidden
from support.identity_provider import IdentityProvider
from support.patience import EVENTUALLY

from payments.domain.access import Scope
from payments.domain.books.settlement import Settlement
from payments.domain.money import Money
from payments.domain.ports import Contact
from payments.domain.values import Caller, Method, Offer
from payments.entrypoints.blocking import run
from payments.entrypoints.console.access import ACCESS as PAGES
from payments.entrypoints.console.access import PUBLIC
from payments.entrypoints.http.app import OPERATIONS
from payments.entrypoints.people.managing import Managing
from payments.entrypoints.sandbox import Sandbox
from payments.entrypoints.service import Service
from payments.entrypoints.tokens import key_digest, new_key
from payments.entrypoints.worker import Worker

SALE: Final = {"buyer": "alice", "name": "멤버십", "amount": 12_000, "method": "virtual_account", "contact": CONTACT}


@attrs.define
class Errand:
    """`windows` are the answers that open one, which contain a buyer's contact data; `answers` are all others."""

    url: str
    service: Service
    sandbox: Sandbox
    managing: Managing
    session: requests.Session = attrs.Factory(requests.Session)
    windows: list[str] = attrs.Factory(list)
    answers: list[str] = attrs.Factory(list)
    tokens: dict[str, str] = attrs.Factory(dict)

    def enter(self) -> None:
        """Have credentials made for the shop's server, a buyer and an operator."""
        key, secret = new_key("canary", self.service.clock.now(), frozenset(Scope))
        run(self.service.api_keys.add_key(key, key_digest(secret)))
        run(self.managing.create(Caller.system("test"), "kim", PASSWORD, frozenset(Scope)))
        self.tokens |= {
            "shop": secret,
            "buyer": signed({}, SECRETS["buyers"]),
            "forger": signed({}, "k" * 40),
            "codes": run(self.managing.require_codes(Caller.system("test"), "kim")),
        }

    def ask(self, method: str, path: str, caller: str = "shop", body: Any = None) -> Any:
        headers = bearer(self.tokens[caller]) if caller else {}
        if body is not None:
            headers["Idempotency-Key"] = f"key-{len(self.windows)}-{len(self.answers)}"
        answer = self.session.request(method, self.url + path, json=body, headers=headers, timeout=EVENTUALLY)
        opens = (method, path) == ("POST", "/payments")
        (self.windows if opens else self.answers).append(f"{answer.headers} {answer.content.decode()}")
        return answer.json() if "json" in answer.headers.get("Content-Type", "") else None

    def deposited(self, order: str) -> str:
        """Sell something for money into a virtual account."""
        payment = self.ask("POST", "/payments", body=SALE | {"order": order})
        self.tokens.setdefault("client", payment["client_token"])
        attempt = self.sandbox.request_pay(payment["window"]["parameters"]["request_pay"] | {"notice_url": ""}).imp_uid
        self.sandbox.issue_vbank(attempt)
        self.sandbox.deposit(attempt)
        path = f"/payments/{payment['merchant_id']}"
        self.ask("POST", "/webhooks/iamport", "", {"imp_uid": attempt, "merchant_uid": payment["merchant_id"]})
        self.ask("POST", f"{path}/abandon", "client", {"reason": " ".join(CONTACT.values())})
        self.ask("POST", f"{path}/complete", "client", {"gateway_id": attempt})
        self.ask("POST", f"{path}/complete", body={"gateway_id": attempt})
        return str(payment["merchant_id"])

    def refunded(self, merchant_id: str, fault: str = "") -> None:
        """Ask for the money to go to the buyer's account, while the provider has *fault*."""
        if fault:
            self.sandbox.faults.add(fault)
        self.ask("POST", f"/payments/{merchant_id}/refunds", body={"reason": "x", "account": ACCOUNT})
        self.sandbox.faults.clear()

    def everybody_calls_everything(self, merchant_id: str) -> None:
        known = {"merchant_id": merchant_id, "gateway_id": "imp_1", "provider": "iamport", "refund_id": "r_1"}
        order = {"aud": "orders", "name": "n", "order": "o", "amount": 1_000, "currency": "KRW"}
        for operation, caller in itertools.product(OPERATIONS, ("shop", "buyer", "forger")):
            body: dict[str, Any] = {"order": signed(order, SECRETS["orders"])}
            if "/refunds" in operation.path:
                body |= {"contact": CONTACT, "reason": "x", "account": ACCOUNT, "token": SECRETS["buyers"]}
            path = operation.path.format_map(known)
            self.ask(operation.method, path, caller, body if operation.method == "POST" else None)

    def at_the_console(self, merchant_id: str) -> None:
        """Log in with a code, refund to an account, and look at every page."""
        visitor = Visitor(RunningApi(self.url, self.service, None, self.session))  # type: ignore[arg-type]  # it asks no provider
        form = hidden(visitor.get("/login")) | {"name": "kim", "password": PASSWORD}
        visitor.post("/login", form | {"code": "000000"})
        entered = visitor.post("/login", form | {"code": pyotp.TOTP(self.tokens["codes"]).now()})
        assert entered.status_code == 303, entered.text
        self.tokens["session"] = visitor.session.cookies["payments_session"]
        named = Visitor(visitor.api, self.tokens["session"])
        typed = {"reason": "x", "all": "1", "bank": "088", "account": ACCOUNT["number"], "holder": ACCOUNT["holder"]}
        page = named.get(f"/payments/{merchant_id}")
        confirm = named.post(
            f"/payments/{merchant_id}/refund/confirm", hidden(page) | typed | {"phone": ACCOUNT["phone"]}
        )
        done = named.post(f"/payments/{merchant_id}/refund", hidden(confirm))
        assert done.status_code == 303, done.text
        self.windows.append(confirm.text)  # what was typed is shown once more, to whoever typed it
        known = {
            "merchant_id": merchant_id,
            "comparison_id": self.compared(),
            "settlement_id": self.settled(),
            "job_id": "none",
        }
        for path in [path for method, path in PAGES if method == "GET"]:
            shown = named.get(path.format_map(known))
            assert shown.status_code == 200 or PAGES["GET", path] is PUBLIC, path
            self.answers.append(shown.text)

    def logged_in_elsewhere(self, provider: IdentityProvider) -> None:
        """Log in at an identity provider: as it should be, with our secret refused, and while it is out of order."""
        provider.redirect_uri = f"{self.url}/console/login/return"
        provider.person = {"sub": "42", "preferred_username": "lee"}
        for described in ({}, {"token_endpoint": f"{provider.url}/refusing"}, {"issuer": "https://other.test"}):
            provider.described = described
            visitor = Visitor(RunningApi(self.url, self.service, None, self.session))  # type: ignore[arg-type]  # it asks no provider
            shown = visitor.get("/login/sign-on", allow_redirects=True)
            assert (shown.status_code == 200) == (described == {}), shown.text
            self.answers.append(f"{shown.url} {shown.text}")

    def sold_at_portone(self) -> None:
        """Begin a payment at the other provider, ask about it, and get hints of it that nobody signed."""
        checkout = self.service.checkout
        rules = attrs.evolve(checkout.rules, provider="portone")
        offer, contact = Offer("멤버십", Money(12_000)), Contact(**CONTACT)
        begin = attrs.evolve(checkout, rules=rules).begin
        payment = run(begin("alice", "v2", offer, Method.CARD, Caller.shop("canary"), contact))
        self.ask("POST", f"/payments/{payment.merchant_id}/complete", body={"gateway_id": "tx-of-nobody"})
        self.ask("POST", f"/payments/{payment.merchant_id}/complete", body={})
        self.ask("POST", "/webhooks/portone", "", {"type": "Transaction.Paid", "data": {"paymentId": "x", **CONTACT}})

    def compared(self) -> str:
        """Compare a day with the provider's list, and return the id of what was found."""
        now = self.service.clock.now()
        return run(self.service.comparing.compare(Caller.system("test"), now - timedelta(days=1), now)).id

    def settled(self) -> str:
        """Keep a payout file that was compared, and return its id."""
        now = self.service.clock.now()
        times: dict[str, Any] = {"since": now - timedelta(days=1), "until": now, "compared_at": now}
        one = Settlement(id="canary", file="payout.csv", currency="KRW", by="shop:canary", rows=1, agreed=1, **times)
        run(self.service.settlements.book.add(one))
        return one.id

    def by_the_worker(self) -> Iterator[str]:
        """Follow hints, sweep, reconcile and deliver; yield what the worker looks like when it is printed."""
        worker = Worker.of(self.service)
        run(worker.hints.follow())
        run(worker.sweep.sweep())
        run(worker.reconciliation.recent())
        assert worker.courier
        run(worker.courier.deliver())
        run(worker.courier.deliver())
        yield repr(worker)
        yield repr(self.service)
