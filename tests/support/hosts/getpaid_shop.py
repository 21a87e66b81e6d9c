"""A shop on getpaid's flow, in a process of another Python: it reads a command from each line, and answers in JSON.

    {"do": "prepare"}   {"do": "fetch"}   {"do": "callback", "body": "…", "headers": {}}   {"do": "refund", "amount": 1}

{"do": "sell", "backend": "…", "config": {…}, "price": "…"} comes first, and begins another payment each time. It knows
nothing of the test's own packages.
"""

import asyncio
import json
import sys
from dataclasses import dataclass, field
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from getpaid_core import GetPaidException, PaymentFlow, registry


@dataclass
class Payment:
    """What getpaid expects of a payment."""

    order: Any
    backend: str
    amount_required: Decimal
    currency: str
    description: str
    provider_data: dict[str, Any]
    id: str = field(default_factory=lambda: str(uuid4()))
    status: str = "new"
    external_id: str | None = None
    amount_paid: Decimal = Decimal(0)
    amount_locked: Decimal = Decimal(0)
    amount_refunded: Decimal = Decimal(0)
    fraud_status: str = "unknown"
    fraud_message: str = ""


class Repository:
    """Keeps nothing: a payment lives as long as the process asks about it."""

    async def create(self, **fields: Any) -> Payment:
        return Payment(**fields)

    async def save(self, payment: Payment) -> Payment:
        return payment


def an_order(price: str) -> Any:
    return SimpleNamespace(
        get_total_amount=lambda: Decimal(price),
        get_currency=lambda: "KRW",
        get_description=lambda: "책",
        get_buyer_info=lambda: {
            "first_name": "철수",
            "last_name": "김",
            "email": "kim@example.com",
            "phone": "010-1234-5678",
        },
        get_return_url=lambda _=None: "https://shop.example/done",
    )


async def do(flow: PaymentFlow, payment: Payment, asked: dict[str, Any]) -> Any:
    match asked["do"]:
        case "prepare":
            result = await flow.prepare(payment, method=asked.get("method", "card"))
            return {"method": str(result.method), "url": result.redirect_url, "window": result.form_data}
        case "fetch":
            await flow.fetch_and_update_status(payment)
        case "callback":
            body = asked["body"]
            await flow.handle_callback(payment, json.loads(body), asked.get("headers", {}), raw_body=body.encode())
        case "refund":
            amount = asked.get("amount")
            await flow.start_refund(payment, None if amount is None else Decimal(amount))
        case "forget the refund":  # as after a crash between the provider's answer and getpaid's save
            payment.status, payment.provider_data = "paid", {}
        case "cancel the refund":
            return await flow.cancel_refund(payment)
    return None


def shown(payment: Payment) -> dict[str, Any]:
    data = payment.provider_data
    amounts = {name: int(getattr(payment, f"amount_{name}")) for name in ("required", "paid", "refunded")}
    return {
        "id": payment.id,
        "status": str(payment.status),
        "external_id": payment.external_id,
        "provider_data": data,
        **amounts,
    }


async def answered(flow: PaymentFlow, payment: Payment, asked: dict[str, Any]) -> dict[str, Any]:
    try:
        told: dict[str, Any] = {"answer": await do(flow, payment, asked)}
    except GetPaidException as error:
        told = {"error": type(error).__name__, "sentence": str(error), "context": error.context}
    return told | shown(payment)


def tell(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


async def sell(sold: dict[str, Any]) -> tuple[PaymentFlow, Payment]:
    flow = PaymentFlow(Repository(), config={sold["backend"]: sold["config"]})
    return flow, await flow.create_payment(an_order(sold["price"]), sold["backend"])


async def main() -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        if asked["do"] == "sell":
            flow, payment = await sell(asked)
            tell(shown(payment) | {"choices": registry.get_choices("KRW")})
        else:
            tell(await answered(flow, payment, asked))


asyncio.run(main())
