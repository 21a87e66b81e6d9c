"""A provider that does nothing but answer: so that what is measured is the product, not the sandbox.

It answers getToken, prepare, a payment's look-up and lists, as Iamport would, after `--latency` seconds. Its imp_uid is
the merchant_uid itself, and every payment it is asked for is paid. GET /stub/calls tells how many calls it answered,
GET /stub/asked how often it was asked for each payment, and GET /stub/most how many calls it had at work at a time
since this was last asked.
"""

import argparse
import asyncio
import json
from collections import Counter
from typing import ClassVar

PRICE = 12_000


def paid(uid: str) -> dict[str, object]:
    """The payment object of a card payment, as short as the schema allows."""
    return {
        "imp_uid": uid,
        "merchant_uid": uid,
        "amount": PRICE,
        "cancel_amount": 0,
        "currency": "KRW",
        "status": "paid",
        "sandbox": True,
        "pay_method": "card",
        "pg_provider": "html5_inicis",
        "started_at": 1_700_000_000,
        "paid_at": 1_700_000_060,
        "cancel_history": [],
    }


class Stub(asyncio.Protocol):
    """Enough of HTTP/1.1 for a client that keeps its connections and sends a Content-Length."""

    calls: ClassVar[Counter[str]] = Counter()
    asked: ClassVar[Counter[str]] = Counter()
    latency: ClassVar = 0.0
    at_work: ClassVar = 0
    most_at_work: ClassVar = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.buffer = transport, b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end].decode("latin-1")
            length = next((int(h[15:]) for h in head.split("\r\n") if h.lower().startswith("content-length:")), 0)
            if len(self.buffer) < end + 4 + length:
                return
            body, self.buffer = self.buffer[end + 4 : end + 4 + length], self.buffer[end + 4 + length :]
            method, target, _ = head.split(" ", 2)
            answer = self.answer(method, target, body)
            Stub.at_work += 1
            Stub.most_at_work = max(Stub.most_at_work, Stub.at_work)
            asyncio.get_running_loop().call_later(self.latency, self.send, answer)

    def send(self, answer: bytes) -> None:
        Stub.at_work -= 1
        if not self.transport.is_closing():
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(answer)}\r\n\r\n"
            self.transport.write(head.encode() + answer)

    def answer(self, method: str, target: str, body: bytes) -> bytes:
        path = target.split("?")[0]
        if path == "/stub/calls":
            return json.dumps(dict(self.calls)).encode()
        if path == "/stub/asked":
            return json.dumps(dict(self.asked)).encode()
        if path == "/stub/most":
            most, Stub.most_at_work = Stub.most_at_work, 0
            return json.dumps(most).encode()
        self.calls[f"{method} {'/'.join(path.split('/')[:3]) if 'prepare' in path else '/' + path.split('/')[1]}"] += 1
        if method == "GET":
            self.asked[path.rsplit("/", 1)[1]] += 1
        if path == "/users/getToken":
            response: dict[str, object] = {"access_token": "t" * 40, "now": 1_700_000_000, "expired_at": 1_700_001_800}
        elif path == "/payments/prepare":
            response = {"merchant_uid": json.loads(body)["merchant_uid"], "amount": PRICE, "currency": "KRW"}
        elif path.startswith(("/payments/findAll/", "/payments/status/")):
            rows = [paid(path.rsplit("/", 1)[1])] if "findAll" in path else []
            response = {"total": len(rows), "previous": 0, "next": 0, "list": rows}
        else:
            response = paid(path.rsplit("/", 1)[1])
        return json.dumps({"code": 0, "message": None, "response": response}).encode()


async def serve(latency: float) -> None:
    Stub.latency = latency
    server = await asyncio.get_running_loop().create_server(Stub, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    asyncio.run(serve(parser.parse_args().latency))
