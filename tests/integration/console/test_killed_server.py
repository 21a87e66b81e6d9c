"""kill -9 of the server between an operator's click and the answer: one refund, and the second click shows it."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs
import pytest
import requests
from support.api import RunningApi
from support.console import Visitor, add_operator, hidden, signed_in
from support.patience import EVENTUALLY
from typed_settings import Secret

from payments.adapters.memory.gateway import MemoryGateway
from payments.domain.access import Scope
from payments.domain.money import Money
from payments.domain.refund import RefundStatus
from payments.domain.values import Caller, Method, Offer
from payments.entrypoints.blocking import run
from payments.entrypoints.bootstrap import opened
from payments.entrypoints.sandbox import KEY, SECRET, USER_CODE, Sandbox
from payments.entrypoints.sandbox.serve import running_sandbox
from payments.entrypoints.settings import DatabaseSettings, IamportOptions, Settings

SERVE = [sys.executable, "-c", "from payments.entrypoints.cli.app import main; main()", "serve"]
Start = Callable[[Sandbox], tuple["subprocess.Popen[str]", str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a server on the database in *tmp_path*; return its process and address."""
    running: list[subprocess.Popen[str]] = []
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PAYMENTS_")}

    def begin(sandbox: Sandbox) -> tuple["subprocess.Popen[str]", str]:
        given = {
            "DATABASE_URL": f"sqlite:///{tmp_path}/shop.db",
            "IAMPORT_API_URL": sandbox.base_url,
            "IAMPORT_KEY": KEY,
            "IAMPORT_SECRET": SECRET,
            "IAMPORT_USER_CODE": USER_CODE,
            "HTTP_PORT": "0",
        }
        environment = outside | {f"PAYMENTS_{name}": value for name, value in given.items()}
        process = subprocess.Popen(SERVE, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        running.append(process)
        assert process.stdout is not None
        return process, process.stdout.readline().partition(" at ")[2].partition(",")[0]

    yield begin
    for process in running:
        process.kill()
        process.communicate()


def test_a_server_that_is_killed_before_it_answers_has_refunded_once(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    executed, answering = threading.Event(), threading.Event()
    with running_sandbox() as sandbox:
        keys = {"key": Secret(KEY), "secret": Secret(SECRET), "user_code": USER_CODE, "api_url": sandbox.base_url}
        database = DatabaseSettings(url=f"sqlite:///{tmp_path}/shop.db", create=True)
        with opened(Settings(database=database, iamport=IamportOptions(**keys))) as service:
            offer, alice = Offer("골드", Money(12_000)), Caller.buyer("alice")
            payment = run(service.checkout.begin("alice", "gold", offer, Method.CARD, alice)).merchant_id
            attempt = sandbox.open_window(payment, 12_000)
            sandbox.approve(attempt)
            run(service.refresher.refresh(run(service.payments.get(payment)), "test"))
            add_operator(service, "kim", Scope.REFUND)
            token = signed_in(service, "kim")
            process, url = start(sandbox)
            api = RunningApi(url, service, MemoryGateway(), requests.Session())
            visitor = Visitor(api, token)
            page = visitor.post(f"/payments/{payment}/refund/confirm", {"attempt": attempt, "amount": "5,000"})
            form, cancel = hidden(page), type(sandbox.book).cancel

            def held(*given: object, **named: object) -> object:
                made = cancel(*given, **named)
                executed.set()
                answering.wait(EVENTUALLY)
                return made

            monkeypatch.setattr(type(sandbox.book), "cancel", held)
            click = threading.Thread(target=_click, args=(visitor, payment, form))
            click.start()
            assert executed.wait(EVENTUALLY)
            process.kill()
            answering.set()
            click.join()
            _, again = start(sandbox)
            second = Visitor(attrs.evolve(api, url=again), token)
            answer = second.post(f"/payments/{payment}/refund", form)
            assert answer.status_code == 303, answer.text
            [refund] = run(service.payments.get(payment)).refunds
            assert (refund.status, refund.amount) == (RefundStatus.DONE, 5_000)
            [row] = sandbox.payments(payment)
            assert [entry["amount"] for entry in row.shown()["cancel_history"]] == [5_000]


def _click(visitor: Visitor, payment: str, form: dict[str, str]) -> None:
    with pytest.raises(requests.ConnectionError):
        visitor.post(f"/payments/{payment}/refund", form)
