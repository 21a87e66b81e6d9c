"""tables: the tables of the data, read once and typed. A row without a source, or that nobody can check, is refused.

A rule with `fact = "minimums"` has one more case for each PG whose facts name minimums: see `facts`.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

import attrs

from payments.adapters.pg_rules.checks import CHECKS, FIXES
from payments.adapters.pg_rules.codes import Codes, codes_of
from payments.adapters.pg_rules.facts import FACTS
from payments.adapters.pg_rules.rule import ANY, UNKNOWN, Case, Confidence, Moment, Pg, Rule
from payments.domain.errors import BadInput
from payments.domain.use_cases.channel_rules import Level

RULE_FILES: Final = ("orders", "amounts", "options", "billing", "refunds")
_CASE_KEYS: Final = frozenset(
    {"pg", "not_pg", "api", "when", "unless", "field", "level", "en", "ko", "source", "confidence", "encoding"}
)
_RULE_KEYS: Final = frozenset({"id", "moment", "field", "level", "en", "ko", "cases", "fact"})


@attrs.frozen(kw_only=True)
class Tables:
    """Everything that is known: the PGs, the rules, the codes, the sources, and why some rules are not checked."""

    pgs: Mapping[str, Pg]
    rules: tuple[Rule, ...]
    codes: Codes
    sources: Mapping[str, str]
    left_out: Mapping[str, str]

    def pg_of(self, code: str) -> tuple[str, str]:
        """Return the PG and the generation ("v1" or "v2") of PortOne's *code*, e.g. `kcp` or `KCP_V2.T0000`."""
        name = code.partition(".")[0]
        for pg in self.pgs.values():
            if name in pg.v2:
                return pg.key, "v2"
            if name in pg.v1:
                return pg.key, "v1"
        return UNKNOWN, "v1"


@cache
def tables() -> Tables:
    """Return the tables that come with this library."""
    raw = {name: _read(name) for name in ("sources", "pgs", "left_out", "codes", *RULE_FILES)}
    return tables_from(raw)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("data", f"{name}.toml").read_text(encoding="utf-8"))


def tables_from(raw: Mapping[str, Mapping[str, Any]]) -> Tables:
    """Return the tables in *raw*, by file. Raises BadInput that names the row which is wrong."""
    sources = dict(raw["sources"])
    pgs = {key: _pg(key, row, sources) for key, row in raw["pgs"].items()}
    codes = codes_of(raw["codes"])
    rows = [row for name in RULE_FILES for row in raw[name].get("rule", [])]
    rules = tuple(_rule(row, pgs, codes, sources) for row in rows)
    ids = [rule.id for rule in rules]
    if twice := {one for one in ids if ids.count(one) > 1 or one in raw["left_out"]}:
        raise BadInput(f"Rules stand twice: {', '.join(sorted(twice))}.")
    return Tables(pgs=pgs, rules=rules, codes=codes, sources=sources, left_out=dict(raw["left_out"]))


def _pg(key: str, row: Mapping[str, Any], sources: Mapping[str, str]) -> Pg:
    fields = {field.name for field in attrs.fields(Pg)} - {"key"}
    if unknown := row.keys() - fields:
        raise BadInput(f"The PG {key} has unknown facts: {', '.join(sorted(unknown))}.")
    _check_source(f"The PG {key}", row, sources)
    facts: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
    return Pg(key=key, **facts)


def _rule(row: Mapping[str, Any], pgs: Mapping[str, Pg], codes: Codes, sources: Mapping[str, str]) -> Rule:
    name = f"The rule {row.get('id', '?')}"
    if row.keys() - _RULE_KEYS or not row.get("id"):
        raise BadInput(f"{name} has unknown keys, or no id.")
    cases = [_case(name, row, case, pgs, codes, sources) for case in row["cases"]]
    if "fact" in row:
        facts = FACTS[row["fact"]](pgs.values(), codes)
        cases += [_case(name, row, fact, pgs, codes, sources) for fact in facts]
    if not cases:
        raise BadInput(f"{name} has no case.")
    return Rule(id=row["id"], moment=Moment(row["moment"]), en=row["en"], ko=row["ko"], cases=tuple(cases))


def _case(
    name: str,
    rule: Mapping[str, Any],
    row: Mapping[str, Any],
    pgs: Mapping[str, Pg],
    codes: Codes,
    sources: Mapping[str, str],
) -> Case:
    whole = {key: rule[key] for key in ("field", "level", "en", "ko") if key in rule} | dict(row)
    checks = {key: value for key, value in row.items() if key not in _CASE_KEYS}
    if "banks_of" in checks:
        checks = {"one_of": codes.banks_of[checks["banks_of"]]}
    _check_source(name, row, sources)
    _check_row(name, whole, checks, pgs)
    if "max_bytes" in checks:
        checks["max_bytes"] = (checks["max_bytes"], row.get("encoding", "euc-kr"))
    return Case(
        field=whole["field"],
        checks=checks,
        level=Level(whole["level"]),
        en=whole["en"],
        ko=whole["ko"],
        source=row["source"],
        confidence=Confidence(row.get("confidence", Confidence.DOCUMENTED)),
        pgs=frozenset(row["pg"]),
        not_pgs=frozenset(row.get("not_pg", ())),
        api=row.get("api", ""),
        when=dict(row.get("when", {})),
        unless=dict(row.get("unless", {})),
    )


def _check_source(name: str, row: Mapping[str, Any], sources: Mapping[str, str]) -> None:
    named = [one.strip() for one in str(row.get("source", "")).split(",") if one.strip()]
    if not named:
        raise BadInput(f"{name} has a row without a source: {dict(row)}.")
    if unknown := {one for one in named if _tag(one) not in sources}:
        raise BadInput(f"{name} names unknown sources: {', '.join(sorted(unknown))}.")


def _tag(source: str) -> str:
    tag = source.partition("/")[0]
    return "C1" if tag == "C1v" else tag


def _check_row(name: str, whole: Mapping[str, Any], checks: Mapping[str, Any], pgs: Mapping[str, Pg]) -> None:
    if not checks or checks.keys() - CHECKS.keys():
        raise BadInput(f"{name} has a case whose condition nobody can check: {sorted(checks) or 'none'}.")
    if not all(isinstance(whole.get(language), str) and whole[language] for language in ("en", "ko")):
        raise BadInput(f"{name} must have a sentence in both languages.")
    if whole.get("level") not in list(Level) or whole.get("confidence", "documented") not in list(Confidence):
        raise BadInput(f"{name} has an unknown level or confidence.")
    if whole["level"] == Level.FIX and checks.keys() - FIXES.keys():
        raise BadInput(f"{name} has the level fix, but nothing corrects {', '.join(sorted(checks))}.")
    named = {*whole.get("pg", ()), *whole.get("not_pg", ())}
    if not whole.get("pg") or named - pgs.keys() - {ANY, UNKNOWN} or whole.get("api", "") not in ("", "v1", "v2"):
        raise BadInput(f"{name} has a case of no PG, or of one that the facts do not have.")
