"""Every rule of the data, by its example: what it refuses, the nearest request that it lets pass, and its sentence."""

import tomllib
from pathlib import Path
from typing import Any, Final

import pytest

from payments.adapters.pg_rules.describing import sentence
from payments.adapters.pg_rules.engine import Broken, Engine
from payments.adapters.pg_rules.loading import tables
from payments.adapters.pg_rules.rule import Rule
from payments.domain.use_cases.channel_rules import Level

EXAMPLES: Final = tomllib.loads((Path(__file__).parent / "examples.toml").read_text(encoding="utf-8"))
RULES: Final = {rule.id: rule for rule in tables().rules}

REFERENCE: Final = """
order-id-length order-id-charset order-name-length order-name-charset order-name-count-suffix buyer-required
customer-id-required method-unsupported method-code gift-type-required amount-min amount-below-1000-option amount-max
currency products-sum tax-free-range tax-free-forbidden tax-free-required vat-unsupported vat-max vat-contract
vbank-due-required vbank-due-format vbank-due-past vbank-due-max vbank-biz-num digital-required digital-mismatch
quota-min-amount quota-list-unsupported quota-list-meaning direct-needs-quota direct-lump-only direct-with-list
escrow-unsupported escrow-with-direct cash-receipt-pair naver-products redirect-url app-scheme window-type billing-reuse
billing-instalment billing-test billing-tax confirm-process customer-uid-charges
cancel-amount cancel-partial-unsupported cancel-partial-contract cancel-partial-count cancel-phone-month cancel-too-old
cancel-refund-account cancel-refund-phone cancel-refund-bank-code cancel-vbank-unsupported cancel-vbank-contract
cancel-hours cancel-tax-free cancel-tax-free-range cancel-vat cancel-requester cancel-unpaid-vbank cancel-async
cancel-refund-email cancel-escrow cancel-repeat-partial cancel-balance cancel-receipt-left cancel-no-such-channel
""".split()
"""Every rule that is known to be worth a check."""


def test_every_known_rule_is_checked_or_left_out_with_a_reason():
    assert sorted([*RULES, *tables().left_out]) == sorted(REFERENCE)
    assert all(len(reason) > 20 for reason in tables().left_out.values())


def test_every_rule_has_an_example():
    assert sorted(EXAMPLES) == sorted(RULES)


def _broken(rule: Rule, example: dict[str, Any], request: dict[str, Any]) -> Broken | None:
    """Return what of *rule* the request breaks at the PG of the example."""
    whole = example.get("also", {}) | request
    found = Engine((rule,)).broken(example["pg"], example.get("api", "v1"), rule.moment, whole)
    return found[0] if found else None


@pytest.mark.parametrize("rule", sorted(EXAMPLES))
def test_the_rule_refuses_its_example_with_its_sentence(rule: str):
    example = EXAMPLES[rule]
    nothing = dict.fromkeys(example.get("refuses_none", ()))
    broken = _broken(RULES[rule], example, example["refuses"] | nothing)
    assert broken
    assert sentence(broken.case, tables().pgs[example["pg"]], "en") == example["en"]


@pytest.mark.parametrize("rule", sorted(EXAMPLES))
def test_the_rule_lets_the_nearest_request_pass(rule: str):
    assert _broken(RULES[rule], EXAMPLES[rule], EXAMPLES[rule]["passes"]) is None


@pytest.mark.parametrize("rule", sorted(EXAMPLES))
def test_the_rule_does_not_ask_about_what_a_request_does_not_have(rule: str):
    fields = {case.field for case in RULES[rule].cases}
    always = any("always" in case.checks for case in RULES[rule].cases)
    request = {key: value for key, value in EXAMPLES[rule].get("also", {}).items() if key not in fields}
    found = Engine(RULES.values()).broken(EXAMPLES[rule]["pg"], "v1", RULES[rule].moment, request)
    assert always or rule not in {one.rule for one in found}


@pytest.mark.parametrize("rule", sorted(EXAMPLES))
def test_both_languages_name_the_same_limits(rule: str):
    for case in RULES[rule].cases:
        used = [{name for name in ("{limit}", "{range}", "{size}") if name in text} for text in (case.en, case.ko)]
        assert used[0] == used[1]
        assert sentence(case, None, "ko") != sentence(case, None, "en")


def test_no_rule_is_certain_of_what_was_only_seen_or_inferred():
    """An error stops a sale, so it needs a document; what depends on nothing but arithmetic is ours to know."""
    inferred = [
        rule.id
        for rule in RULES.values()
        for case in rule.cases
        if case.level is Level.ERROR and case.confidence != "documented"
    ]
    assert inferred == ["vbank-due-past"]
