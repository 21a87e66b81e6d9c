"""The worker as a process: killed, it loses nothing; asked, it ends."""

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from integration.worker.shop_at_work import (
    HURRIED,
    WEBHOOK_SECRET,
    begun,
    heard,
    known,
    paid_in_silence,
    settings_for,
    waiting,
)
from support.endpoint import Endpoint, answers, hangs
from support.patience import EVENTUALLY, until

from payments.domain.machine import Status
from payments.entrypoints.bootstrap import opened
from payments.entrypoints.sandbox import KEY, SECRET, USER_CODE, Sandbox
from payments.entrypoints.worker import Worker, running_worker

# processes

COMMAND = """
import logging, os
from pathlib import Path
from payments.entrypoints.settings import load_settings
from payments.entrypoints.bootstrap import opened
from payments.entrypoints.worker import Pace, Worker, serve
logging.basicConfig(level="INFO")
beat = Path(os.environ["BEAT"])
with opened(load_settings()) as service:
    raise SystemExit(serve(Worker.of(service, Pace(idle=0.02, reconcile_every=0.1, grace=1), beat)))
"""


@contextlib.contextmanager
def worker_process(url: str, sandbox: Sandbox, endpoint: Endpoint, beat: Path) -> Iterator[subprocess.Popen[str]]:
    environment = {
        **os.environ,
        "PAYMENTS_DATABASE_URL": url,
        "PAYMENTS_IAMPORT_API_URL": sandbox.url,
        "PAYMENTS_IAMPORT_KEY": KEY,
        "PAYMENTS_IAMPORT_SECRET": SECRET,
        "PAYMENTS_IAMPORT_USER_CODE": USER_CODE,
        "PAYMENTS_WEBHOOKS_URL": endpoint.url,
        "PAYMENTS_WEBHOOKS_SECRETS": WEBHOOK_SECRET,
        "PAYMENTS_WEBHOOKS_ALLOW_PRIVATE": "true",
        "BEAT": str(beat),
    }
    command = [sys.executable, "-c", COMMAND]
    process = subprocess.Popen(command, env=environment, cwd=beat.parent, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_a_killed_worker_loses_nothing(url, sandbox, passed, tmp_path):
    """It dies with deliveries under way and payments claimed; another goes on once the leases are over."""
    with Endpoint(hangs) as endpoint:
        settings = settings_for(url, sandbox, endpoint.url)
        with opened(settings) as service:
            payments = [begun(service, f"order-{n}") for n in range(6)]
            with worker_process(url, sandbox, endpoint, tmp_path / "beat") as process:
                until(lambda: endpoint.received.qsize() >= 3)  # 12 messages, in batches of five
                process.kill()
                process.wait()
            for payment in payments:
                paid_in_silence(sandbox, payment)
            interrupted = heard(endpoint)
            assert interrupted
            endpoint.manners = [answers(200)]
            passed(seconds=121)  # the lease
            with running_worker(Worker.of(service, HURRIED)):
                until(lambda: all(known(service, p.merchant_id).status is Status.PAID for p in payments))
                until(lambda: not waiting(url))
        times = heard(endpoint)
    expected = {f"{payment.merchant_id}_{version}" for payment in payments for version in (1, 2, 3)}
    assert times.keys() == expected
    assert interrupted.keys() < expected  # told again, under the same names


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_asked_ends_even_with_a_delivery_that_hangs(number, sqlite_url, sandbox, tmp_path):
    beat = tmp_path / "beat"
    with Endpoint(hangs) as endpoint, opened(settings_for(sqlite_url, sandbox)) as service:
        begun(service, "order-1")
        with worker_process(sqlite_url, sandbox, endpoint, beat) as process:
            until(lambda: endpoint.connections)
            until(beat.exists)
            process.send_signal(number)
            log = process.communicate(timeout=EVENTUALLY)[1]
            assert process.returncode == 0
    assert "worker started" in log
    assert re.search("still running: .*deliver-", log), "it did not wait for the delivery"
    assert "Traceback" not in log
    assert WEBHOOK_SECRET not in log
    assert SECRET not in log
    assert '"name": "reconcile"' in beat.read_text()
