"""Whatever a provider answers, only our own errors come of it, and nothing is paid that the answer does not say."""

import json
import random
from collections.abc import Mapping
from typing import Any

import attrs
import pytest
from support.rounds import rounds
from unit.adapters.iamport.mutating import Calm, mutated, read
from unit.adapters.iamport.rows import VBANK, a_row

from payments.adapters.http_wire.transport import Answer, Deadline
from payments.adapters.iamport.client import Client
from payments.adapters.iamport.settings import IamportSettings
from payments.domain.errors import PaymentsError
from payments.domain.machine import Status
from payments.domain.money import Money
from payments.domain.ports import Gateways
from payments.domain.use_cases.refreshing import Refresher
from payments.domain.values import Caller, GatewayId, MerchantId, Method, Mode, Offer
from payments.testing import Shop, shop

pytestmark = [pytest.mark.fuzz, pytest.mark.soak]

ROUNDS = rounds(ci=2_500, soak=100_000)
PRICE = 1_000
ATTEMPT = GatewayId("imp_1")
TRUTHS: tuple[dict[str, Any], ...] = (
    {},
    {"amount": PRICE - 1},
    {"status": "failed", "paid_at": 0, "fail_reason": "한도 초과"},
    {"status": "cancelled", "cancel_amount": PRICE},
    {"merchant_uid": "m_2"},
    {"sandbox": False},
    {"currency": "USD"},
    VBANK,
)


@attrs.define
class Mutating(Calm):
    """A transport: tokens are answered as they should be, and everything else with the bytes at hand."""

    answer: Answer

    async def send(self, _: str, target: str, __: Mapping[str, str], ___: bytes | None, ____: Deadline) -> Answer:
        if target != "/users/getToken":
            return self.answer
        token = {"access_token": "t" * 40, "now": 1_700_000_000, "expired_at": 1_700_001_800}
        return Answer(200, json.dumps({"code": 0, "message": None, "response": token}).encode())


def envelope(rows: list[dict[str, Any]], *, listed: bool) -> dict[str, Any]:
    page = {"total": len(rows), "previous": 0, "next": 0, "list": rows}
    return {"code": 0, "message": None, "response": page if listed else rows[0]}


def refresher_over(transport: Mutating, sold: Shop) -> Refresher:
    settings = IamportSettings(key="k", secret="s", user_code="imp00000000", mode=Mode.TEST)
    return attrs.evolve(sold.refresher, gateways=Gateways.given(Client(settings, transport)))


def says_paid(body: bytes, merchant_id: MerchantId) -> bool:
    """Return whether these bytes say, in JSON without a repeated field, that this payment's full price was taken."""
    answer = read(body)
    page = answer.get("response") if isinstance(answer, dict) and answer.get("code") == 0 else None
    rows = page.get("list") if isinstance(page, dict) and "list" in page else [page]
    return isinstance(rows, list) and any(_is_capture(row, merchant_id) for row in rows)


def _is_capture(row: Any, merchant_id: MerchantId) -> bool:
    return (
        isinstance(row, dict)
        and row.get("merchant_uid") == merchant_id
        and row.get("currency") == "KRW"
        and str(row.get("amount")) in (str(PRICE), f"{PRICE}.0")
        and row.get("status") in ("paid", "cancelled")
        and row.get("sandbox") is True
    )


def test_a_mutated_answer_raises_only_our_errors_and_pays_for_nothing_it_does_not_name():
    base, paid = random.getrandbits(32), 0
    for number in range(ROUNDS):
        chance = random.Random(f"{base}-{number}")
        sold = shop()
        offer = Offer("멤버십", Money(PRICE))
        payment = sold.run(sold.checkout.begin("b", "o", offer, Method.CARD, Caller.buyer("b")))
        merchant_id = payment.merchant_id
        row = a_row(**{"imp_uid": ATTEMPT, "merchant_uid": merchant_id, **chance.choice(TRUTHS)})
        listed = chance.random() < 0.5
        body = mutated(envelope([row], listed=listed), chance)
        transport = Mutating(Answer(chance.choice((200, 200, 200, 404, 500, 302)), body))
        refresher = refresher_over(transport, sold)
        look = refresher.refresh(payment, "test") if listed else refresher.refresh_attempt(ATTEMPT, "test")
        try:
            sold.run(look)
        except PaymentsError:
            pass
        except BaseException as error:
            raise AssertionError(f"round {base}-{number}: {error!r} of {body[:2_000]!r}") from error
        if sold.run(sold.store.payments.get(merchant_id)).status is Status.PAID:
            paid += 1
            assert says_paid(body, merchant_id), f"round {base}-{number}: paid by {body[:2_000]!r}"
    assert paid > ROUNDS / 100, "most mutations of an honest answer were refused: this proves nothing"
