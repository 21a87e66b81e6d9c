"""Deeds: a row of the audit list as a sentence in both languages: what was asked for, and its facts in words."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from payments.domain.people.audit import AuditAction, AuditEntry
from payments.entrypoints.console.errors import reason_of
from payments.entrypoints.console.texts import TEXTS
from payments.entrypoints.display import Language, money
from payments.entrypoints.stories.words import Words

FACTS: Final[Mapping[str, Words]] = {
    "amount": Words("{}", "{}"),
    "reason": Words("사유 “{}”", "reason “{}”"),
    "note": Words("메모 “{}”", "note “{}”"),
    "operator": Words("담당자 {}", "operator {}"),
    "scopes": Words("권한 {}", "scopes {}"),
    "subject": Words("회사 계정 {}", "account {}"),
    "name": Words("이름 {}", "name {}"),
    "key": Words("키 {}", "key {}"),
    "message": Words("메시지 {}", "message {}"),
    "refund": Words("환불 {}", "refund {}"),
    "attempt": Words("결제 시도 {}", "attempt {}"),
    "file": Words("파일 {}", "file {}"),
    "first": Words("{}부터", "from {}"),
    "last": Words("{}까지", "to {}"),
    "force": Words("읽을 수 없는 결제 시도가 있어도", "although an attempt is unreadable"),
}
"""How each fact of a row is said. A fact that is not here is said under its own name."""
_MINOR: Final = Words("{} (최소 단위)", "{} minor units")
_ALL: Final = Words("남은 돈 전부", "all that is left")


def sentence(row: AuditEntry, language: Language, currency: str | None = None) -> str:
    """Return what a row says. Amounts are in minor units where the payment's *currency* is not known."""
    facts = _read(row.detail)
    asked = str(facts.pop("asked", ""))
    said = _text(f"did_{row.action}", language)
    if asked in set(AuditAction):
        said = f"{said}: {_text(f'did_{asked}', language)}"
    if row.action is AuditAction.REFUND and "amount" not in facts:
        facts["amount"] = _ALL.read_in(language)
    words = [_fact(name, value, language, currency) for name, value in _in_order(facts)]
    error = str(facts.get("error", ""))
    why = f" ({reason_of(error, language)})" if error else ""
    return " · ".join([said, *words]) + why


def _in_order(facts: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from ((name, facts[name]) for name in FACTS if name in facts)
    yield from ((name, value) for name, value in facts.items() if name not in FACTS and name != "error")


def _fact(name: str, value: Any, language: Language, currency: str | None) -> str:
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    if name == "amount" and isinstance(value, int):
        minor = _MINOR.read_in(language).format(f"{value:,}")
        value = money(value, currency, language) if currency else minor
    words = FACTS.get(name)
    return words.read_in(language).replace("{}", str(value)) if words else f"{name}: {value}"


def _read(detail: str) -> dict[str, Any]:
    try:
        facts = json.loads(detail)
    except ValueError:
        return {"detail": detail}
    return facts if isinstance(facts, dict) else {"detail": detail}


def _text(key: str, language: Language) -> str:
    return TEXTS[key].read_in(language)
