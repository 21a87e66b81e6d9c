"""A client of the sandbox that looks at the bytes of an answer, also of one that breaks off."""

import json
import socket
from typing import Any, Final

import attrs
import requests
from support.patience import EVENTUALLY

from payments.entrypoints.sandbox import KEY, SECRET, Sandbox

UID: Final = "order-1"


@attrs.frozen
class RawClient:
    """A client with a token; its payment is the first one of order-1."""

    sandbox: Sandbox
    token: str

    def raw(self, method: str, path: str, body: dict[str, Any] | None = None, patience: float = EVENTUALLY) -> bytes:
        """Return all that came back before the connection ended, each piece within *patience* seconds of the last.

        Raises what the socket raises: TimeoutError where a piece takes longer.
        """
        content = json.dumps(body).encode() if body else b""
        host, port = self.sandbox.url.removeprefix("http://").split(":")
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: {self.token}\r\nConnection: close\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        with socket.create_connection((host, int(port)), timeout=EVENTUALLY) as connection:
            connection.sendall(head.encode() + content)
            connection.settimeout(patience)
            return b"".join(iter(lambda: connection.recv(65536), b""))

    def cancel(self, amount: int, **options: Any) -> bytes:
        return self.raw("POST", "/payments/cancel", {"imp_uid": self.imp_uid, "amount": amount}, **options)

    def look(self, imp_uid: str = "", **options: Any) -> requests.Response:
        path = f"/payments/{imp_uid or self.imp_uid}?include_sandbox=true"
        return requests.get(
            self.sandbox.url + path, headers={"Authorization": self.token}, timeout=EVENTUALLY, **options
        )

    def find(self) -> dict[str, Any]:
        path = f"/payments/find/{UID}"
        answer = requests.get(self.sandbox.url + path, headers={"Authorization": self.token}, timeout=EVENTUALLY).json()
        assert answer["code"] == 0, answer
        found: dict[str, Any] = answer["response"]
        return found

    @property
    def imp_uid(self) -> str:
        return self.sandbox.payments(UID)[0].imp_uid

    @property
    def given_back(self) -> int:
        return int(self.sandbox.payment(self.imp_uid).cancel_amount)

    @property
    def noted(self) -> list[str]:
        return [call.fault for call in self.sandbox.journal.calls if call.fault]


def signed_in(sandbox: Sandbox) -> RawClient:
    """Return a client with a token."""
    answer = requests.post(
        f"{sandbox.url}/users/getToken", json={"imp_key": KEY, "imp_secret": SECRET}, timeout=EVENTUALLY
    ).json()
    return RawClient(sandbox, answer["response"]["access_token"])
