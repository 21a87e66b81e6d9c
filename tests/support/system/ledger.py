"""Ledger: what the API acknowledged while the machine was in trouble, to be compared with the books afterwards."""

import contextlib
import threading
import time
from typing import Any, Final

import attrs
import requests
from support.patience import EVENTUALLY
from support.system.town import Town

PRICE: Final = 12_000
REFUND: Final = 5_000
LONGEST_ANSWER: Final = 60.0
"""Seconds, after a fault is over: a call to the provider and its waits for the database take 33 at most here."""


@attrs.define(eq=False)
class Deed:
    """One request of the shop, repeated with the same key until it is acknowledged."""

    path: str
    body: dict[str, Any]
    key: str
    told: dict[str, Any] | None = None
    statuses: list[int] = attrs.field(factory=list)

    def ask(self, town: Town, seconds: float = EVENTUALLY) -> int:
        """Send it once; 0 is no answer."""
        headers = {"Authorization": f"Bearer {town.api_key}", "Idempotency-Key": self.key}
        status = 0
        with contextlib.suppress(requests.RequestException):
            answer = requests.post(town.api_url + self.path, json=self.body, headers=headers, timeout=seconds)
            status = answer.status_code
            if status in (200, 201, 202):
                self.told = answer.json()
        self.statuses.append(status)
        return status


@attrs.define
class Ledger:
    """All deeds under one town. `paid` and `refunded` are what was acknowledged."""

    town: Town
    begun: list[str] = attrs.field(factory=list)
    paid: set[str] = attrs.field(factory=set)
    refunded: set[str] = attrs.field(factory=set)
    attempts: dict[str, str] = attrs.field(factory=dict)

    def begin(self, name: str) -> Deed:
        body = {"buyer": f"buyer-{name}", "order": name, "name": "멤버십", "amount": PRICE, "method": "card"}
        return Deed("/payments", body, f"begin-{name}")

    def complete(self, uid: str) -> Deed:
        return Deed(f"/payments/{uid}/complete", {"gateway_id": self.attempts[uid]}, f"complete-{uid}")

    def refund(self, uid: str) -> Deed:
        return Deed(f"/payments/{uid}/refunds", {"amount": REFUND, "reason": "fault"}, f"refund-{uid}")

    def approved(self, name: str) -> str:
        """Begin a payment and have the buyer pay it at the provider; nobody tells the shop."""
        self.repeat([deed := self.begin(name)])
        assert deed.told
        windows = f"{self.town.provider_url}/_sandbox/payments"
        opening = deed.told["window"]["parameters"]["request_pay"] | {"notice_url": ""}
        attempt = requests.post(windows, json=opening, timeout=EVENTUALLY).json()["imp_uid"]
        requests.post(f"{windows}/{attempt}/approve", json={}, timeout=EVENTUALLY).raise_for_status()
        uid = str(deed.told["merchant_id"])
        self.attempts[uid] = attempt
        return uid

    def bought(self, name: str) -> str:
        """Do the same, and have the shop told."""
        uid = self.approved(name)
        self.repeat([self.complete(uid)])
        return uid

    def note(self, deed: Deed) -> None:
        """Write down what was acknowledged."""
        if deed.told is None:
            return
        if deed.path == "/payments":
            self.begun.append(deed.told["merchant_id"])
        elif deed.path.endswith("/complete") and deed.told["status"] == "paid":
            self.paid.add(deed.told["merchant_id"])
        elif deed.path.endswith("/refunds"):
            self.refunded.add(deed.path.split("/")[2])

    def at_once(self, deeds: list[Deed]) -> list[threading.Thread]:
        """Start all deeds, each in a thread."""
        threads = [threading.Thread(target=deed.ask, args=(self.town,)) for deed in deeds]
        for thread in threads:
            thread.start()
        return threads

    def repeat(self, deeds: list[Deed]) -> None:
        """Repeat each until it is acknowledged. None may be refused as unfinished, or wait longer than one may take."""
        for deed in deeds:
            ends = time.monotonic() + EVENTUALLY
            while deed.told is None:
                began = time.monotonic()
                status = deed.ask(self.town)
                assert time.monotonic() - began < LONGEST_ANSWER, f"{deed.key} waited: {deed.statuses}"
                assert status == 0 or status >= 500 or deed.told, f"{deed.key}: {deed.statuses}"
                assert time.monotonic() < ends, f"{deed.key} is never answered: {deed.statuses}"
                time.sleep(0 if deed.told else 0.2)
            self.note(deed)
