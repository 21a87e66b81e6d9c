"""The state file: what was answered is there after the process is killed, and a sandbox goes on where another ended."""

import itertools
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
import pytest
import requests
from support.patience import EVENTUALLY
from support.sandbox import TYPED_CARD

from payments.entrypoints.sandbox import KEY, SECRET, Sandbox, SandboxSettings, UnusableStateFile


@attrs.define
class Process:
    """A sandbox in a process of its own."""

    url: str
    popen: "subprocess.Popen[str]"

    def kill(self) -> None:
        self.popen.send_signal(signal.SIGKILL)
        self.popen.wait()


@contextmanager
def sandbox_process(state: Path, *options: str) -> Iterator[Process]:
    command = [sys.executable, "-m", "payments.entrypoints.sandbox", "--state", str(state), "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as popen:
        try:
            assert popen.stdout is not None
            found = re.search(r"http://\S+", popen.stdout.readline())
            assert found, "the sandbox did not start"
            yield Process(found.group(), popen)
        finally:
            popen.kill()


def session(url: str) -> requests.Session:
    http = requests.Session()
    http.trust_env = False
    answer = http.post(f"{url}/users/getToken", json={"imp_key": KEY, "imp_secret": SECRET}, timeout=EVENTUALLY).json()
    http.headers["Authorization"] = answer["response"]["access_token"]
    return http


@attrs.define
class Customer:
    """Someone who never stops paying; `known` is what the sandbox has said of each payment."""

    url: str
    name: str
    enough: threading.Event
    known: dict[str, dict[str, Any]] = attrs.field(factory=dict)
    prepared: dict[str, int] = attrs.field(factory=dict)
    keys: list[str] = attrs.field(factory=list)

    def live(self) -> None:
        with session(self.url) as http:
            try:
                for number in itertools.count():
                    self.round(http, f"{self.name}-{number}", 1000 + number)
                    if number == 20:
                        self.enough.set()
            except requests.RequestException:
                return  # the sandbox was killed

    def ask(self, http: requests.Session, path: str, **body: Any) -> Any:
        answer = http.post(self.url + path, json=body, timeout=EVENTUALLY)
        assert answer.status_code in (200, 207), answer.text
        return answer.json()

    def round(self, http: requests.Session, order: str, amount: int) -> None:
        assert self.ask(http, "/payments/prepare", merchant_uid=order, amount=amount)["code"] == 0
        self.prepared[order] = amount
        row = self.ask(http, "/_sandbox/payments", merchant_uid=order, amount=amount)
        self.known[row["imp_uid"]] = row
        self.known[row["imp_uid"]] = self.ask(http, f"/_sandbox/payments/{row['imp_uid']}/approve")
        refunded = self.ask(http, "/payments/cancel", imp_uid=row["imp_uid"], amount=100)["response"]
        self.known[row["imp_uid"]] |= refunded
        assert self.ask(http, f"/subscribe/customers/{order}", **TYPED_CARD)["code"] == 0
        self.keys.append(order)


def test_what_was_answered_before_a_kill_is_known_after_it(tmp_path: Path) -> None:
    """Breaks if a change is written after its answer, or only at exit, or half of it."""
    state, enough = tmp_path / "state", threading.Event()
    with sandbox_process(state, "--seed", "7") as first:
        customers = [Customer(first.url, f"customer{number}", enough) for number in range(4)]
        threads = [threading.Thread(target=customer.live) for customer in customers]
        for thread in threads:
            thread.start()
        assert enough.wait(EVENTUALLY)
        first.kill()
        for thread in threads:
            thread.join()
    known = {imp_uid: row for customer in customers for imp_uid, row in customer.known.items()}
    assert len(known) > 20
    with sandbox_process(state, "--seed", "7") as second, session(second.url) as http:
        rows = http.get(f"{second.url}/_sandbox/payments?limit=100000", timeout=EVENTUALLY).json()
        told = {row["imp_uid"]: row for row in rows}
        assert set(known) <= set(told)
        assert len(told) - len(known) <= len(customers), "each has had one request whose answer was lost, at most"
        for imp_uid, row in known.items():
            assert_not_hidden(told[imp_uid], row)
        for customer in customers:
            assert_remembered(http, second.url, customer)


ORDER = ["ready", "paid", "cancelled"]


def assert_not_hidden(now: dict[str, Any], answered: dict[str, Any]) -> None:
    """The row is as answered, or one step on: the step whose answer the kill ate."""
    if now["cancel_amount"] == answered["cancel_amount"] and now["status"] == answered["status"]:
        assert {name: now[name] for name in answered if name != "hidden"} == {
            name: value for name, value in answered.items() if name != "hidden"
        }
        return
    assert ORDER.index(now["status"]) >= ORDER.index(answered["status"])
    assert now["cancel_amount"] >= answered["cancel_amount"]


def assert_remembered(http: requests.Session, url: str, customer: Customer) -> None:
    for order, amount in customer.prepared.items():
        assert http.get(f"{url}/payments/prepare/{order}", timeout=EVENTUALLY).json()["response"]["amount"] == amount
    for key in customer.keys:
        assert http.get(f"{url}/subscribe/customers/{key}", timeout=EVENTUALLY).json()["code"] == 0
    for row in list(customer.known.values())[:3]:
        again = http.post(
            f"{url}/_sandbox/payments", json={"merchant_uid": row["merchant_uid"], "amount": 1}, timeout=EVENTUALLY
        )
        assert again.status_code == 409 or row["status"] == "ready", "a paid merchant_uid stays burnt"


def everything(sandbox: Sandbox) -> dict[str, Any]:
    return {
        "past": dict(sandbox.book.past),
        "prepared": dict(sandbox.book.prepared.rows),
        "customers": sandbox.billing.customers.all(),
        "schedules": list(sandbox.billing.schedules.all()),
        "next": sandbox.billing.schedules.next_at(),
        "certifications": sandbox.certifications.all(),
        "receipts": dict(sandbox.receipts.rows),
        "parcels": dict(sandbox.escrows.rows),
        "reviews": dict(sandbox.naver.reviews),
        "orders": dict(sandbox.naver.rows),
        "token": sandbox.tokens.snapshot(),
        "webhooks": [delivery.shown() for delivery in sandbox.webhooks.deliveries],
        "targets": dict(sandbox.webhooks.urls),
    }


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@contextmanager
def opened(state: Path, **settings: Any) -> Iterator[Sandbox]:
    sandbox = Sandbox(SandboxSettings(state=state, seed=7, **settings))
    try:
        yield sandbox
    finally:
        sandbox.close()


SEED = """
[[customers]]
customer_uid = "member-1"
[[schedules]]
customer_uid = "member-1"
merchant_uid = "month-1"
schedule_at = 86400
amount = 9900
[[schedules]]
customer_uid = "member-1"
merchant_uid = "month-2"
schedule_at = 172800
amount = 9900.5
"""


def test_a_sandbox_goes_on_where_the_one_before_it_ended(state: Path, tmp_path: Path) -> None:
    """Breaks for anything that a part does not keep on its shelf, or comes back as another type."""
    seeds = tmp_path / "seeds.toml"
    seeds.write_text(SEED)
    with opened(state, seed_data=seeds) as first:
        paid, waiting = first.open_window("order-1", 12_000, custom_data={"a": 1.5}), first.open_window("order-2", 5000)
        first.approve(paid)
        first.console_cancel(paid, 1000)
        first.issue_vbank(waiting)
        first.move_clock(86_400)
        with first.lock:
            first.certifications.open({"merchant_uid": "order-1", "name": "홍길동"})
            first.tokens.issue(KEY, SECRET)
            row = first.book.payment(paid)
            first.naver.orders(row)
        before, time = everything(first), first.clock.exact()
    with opened(state, seed_data=seeds) as second:
        assert everything(second) == before
        assert 0 <= second.clock.exact() - time < 3600
        assert second.deposit(waiting).status == "paid"
        second.move_clock(86_400)
        assert [row.status for row in second.payments("month-2")] == ["paid"]
        assert second.open_window("order-3", 1) not in before["past"]
        before = everything(second)
    with opened(state) as third:
        assert everything(third) == before


def test_the_same_seed_does_not_give_the_same_id_after_a_restart(state: Path) -> None:
    def tokens() -> str:
        with opened(state) as sandbox, sandbox.lock:
            sandbox.tokens.expire()
            return str(sandbox.tokens.issue(KEY, SECRET)["access_token"])

    assert len({tokens() for _ in range(4)}) == 4


def test_a_webhook_that_had_not_gone_out_goes_out_after_the_restart(state: Path, listener: Any) -> None:
    """The process ends between the payment and its webhook: no thread of the first sandbox ever sends."""
    with opened(state, webhook_url=listener.url) as first:
        first.webhooks._closed = True
        imp_uid = first.open_window("order-1", 1000)
        first.approve(imp_uid)
    with opened(state, webhook_url=listener.url) as second:
        second.served_at("http://127.0.0.1:1")
        assert imp_uid.encode() in listener.hear()[1]
        assert second.webhooks.wait(EVENTUALLY)
        assert second.resend_webhook(imp_uid)[0].number == 2


def test_a_line_cut_by_a_kill_is_dropped_with_its_change_alone(state: Path) -> None:
    with opened(state) as first:
        kept = first.open_window("order-1", 1000)
    whole = state.read_bytes()
    with opened(state) as second:
        second.open_window("order-2", 1000)
    cut = state.read_bytes()[:-20]
    state.write_bytes(cut)
    with opened(state) as third:
        assert [row.imp_uid for row in third.book.all()] == [kept]
        third.open_window("order-3", 1000)
    assert state.read_bytes().startswith(whole)
    with opened(state) as fourth:
        assert [row.merchant_uid for row in fourth.book.all()] == ["order-1", "order-3"]


def test_looking_writes_nothing(state: Path) -> None:
    with opened(state) as sandbox:
        imp_uid = sandbox.open_window("order-1", 1000)
        size = state.stat().st_size
        sandbox.payment(imp_uid)
        sandbox.payments("order-1")
        sandbox.catch_up()
        assert state.stat().st_size == size


def test_a_state_file_serves_one_sandbox_at_a_time(state: Path) -> None:
    with opened(state), pytest.raises(UnusableStateFile, match="in use"), opened(state):
        pass
    with opened(state):
        pass


def test_a_file_of_something_else_is_left_alone(state: Path) -> None:
    state.write_text('{"accounts": []}\n')
    with pytest.raises(UnusableStateFile, match="not a state file"), opened(state):
        pass
    assert state.read_text() == '{"accounts": []}\n'


def test_a_change_that_cannot_be_written_is_written_with_the_next(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk: the caller hears of it, and the file stays whole."""
    with opened(state) as sandbox:
        with monkeypatch.context() as full:
            full.setattr("payments.entrypoints.sandbox.state.file.os.write", _no_space)
            with pytest.raises(OSError, match="No space"):
                sandbox.open_window("order-1", 1000)
        sandbox.open_window("order-2", 1000)
    with opened(state) as again:
        assert [row.merchant_uid for row in again.book.all()] == ["order-1", "order-2"]


def _no_space(*_: Any) -> int:
    raise OSError(28, "No space left on device")
