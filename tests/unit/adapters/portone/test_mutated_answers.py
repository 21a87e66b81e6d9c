"""Whatever PortOne answers, only our own errors come of it, and nothing is paid that the answer does not say."""

import random
from typing import Any

import attrs
import pytest
from support.rounds import rounds
from unit.adapters.iamport.mutating import Calm, mutated, read
from unit.adapters.portone.rows import a_row, a_transaction, amount

from payments.adapters.http_wire.transport import Answer
from payments.adapters.memory.gateway import MemoryGateway
from payments.adapters.portone.client import Client
from payments.adapters.portone.settings import PortOneSettings
from payments.domain.errors import PaymentsError
from payments.domain.machine import Status
from payments.domain.money import Money
from payments.domain.ports import Gateways
from payments.domain.use_cases.refreshing import Refresher
from payments.domain.use_cases.rules import Rules
from payments.domain.values import Caller, GatewayId, Method, Mode, Offer
from payments.testing import Shop, shop

pytestmark = [pytest.mark.fuzz, pytest.mark.soak]

ROUNDS = rounds(ci=2_500, soak=100_000)
PRICE = 1_000
PROVIDER = "portone"
ATTEMPT = GatewayId("tx-1")
TRUTHS: tuple[dict[str, Any], ...] = (
    {},
    {"status": "FAILED"},
    {"status": "READY"},
    {"status": "CANCELLED", "amount": amount(PRICE, cancelled=PRICE)},
    {"amount": amount(PRICE - 1)},
    {"id": "m_2"},
    {"currency": "USD"},
    {"channel": {"type": "LIVE", "pgProvider": "TOSSPAYMENTS", "pgMerchantId": "x"}},
    {"version": "V1"},
)


@attrs.define
class Mutating(Calm):
    """A transport: everything is answered with the bytes at hand, of a payment or of its transactions."""

    payment: Answer
    transactions: Answer

    async def send(self, _: str, target: str, *__: Any) -> Answer:
        return self.transactions if "/transactions" in target else self.payment


def refresher_over(transport: Mutating, sold: Shop) -> Refresher:
    settings = PortOneSettings(api_secret="s" * 32, store_id="store-1", mode=Mode.TEST)
    return attrs.evolve(sold.refresher, gateways=Gateways({PROVIDER: Client(settings, transport)}))


def says_paid(body: bytes, merchant_id: str) -> bool:
    """Return whether these bytes say, in JSON without a repeated field, that this payment's full price was taken."""
    answer = read(body)
    rows = answer.get("items") if isinstance(answer, dict) and "items" in answer else [answer]
    return isinstance(rows, list) and any(_is_capture(row, merchant_id) for row in rows)


def _is_capture(row: Any, merchant_id: str) -> bool:
    if not isinstance(row, dict):
        return False
    sums, channel = row.get("amount"), row.get("channel")
    return (
        merchant_id in (row.get("id"), row.get("paymentId"))
        and row.get("currency") == "KRW"
        and isinstance(sums, dict)
        and str(sums.get("total")) in (str(PRICE), f"{PRICE}.0")
        and row.get("status") in ("PAID", "CANCELLED", "PARTIAL_CANCELLED")
        and (channel is None or (isinstance(channel, dict) and channel.get("type") != "LIVE"))
    )


def mutated_transport(merchant_id: str, chance: random.Random) -> Mutating:
    """Return a provider that tells one of TRUTHS, mutated: as a payment, and as the list of its attempts."""
    facts: dict[str, Any] = {"id": merchant_id, "transactionId": ATTEMPT, "amount": amount(PRICE)}
    facts |= chance.choice(TRUTHS)
    statuses = (200, 200, 200, 404, 500, 302)
    listed = {"items": [a_transaction(**facts)], "page": {"number": 0, "size": 100, "totalCount": 1}}
    answers = (Answer(chance.choice(statuses), mutated(each, chance)) for each in (a_row(**facts), listed))
    return Mutating(*answers)


def test_a_mutated_answer_raises_only_our_errors_and_pays_for_nothing_it_does_not_name() -> None:
    base, paid = random.getrandbits(32), 0
    for number in range(ROUNDS):
        chance = random.Random(f"{base}-{number}")
        sold = shop(rules=Rules(provider=PROVIDER), others={PROVIDER: MemoryGateway(provider=PROVIDER)})
        payment = sold.run(sold.checkout.begin("b", "o", Offer("멤버십", Money(PRICE)), Method.CARD, Caller.buyer("b")))
        transport = mutated_transport(payment.merchant_id, chance)
        bodies = transport.payment.body, transport.transactions.body
        refresher = refresher_over(transport, sold)
        look = refresher.refresh_attempt(ATTEMPT, "test", payment.merchant_id, PROVIDER)
        if chance.random() < 0.5:
            look.close()
            look = refresher.refresh(payment, "test")
        try:
            sold.run(look)
        except PaymentsError:
            pass
        except BaseException as error:
            raise AssertionError(f"round {base}-{number}: {error!r} of {bodies!r}") from error
        if sold.run(sold.store.payments.get(payment.merchant_id)).status is Status.PAID:
            paid += 1
            assert any(says_paid(body, payment.merchant_id) for body in bodies), f"round {base}-{number}: {bodies!r}"
    assert paid > ROUNDS / 100, "most mutations of an honest answer were refused: this proves nothing"
