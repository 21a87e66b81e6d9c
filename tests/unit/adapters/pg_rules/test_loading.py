"""The loader of the tables: what a person at a PG could get wrong is refused by its row."""

from collections.abc import Mapping
from typing import Any, Final

import pytest

from payments.adapters.pg_rules.loading import RULE_FILES, tables, tables_from
from payments.domain.errors import BadInput

CASE: Final = {"pg": ["kcp"], "max_chars": 40, "source": "P1/kcp"}
RULE: Final = {
    "id": "name-length",
    "moment": "payment",
    "field": "order_name",
    "level": "error",
    "en": "The name is too long.",
    "ko": "이름이 너무 깁니다.",
}
PG: Final = {"en": "NHN KCP", "ko": "NHN KCP", "v1": ["kcp"], "v2": ["KCP_V2"], "source": "P1/kcp"}


def _raw(rule: Mapping[str, Any], **tables: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {name: {} for name in (*RULE_FILES, "left_out")}
    known = {"sources": {"P1": "a page"}, "pgs": {"kcp": PG}, "codes": {"banks": {}, "cards": {}, "banks_of": {}}}
    return empty | known | {"orders": {"rule": [rule]}} | tables


def _with(**changes: Any) -> dict[str, Any]:
    case = {key: value for key, value in {**CASE, **changes}.items() if value is not None}
    return RULE | {"cases": [case]}


def test_a_complete_rule_is_read():
    assert [rule.id for rule in tables_from(_raw(_with())).rules] == ["name-length"]


@pytest.mark.parametrize(
    ("rule", "word"),
    [
        (_with(source=None), "without a source"),
        (_with(source=" "), "without a source"),
        (_with(source="blog"), "unknown sources: blog"),
        (_with(pg=["kpc"]), "of no PG"),
        (_with(api="v3"), "of no PG"),
        (_with(max_chars=None), "nobody can check"),
        (_with(longest=40), "nobody can check"),
        (_with(level="fatal"), "unknown level"),
        (_with(confidence="rumour"), "unknown level or confidence"),
        (_with(level="fix", max_chars=None, required=True), "nothing corrects required"),
        (_with() | {"ko": ""}, "both languages"),
        (_with() | {"cases": []}, "no case"),
        (_with() | {"sentence": "x"}, "unknown keys"),
    ],
)
def test_a_rule_is_refused_that_nobody_could_check_or_trust(rule: dict[str, Any], word: str):
    with pytest.raises(BadInput, match=word):
        tables_from(_raw(rule))


def test_facts_without_a_source_are_refused():
    raw = _raw(_with(), pgs={"kcp": {key: value for key, value in PG.items() if key != "source"}})
    with pytest.raises(BadInput, match="The PG kcp has a row without a source"):
        tables_from(raw)


def test_a_rule_cannot_be_checked_and_left_out():
    with pytest.raises(BadInput, match="stand twice: name-length"):
        tables_from(_raw(_with(), left_out={"name-length": "nobody knows"}))


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("kcp", ("kcp", "v1")),
        ("html5_inicis.INIpayTest", ("html5_inicis", "v1")),
        ("KCP_V2", ("kcp", "v2")),
        ("SMARTRO_V2.t_1", ("smartro_v2", "v2")),
        ("", ("unknown", "v1")),
        ("a-new-pg", ("unknown", "v1")),
    ],
)
def test_a_pg_is_known_by_the_codes_of_both_generations(code: str, found: tuple[str, str]):
    assert tables().pg_of(code) == found


def test_no_two_pgs_have_one_code():
    codes = [code for pg in tables().pgs.values() for code in (*pg.v1, *pg.v2)]
    assert len(codes) == len(set(codes)) > 50
