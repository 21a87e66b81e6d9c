"""`python -m support.docs.pg_pages`: the pages of what each PG allows, in both languages, from the data of the rules.

page    one of the two documents
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

from support.docs.documents import ROOT

from payments.adapters.pg_rules.describing import in_words, method_name
from payments.adapters.pg_rules.loading import Tables, tables
from payments.adapters.pg_rules.rule import UNKNOWN, Case, Moment, Pg, Rule

Language = Literal["en", "ko"]
PAGES: Final[dict[Language, Path]] = {"en": ROOT / "docs" / "pgs.md", "ko": ROOT / "docs" / "pgs.ko.md"}
_MOMENTS: Final[dict[Language, dict[Moment, str]]] = {
    "en": {
        Moment.PAYMENT: "Before a payment",
        Moment.REFUND: "Before a refund",
        Moment.BILLING_KEY: "Before a billing key is issued",
        Moment.BILLING: "Before a billing key is charged",
    },
    "ko": {
        Moment.PAYMENT: "결제 전",
        Moment.REFUND: "환불 전",
        Moment.BILLING_KEY: "빌링키 발급 전",
        Moment.BILLING: "빌링키 결제 전",
    },
}
_WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "title": "# What each PG allows\n\n[한국어](pgs.ko.md)",
        "intro": (
            "Made from `src/payments/adapters/pg_rules/data` by `python -m support.docs.pg_pages` (in `tests/`); "
            "correct the data, not this page. A channel whose `pg` is set is checked by the rules of its PG and by "
            "those of every PG, [before anything is sent](operating.md#channels-minimums-taxes).\n\n"
            "**error**: refused, with the rule's id in the problem. **warn**: it depends on the contract, so it is "
            "logged once; a channel with `strict` refuses it too. **fix**: corrected. **note**: good to know. After "
            "each sentence stand the rule's id and where it is written, and *seen* or *inferred* where nobody "
            "documents it."
        ),
        "every": "Every PG",
        UNKNOWN: "A channel whose PG is not known",
        "codes": "Codes",
        "sells": "Sells",
        "gifts": "Gift certificates",
        "currencies": "Currencies",
        "test": "On a test channel",
        "charged": "the card is really charged; the PG undoes it on the same day, and PortOne still says paid",
        "pretended": "it is only pretended",
        "kept": "**the card is really charged, and nobody undoes it**",
        "observed": "seen",
        "inferred": "inferred",
        "left": "Not checked before a call",
        "sources": "Sources",
    },
    "ko": {
        "title": "# PG마다 허용하는 것\n\n[English](pgs.md)",
        "intro": (
            "`src/payments/adapters/pg_rules/data`에서 `python -m support.docs.pg_pages`(`tests/`에서 실행)로 만듭니다."
            " 이 문서가 아니라 데이터를 고치세요. `pg`를 설정한 채널은 "
            "[무엇이든 보내기 전에](operating.ko.md#채널-최소-금액-세금) 그 PG의 규칙과 모든 PG의 규칙으로 "
            "확인됩니다.\n\n"
            "**error**: 거절하며 오류에 규칙 이름이 있습니다. **warn**: 계약에 따라 다르므로 한 번만 기록하고, `strict`"
            " 채널은 이것도 거절합니다. **fix**: 고쳐서 보냅니다. **note**: 알아 둘 것. 문장 뒤에는 규칙 이름과 출처가 "
            "있고, 문서가 없으면 *관찰*이나 *추정*이라고 적습니다."
        ),
        "every": "모든 PG",
        UNKNOWN: "PG를 알 수 없는 채널",
        "codes": "코드",
        "sells": "결제수단",
        "gifts": "상품권",
        "currencies": "통화",
        "test": "테스트 채널에서",
        "charged": "카드가 실제로 승인되고 같은 날 PG가 취소하며, 포트원에는 결제된 채로 남습니다",
        "pretended": "승인을 흉내만 냅니다",
        "kept": "**카드가 실제로 승인되고 아무도 취소하지 않습니다**",
        "observed": "관찰",
        "inferred": "추정",
        "left": "미리 확인하지 않는 것",
        "sources": "출처",
    },
}


def page(language: Language) -> str:
    """Return the document of one language."""
    known, words = tables(), _WORDS[language]
    parts = [words["title"], words["intro"], *_section(known, language, words["every"], "*", None)]
    parts += _section(known, language, words[UNKNOWN], UNKNOWN, None)
    for pg in known.pgs.values():
        parts += _section(known, language, getattr(pg, language), pg.key, pg)
    parts += [f"## {words['left']}", _list(f"`{rule}`: {why}" for rule, why in known.left_out.items())]
    parts += [f"## {words['sources']}", _list(f"{tag}: {what}" for tag, what in known.sources.items())]
    return "\n\n".join(parts) + "\n"


def _section(known: Tables, language: Language, title: str, key: str, pg: Pg | None) -> Iterator[str]:
    yield f"## {title}"
    if pg:
        yield _list(_facts(pg, language))
    for moment in Moment:
        rules = [
            (rule, case) for rule in known.rules if rule.moment is moment for case in rule.cases if key in case.pgs
        ]
        if rules:
            yield f"**{_MOMENTS[language][moment]}**"
            yield _list(_line(rule, case, pg, language) for rule, case in rules)


def _facts(pg: Pg, language: Language) -> Iterator[str]:
    words = _WORDS[language]
    codes = [f"`{code}` ({generation})" for generation in ("v1", "v2") for code in getattr(pg, generation)]
    yield f"{words['codes']}: {', '.join(codes)}"
    if pg.methods:
        yield f"{words['sells']}: {', '.join(method_name(method, language) for method in pg.methods)}"
    if pg.gifts:
        yield f"{words['gifts']}: {', '.join(pg.gifts)}"
    if pg.currencies:
        yield f"{words['currencies']}: {', '.join(pg.currencies)}"
    if pg.test:
        yield f"{words['test']}: {words[pg.test]}"


def _line(rule: Rule, case: Case, pg: Pg | None, language: Language) -> str:
    only = f" [{case.api.upper()}]" if case.api else ""
    doubt = "" if case.confidence == "documented" else f", *{_WORDS[language][case.confidence]}*"
    text = in_words(case, pg, language)
    return f"**{case.level}**{only} {text} (`{rule.id}`; {case.source}{doubt})"


def _list(lines: Iterator[str]) -> str:
    return "\n".join(f"- {line}" for line in dict.fromkeys(lines))


if __name__ == "__main__":
    for language, path in PAGES.items():
        path.write_text(page(language), encoding="utf-8")
