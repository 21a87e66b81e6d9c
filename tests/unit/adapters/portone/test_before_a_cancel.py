"""Before a cancel, which names the payment alone: is it the capture to refund that the provider would cancel?"""

import json
from collections.abc import Mapping
from typing import Any

import attrs
import pytest
from builders import NOON
from unit.adapters.portone.rows import TX, a_row, amount

from payments.adapters.http_wire.transport import Answer, Deadline, Turn
from payments.adapters.portone.client import Client
from payments.adapters.portone.settings import PortOneSettings
from payments.domain.errors import ContractViolation, NotSent, Rejected, Unknown
from payments.domain.refund import Refund
from payments.domain.values import GatewayId, MerchantId, RefundId
from payments.entrypoints.blocking import run

M1 = MerchantId("m_1")
REFUND = Refund(
    id=RefundId("r_1"), gateway_id=GatewayId(TX), amount=1000, remainder=1000, by="shop:x", requested_at=NOON
)
SETTINGS = PortOneSettings(api_secret="secret", store_id="store-1", mode="test", tries=1)  # type: ignore[arg-type]


@attrs.define
class Scripted:
    """Answers each path with what was scripted for it, and remembers what was sent."""

    answers: dict[str, tuple[int, Any]]
    sent: list[str] = attrs.field(factory=list)
    after_a_cancel: tuple[int, Any] | None = None

    async def send(self, method: str, target: str, _: Mapping[str, str], __: bytes | None, ___: Deadline) -> Answer:
        path = target.split("?")[0]
        self.sent.append(f"{method} {path}")
        looks_after = self.after_a_cancel and cancels(self) and method == "GET"
        status, said = self.after_a_cancel if self.after_a_cancel and looks_after else self.answers[path]
        return Answer(status, said if isinstance(said, bytes) else json.dumps(said).encode())

    async def pause(self, _: float) -> None:
        raise AssertionError("one try each")

    def turn(self) -> Turn:
        raise AssertionError("nothing takes turns here")


def at(shown: dict[str, Any], *transactions: dict[str, Any], withdrawn: bool = False) -> Scripted:
    """Return a provider that shows this payment, with these attempts."""
    made = {"status": "SUCCEEDED", "id": "c1", "totalAmount": 1000, "reason": "[r_1]"}
    attempts = (404, b"<html>") if withdrawn else (200, {"items": list(transactions)})
    return Scripted(
        {
            "/payments/m_1": (200, shown),
            "/payments/m_1/transactions": attempts,
            "/payments/m_1/cancel": (200, {"cancellation": made}),
        }
    )


def an_attempt(name: str, status: str = "PAID") -> dict[str, Any]:
    return a_row(status, id=name, paymentId="m_1", transactionId=None)


def refund(there: Scripted) -> None:
    run(Client(SETTINGS, there).refund(REFUND, "KRW", M1))


def cancels(there: Scripted) -> int:
    return there.sent.count("POST /payments/m_1/cancel")


def test_a_capture_that_is_shown_is_refunded() -> None:
    there = at(a_row("CANCELLED", amount=amount(cancelled=1000), cancellations=[]))
    refund(there)
    assert cancels(there) == 1


def test_the_capture_of_another_attempt_is_never_cancelled_instead() -> None:
    """Whether it is the one that is shown, or stands behind an attempt that took no money."""
    for there in (
        at(a_row(transactionId="tx_other")),
        at(a_row("READY", transactionId="tx_new"), an_attempt("tx_other"), an_attempt(TX)),
    ):
        with pytest.raises(Rejected) as refusal:
            refund(there)
        assert refusal.value.provider_code == "OTHER_CAPTURE"
        assert not cancels(there)


def test_a_capture_that_an_old_snapshot_does_not_show_waits() -> None:
    there = at(a_row("READY", transactionId="tx_new"), an_attempt(TX, "READY"))
    with pytest.raises(NotSent):
        refund(there)
    assert not cancels(there)


def test_where_attempts_are_no_longer_listed_the_payment_alone_decides() -> None:
    there = at(a_row("READY", transactionId="tx_new"), withdrawn=True)
    with pytest.raises(ContractViolation, match="no longer knows"):  # after the cancel, which could be sent
        refund(there)
    assert cancels(there) == 1


@pytest.mark.parametrize(
    "answer",
    [
        (429, b"too many"),
        (401, {"type": "UNAUTHORIZED", "message": "no"}),
        (403, {"type": "FORBIDDEN", "message": "no"}),
        (400, {"type": "INVALID_REQUEST", "message": "no"}),
    ],
    ids=lambda answer: str(answer[0]),
)
def test_a_look_that_fails_after_the_cancel_leaves_its_outcome_unknown(answer: tuple[int, Any]) -> None:
    """Taken for a cancel that was not sent or was refused, it would be sent again, or told as refused."""
    there = at(a_row())
    there.after_a_cancel = answer
    with pytest.raises(Unknown):
        refund(there)
    assert cancels(there) == 1


def test_an_answer_about_another_payment_says_nothing_about_this_one() -> None:
    there = at(a_row(id="m_2", transactionId="tx_other"))
    with pytest.raises(NotSent):
        refund(there)
    with pytest.raises(ContractViolation):
        run(Client(SETTINGS, there).find(GatewayId(TX), M1))
    assert not cancels(there)
