"""The typed rows of the tables: Pg is one company, Rule one rule, Case one condition of a rule for some PGs."""

from collections.abc import Mapping, Set
from enum import StrEnum
from typing import Any, Final

import attrs

from payments.domain.use_cases.channel_rules import Level

UNKNOWN: Final = "unknown"
"""The PG of a channel whose settings name none: it gets the cautious defaults."""
ANY: Final = "*"


class Moment(StrEnum):
    """When a rule is asked: before a window opens, before a refund, and when a billing key is issued or charged."""

    PAYMENT = "payment"
    REFUND = "refund"
    BILLING_KEY = "billing_key"
    BILLING = "billing"


class Confidence(StrEnum):
    """How sure a fact is: PortOne or the PG says so, somebody saw it, or it follows from other facts."""

    DOCUMENTED = "documented"
    OBSERVED = "observed"
    INFERRED = "inferred"


@attrs.frozen(kw_only=True)
class Pg:
    """One payment company, under the key that rules use. `v1` and `v2` are PortOne's codes of it."""

    key: str
    ko: str
    en: str
    source: str
    v1: tuple[str, ...] = ()
    v2: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    gifts: tuple[str, ...] = ()
    currencies: tuple[str, ...] = ()
    minimums: Mapping[str, int] = attrs.field(factory=dict)
    maximums: Mapping[str, int] = attrs.field(factory=dict)
    banks: str = ""
    test: str = ""


@attrs.frozen(kw_only=True)
class Case:
    """A condition of a rule. It is asked of `pgs` (without `not_pgs`) by `api` ("" for both generations).

    It applies to a request that has all of `when` and not all of `unless`; then each of `checks` must hold of `field`.
    """

    field: str
    checks: Mapping[str, Any]
    level: Level
    en: str
    ko: str
    source: str
    confidence: Confidence = Confidence.DOCUMENTED
    pgs: frozenset[str]
    not_pgs: frozenset[str] = frozenset()
    api: str = ""
    when: Mapping[str, Any] = attrs.field(factory=dict)
    unless: Mapping[str, Any] = attrs.field(factory=dict)

    def is_about(self, pg: str, api: str) -> bool:
        """Return whether it is asked of *pg*, called by the generation *api*."""
        named = ANY in self.pgs or pg in self.pgs
        return named and pg not in self.not_pgs and self.api in ("", api)

    def is_asked_with(self, fields: Set[str]) -> bool:
        """Return whether a request that has *fields* is asked about it; else only the shop's own code can know."""
        return ("always" in self.checks or self.field in fields) and self.when.keys() <= fields


@attrs.frozen(kw_only=True)
class Rule:
    """One rule: its public id, and its cases. `en` and `ko` are the sentences of cases that bring none of their own."""

    id: str
    moment: Moment
    en: str
    ko: str
    cases: tuple[Case, ...]
