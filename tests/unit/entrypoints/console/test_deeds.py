"""A row of the audit list is a sentence in both languages, whatever it holds."""

import json
from typing import Any

import attrs
import pytest

from payments.domain.people.audit import AuditAction, AuditDraft, AuditEntry
from payments.entrypoints.console.deeds import FACTS, sentence
from payments.testing import NOON

ROW = AuditEntry.after(None, AuditDraft(at=NOON, by="operator:kim", action=AuditAction.REFUND))


def row(action: AuditAction, **facts: Any) -> AuditEntry:
    return attrs.evolve(ROW, action=action, detail=json.dumps(facts))


def test_a_refund_is_told_with_its_sum_and_reason() -> None:
    asked = row(AuditAction.REFUND, refund="r1", amount=5_000, attempt="imp_1", reason="늦은 배송")
    assert sentence(asked, "ko", "KRW") == "환불을 요청 · 5,000원 · 사유 “늦은 배송” · 환불 r1 · 결제 시도 imp_1"
    assert sentence(asked, "en", "KRW").startswith("asked for a refund · ₩5,000 · reason “늦은 배송”")
    assert "5,000 minor units" in sentence(asked, "en")


def test_a_refund_without_a_sum_is_of_all_that_is_left() -> None:
    assert sentence(row(AuditAction.REFUND, reason="x"), "ko") == "환불을 요청 · 남은 돈 전부 · 사유 “x”"


def test_a_refusal_says_of_what_and_why() -> None:
    refused = row(AuditAction.REFUSED, asked="cancel", error="already-paid")
    assert sentence(refused, "ko") == "거절됨: 취소를 요청 (이미 결제된 주문입니다. 취소 대신 환불해 주세요.)"
    assert sentence(refused, "en") == "was refused: asked for a cancellation (already-paid)"


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("action", AuditAction)
def test_no_row_is_told_as_json(action: AuditAction, language: Any) -> None:
    told = sentence(row(action, **{name: ["a", "b"] for name in FACTS}, later={"x": 1}), language)
    assert ('"' in told, "[" in told, "later: " in told, "a, b" in told) == (False, False, True, True)


@pytest.mark.parametrize("detail", ["no json", "[1]", "{}"])
def test_what_cannot_be_read_is_still_told(detail: str) -> None:
    assert sentence(attrs.evolve(row(AuditAction.SIGNED_IN), detail=detail), "en").startswith("logged in")
