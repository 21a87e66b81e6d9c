"""kill -9 of the API, the worker and the provider, while buyers pay and an operator refunds.

What would break it: an answer before its commit, an intent that is sent before it is stored, a state of the worker that
only its memory knows. Start-up times are kept in artifacts/, never asserted.
"""

import itertools
import json
import random
import statistics
import tempfile
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
import requests
from support.patience import EVENTUALLY
from support.rounds import rounds
from support.system.actors import Place, use_cases_of
from support.system.agreement import check_books
from support.system.town import Town, town
from typed_settings import Secret

from payments.domain.machine import Status
from payments.entrypoints.blocking import run
from payments.entrypoints.bootstrap import opened
from payments.entrypoints.sandbox import KEY, SECRET, USER_CODE
from payments.entrypoints.sandbox.portone_settings import STORE_ID, V2_SECRET

pytestmark = pytest.mark.slow

KILLS = rounds(ci=36, soak=501)
BUYERS = 3
PRICE = 12_000
PAUSE = 0.05  # seconds between two purchases: the load of a shop on a good day, not of a benchmark
HEALING = (0, 90, 900, 4_000, 10_000, 22_000)  # seconds ahead at which the sweep runs again
ARTIFACTS = Path(__file__).resolve().parents[3] / "artifacts"


@attrs.define
class Buyer:
    """Pays again and again, whatever answers; remembers what was acknowledged: the furthest status of each payment."""

    town: Town
    number: int
    stop: threading.Event
    acknowledged: dict[str, str] = attrs.Factory(dict)
    refunds: dict[str, str] = attrs.Factory(dict)
    trouble: list[str] = attrs.Factory(list)

    def live(self) -> None:
        for turn in itertools.count():
            if self.stop.is_set():
                return
            try:
                self.pay(turn)
                self.stop.wait(PAUSE)
            except (requests.RequestException, KeyError, ValueError):
                self.stop.wait(0.05)  # something was just killed: that is what this is about

    def pay(self, turn: int) -> None:
        name = f"{self.number}-{turn}"
        body = {"buyer": f"buyer-{self.number}", "order": name, "name": "멤버십", "amount": PRICE}
        body["method"] = "kakaopay" if self.number % 2 else "card"  # each at its own provider
        begun = self.ask("/payments", body, key=name)
        uid = begun["merchant_id"]
        self.acknowledged.setdefault(uid, "awaiting")
        windows = f"{self.town.provider_url}/_sandbox/payments"
        imp_uid = self.town.opened(begun["window"])
        requests.post(f"{windows}/{imp_uid}/approve", json={}, timeout=EVENTUALLY).raise_for_status()
        if turn % 4 == 3:
            return  # closes the tab: the worker has to hear of it
        if self.ask(f"/payments/{uid}/complete", {"gateway_id": imp_uid})["status"] == "paid":
            self.acknowledged[uid] = "paid"
        if turn % 3 == 2 and self.acknowledged[uid] == "paid":
            asked = self.ask(f"/payments/{uid}/refunds", {"amount": 5_000, "reason": "kill"}, key=f"refund-{name}")
            self.refunds[uid] = asked["status"]

    def ask(self, path: str, body: dict[str, Any], key: str = "") -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.town.api_key}"} | ({"Idempotency-Key": key} if key else {})
        answer = requests.post(self.town.api_url + path, json=body, headers=headers, timeout=EVENTUALLY)
        if answer.status_code not in (200, 201, 202):
            if answer.status_code < 500 and answer.status_code not in (409,):
                self.trouble.append(f"{path}: {answer.status_code} {answer.text}")
            raise ValueError(answer.status_code)
        told: dict[str, Any] = answer.json()
        return told


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def built(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Town, str]]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/payments.db"
    else:
        server = request.getfixturevalue("postgresql_server")
        url = server.url(server.create_database())
    with tempfile.TemporaryDirectory() as room, town(url, Path(room)) as stands:
        yield stands, url


def test_nothing_acknowledged_is_lost_however_often_anything_is_killed(
    built: tuple[Town, str], request: pytest.FixtureRequest
) -> None:
    stands, url = built
    stop = threading.Event()
    buyers = [Buyer(stands, number, stop) for number in range(BUYERS)]
    threads = [threading.Thread(target=buyer.live) for buyer in buyers]
    for thread in threads:
        thread.start()
    chance, starts = random.Random(7), dict[str, list[float]]()
    try:
        for house, _ in zip(itertools.cycle(stands.houses()), range(KILLS), strict=False):
            stop.wait(chance.random() * 0.3)
            house.kill()
            starts.setdefault(house.name, []).append(house.start())
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert not any(buyer.trouble for buyer in buyers), [buyer.trouble for buyer in buyers]
    stands.worker.kill()  # from here on the test sweeps itself, with a clock that it moves
    payments = settled(stands, url, [uid for buyer in buyers for uid in buyer.acknowledged])
    judge(buyers, payments)
    told = {name: {"median": statistics.median(took), "longest": max(took)} for name, took in starts.items()}
    report = {"kills": KILLS, "payments": len(payments), "seconds until ready": told}
    ARTIFACTS.mkdir(exist_ok=True)
    (ARTIFACTS / f"kills-{request.node.callspec.params['built']}.json").write_text(json.dumps(report, indent=1))


def settled(stands: Town, url: str, uids: list[str]) -> dict[str, Status]:
    """Sweep and walk until nothing is due, then compare every acknowledged payment with the provider."""
    keys = {"key": KEY, "secret": SECRET, "user_code": USER_CODE}
    v2 = {"api_secret": Secret(V2_SECRET), "store_id": STORE_ID, "api_url": stands.v2_url}
    place = Place(database_url=url, provider_url=stands.provider_url, v2=v2, **keys)
    with opened(place.settings()) as service:
        use_cases, clock = use_cases_of(service)
        for ahead in HEALING:
            clock.ahead = timedelta(seconds=ahead)
            while (swept := run(use_cases.sweep.sweep(100))).visited:
                assert not swept.troubles, swept.troubles
        clock.ahead = timedelta()
        run(use_cases.reconciliation.recent())
        return {uid: check_books(use_cases.checkout, stands.provider_rows(uid), uid).status for uid in uids}


def judge(buyers: list[Buyer], payments: dict[str, Status]) -> None:
    """Assert that what a buyer or an operator was told is so, and that enough happened to mean something."""
    for buyer in buyers:
        for uid, status in buyer.acknowledged.items():
            assert status != "paid" or payments[uid] is Status.PAID, f"{uid} was acknowledged as paid"
    assert sum(status is Status.PAID for status in payments.values()) > KILLS / 2
    assert any(buyer.refunds for buyer in buyers)
