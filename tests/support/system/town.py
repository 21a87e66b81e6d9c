"""Town: the provider, the API and the worker as processes of their own, which a test may kill at any moment."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import attrs
import requests
from support.patience import EVENTUALLY

from payments.entrypoints.sandbox import KEY, SECRET, USER_CODE
from payments.entrypoints.sandbox.payments.portone_channels import PORTONE_CHANNELS
from payments.entrypoints.sandbox.portone_settings import STORE_ID, V2_SECRET, V2_WEBHOOK_SECRET

CLI = [sys.executable, "-c", "from payments.entrypoints.cli.app import main; main()"]
POLL = 0.01


@contextlib.contextmanager
def held_port() -> Iterator[int]:
    """A port for a server that sets SO_REUSEADDR: bound here, so that nobody else is given it while that is down."""
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(("127.0.0.1", 0))
        yield sock.getsockname()[1]


@attrs.define
class House:
    """One process that always comes back: `kill` is kill -9, `start` returns when it answers (seconds it took)."""

    name: str
    command: list[str]
    env: dict[str, str]
    log: IO[bytes]
    ready_at: str = ""
    heartbeat: Path | None = None
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> float:
        began = time.monotonic()
        if self.heartbeat:
            self.heartbeat.unlink(missing_ok=True)
        self.process = subprocess.Popen(self.command, env=self.env, stdout=self.log, stderr=self.log)
        while not self._answers():
            assert self.process.poll() is None, f"{self.name} ended by itself: see {self.log.name}"
            assert time.monotonic() - began < EVENTUALLY, f"{self.name} does not answer: see {self.log.name}"
            time.sleep(POLL)
        return time.monotonic() - began

    def _answers(self) -> bool:
        if self.heartbeat:
            return self.heartbeat.exists()
        with contextlib.suppress(requests.RequestException):
            return requests.get(self.ready_at, timeout=10).ok
        return False

    def kill(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@attrs.frozen(kw_only=True)
class Town:
    """The three houses, and the shop's key to the API."""

    sandbox: House
    api: House
    worker: House
    provider_url: str
    v2_url: str
    api_url: str
    api_key: str

    def opened(self, window: dict[str, Any]) -> str:
        """Open the window that the API named, of whichever generation, and return its attempt."""
        parameters = window["parameters"]
        if window["provider"] == "portone":
            asked = {"kind": "v2_payment", "params": parameters["request_payment"] | {"noticeUrls": []}}
            answer = requests.post(f"{self.provider_url}/_sandbox/windows", json=asked, timeout=EVENTUALLY)
            return str(answer.json()["url"].rpartition("/")[2].partition("?")[0])
        opening = parameters["request_pay"] | {"notice_url": ""}
        answer = requests.post(f"{self.provider_url}/_sandbox/payments", json=opening, timeout=EVENTUALLY)
        return str(answer.json()["imp_uid"])

    def houses(self) -> list[House]:
        return [self.sandbox, self.api, self.worker]

    def provider_rows(self, merchant_id: str) -> list[dict[str, Any]]:
        answer = requests.get(
            f"{self.provider_url}/_sandbox/payments", params={"merchant_uid": merchant_id}, timeout=EVENTUALLY
        )
        rows: list[dict[str, Any]] = answer.json()
        for row in rows:
            if not row["imp_uid"].startswith("imp_"):
                row["cancel_history"] = [{"amount": each["totalAmount"]} for each in self._v2_cancels(merchant_id)]
        return rows

    def _v2_cancels(self, merchant_id: str) -> list[dict[str, Any]]:
        """The cancels that were executed of V2's payment: V1's list of its attempts does not have them."""
        secret = {"Authorization": f"PortOne {V2_SECRET}"}
        shown = requests.get(f"{self.v2_url}/payments/{merchant_id}", headers=secret, timeout=EVENTUALLY).json()
        return [each for each in shown.get("cancellations", ()) if each["status"] == "SUCCEEDED"]


@contextlib.contextmanager
def town(database_url: str, room: Path) -> Iterator[Town]:
    """Build the town on a database; its logs and the provider's state lie in *room*."""
    with held_port() as provider_port, held_port() as v2_port, held_port() as api_port:
        yield from _town(database_url, room, provider_port, v2_port, api_port)


def _town(database_url: str, room: Path, provider_port: int, v2_port: int, api_port: int) -> Iterator[Town]:
    provider_url, v2_url, api_url = (f"http://127.0.0.1:{port}" for port in (provider_port, v2_port, api_port))
    channel = PORTONE_CHANNELS[1].key
    settings = room / "payments.toml"
    settings.write_text(f"""
        [[channels]]
        name = "v2"
        provider = "portone"
        channel_key = "{channel}"
        methods = ["kakaopay"]
    """)
    env = os.environ | {
        "PAYMENTS_DATABASE_URL": database_url,
        "PAYMENTS_IAMPORT_API_URL": provider_url,
        "PAYMENTS_IAMPORT_KEY": KEY,
        "PAYMENTS_IAMPORT_SECRET": SECRET,
        "PAYMENTS_IAMPORT_USER_CODE": USER_CODE,
        "PAYMENTS_CONFIG": str(settings),
        "PAYMENTS_PORTONE_API_SECRET": V2_SECRET,
        "PAYMENTS_PORTONE_STORE_ID": STORE_ID,
        "PAYMENTS_PORTONE_CHANNEL_KEY": channel,
        "PAYMENTS_PORTONE_WEBHOOK_SECRETS": V2_WEBHOOK_SECRET,
        "PAYMENTS_PORTONE_API_URL": v2_url,
        "PAYMENTS_HTTP_SECRET": "t" * 32,
        "PAYMENTS_HTTP_PORT": str(api_port),
    }
    subprocess.run([*CLI, "db", "upgrade"], env=env, check=True, capture_output=True)
    made = subprocess.run(
        [*CLI, "keys", "create", "town", "--scope", "admin", "--json"], env=env, check=True, capture_output=True
    )
    with contextlib.ExitStack() as stack:

        def log(name: str) -> IO[bytes]:
            return stack.enter_context((room / f"{name}.log").open("ab"))

        sandbox = [sys.executable, "-m", "payments.entrypoints.sandbox", "--port", str(provider_port)]
        sandbox += ["--state", str(room / "sandbox.state"), "--webhook-url", f"{api_url}/webhooks/iamport"]
        sandbox += ["--v2-port", str(v2_port), "--v2-webhook-url", f"{api_url}/webhooks/portone"]
        beat = room / "heartbeat"
        built = Town(
            sandbox=House("sandbox", sandbox, dict(env), log("sandbox"), ready_at=f"{provider_url}/_sandbox/clock"),
            api=House("api", [*CLI, "serve"], dict(env), log("api"), ready_at=f"{api_url}/readyz"),
            worker=House(
                "worker", [*CLI, "worker", "--heartbeat", str(beat)], dict(env), log("worker"), heartbeat=beat
            ),
            provider_url=provider_url,
            v2_url=v2_url,
            api_url=api_url,
            api_key=json.loads(made.stdout)["key"],
        )
        try:
            for house in built.houses():
                house.start()
            yield built
        finally:
            for house in built.houses():
                if house.process and house.process.poll() is None:
                    house.kill()
