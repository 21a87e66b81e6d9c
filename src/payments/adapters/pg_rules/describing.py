"""Rules as sentences for people: in errors, in `payments channels`, and in the page of the documentation."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from payments.adapters.pg_rules.engine import cases_of
from payments.adapters.pg_rules.rule import Case, Moment, Pg, Rule

if TYPE_CHECKING:
    from payments.adapters.pg_rules.loading import Tables

BANK_SPELLINGS: Final = {"en": "its own code", "ko": "자체 코드"}
NOBODY: Final = {"en": "this channel", "ko": "이 채널"}
METHODS: Final[Mapping[str, tuple[str, str]]] = {
    "card": ("card", "카드"),
    "transfer": ("bank transfer", "계좌이체"),
    "virtual_account": ("virtual account", "가상계좌"),
    "mobile": ("phone bill", "휴대폰"),
    "kakaopay": ("KakaoPay", "카카오페이"),
    "naverpay": ("NaverPay", "네이버페이"),
    "tosspay": ("Toss Pay", "토스페이"),
    "payco": ("Payco", "페이코"),
    "samsungpay": ("Samsung Pay", "삼성페이"),
    "applepay": ("Apple Pay", "애플페이"),
    "ssgpay": ("SSGPAY", "SSG페이"),
    "lpay": ("L.pay", "엘페이"),
    "pinpay": ("PINPAY", "핀페이"),
    "skpay": ("SK Pay", "SK페이"),
    "paypal": ("PayPal", "페이팔"),
    "gift_certificate": ("gift certificate", "상품권"),
}


def pg_name(pg: Pg | None, language: str) -> str:
    """Return the PG's name; "this channel" where it is not known."""
    return NOBODY[language] if pg is None else str(getattr(pg, language))


def method_name(method: str, language: str) -> str:
    """Return a method's name."""
    names = METHODS.get(method, (method, method))
    return names[language == "ko"]


def sentence(case: Case, pg: Pg | None, language: str, shown: Any = None) -> str:
    """Return the sentence of a rule's case at *pg*; *shown* replaces the limit of the data."""
    text = case.ko if language == "ko" else case.en
    if "{" not in text:
        return text
    limit = _limit(case) if shown is None else str(shown)
    name = pg_name(pg, language)
    filled = text.format(pg=name, limit=limit, range=_range(case, language), size=_size(case, language))
    return filled[0].upper() + filled[1:]


def sentences_of(known: "Tables", key: str, api: str) -> list[tuple[Rule, Case, str, str]]:
    """Return every rule that is asked of the PG *key*: a case for each sentence, and it in both languages."""
    pg = known.pgs.get(key)
    asked = [one for moment in Moment for one in cases_of(known.rules, key, api, moment)]
    told = {(rule.id, in_words(case, pg, "en")): (rule, case) for rule, case in asked}
    return [(rule, case, english, in_words(case, pg, "ko")) for (_, english), (rule, case) in told.items()]


def in_words(case: Case, pg: Pg | None, language: str) -> str:
    """Return the sentence of a case, with the methods that it is about at its head."""
    methods = case.when.get("method", ())
    methods = [methods] if isinstance(methods, str) else methods
    head = ", ".join(method_name(one, language) for one in methods)
    text = sentence(case, pg, language, BANK_SPELLINGS[language] if "spelled" in case.checks else None)
    return f"{head[0].upper()}{head[1:]}: {text}" if head else text


def _limit(case: Case) -> str:
    for name, value in case.checks.items():
        if name in ("required", "given", "absent", "forbidden", "always", "pattern"):
            continue
        if isinstance(value, int):
            return f"{value:,}"
        if isinstance(value, list | frozenset):
            return ", ".join(sorted(value))
        if name == "max_bytes":
            return f"{value[0]:,}"
        if name == "without":
            return " ".join(value)
        return "" if name == "spelled" else str(value)
    return ""


def _range(case: Case, language: str) -> str:
    least, most = case.checks.get("min_chars"), case.checks.get("max_chars")
    if least:
        return f"{least}~{most}" if language == "ko" else f"{least} to {most}"
    return f"최대 {most}" if language == "ko" else f"at most {most}"


def _size(case: Case, language: str) -> str:
    if "max_bytes" in case.checks:
        most, encoding = case.checks["max_bytes"]
        return f"{encoding.upper()} {most}바이트" if language == "ko" else f"{most} bytes ({encoding.upper()})"
    most = case.checks.get("max_chars")
    return f"{most}자" if language == "ko" else f"{most} characters"
