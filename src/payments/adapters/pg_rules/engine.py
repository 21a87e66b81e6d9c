"""The loop: which rules a request breaks. All cases of one PG and method are chosen once, and kept."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import attrs

from payments.adapters.pg_rules.checks import CHECKS, FIXES, Check, Request
from payments.adapters.pg_rules.rule import Case, Moment, Rule
from payments.domain.use_cases.channel_rules import Level

_METHOD: Final = "method"


@attrs.frozen
class Broken:
    """A case that a request breaks. `value` is what its field is corrected to, if the level is `fix`."""

    rule: str
    case: Case
    value: Any = None


@attrs.frozen
class _Prepared:
    rule: str
    case: Case
    when: tuple[tuple[str, frozenset[Any]], ...]
    unless: tuple[tuple[str, frozenset[Any]], ...]
    checks: tuple[tuple[str, Check], ...]

    def broken_by(self, request: Request) -> str | None:
        """Return the check that the request breaks. One without the case's field was not asked about it."""
        for key, allowed in self.when:
            if request.get(key) not in allowed:
                return None
        if self.unless and all(request.get(key) in refused for key, refused in self.unless):
            return None
        field = self.case.field
        if field not in request and "always" not in self.case.checks:
            return None
        found = request.get(field)
        for name, breaks in self.checks:
            if breaks(found, request):
                return name
        return None


@attrs.frozen
class Engine:
    """The rules of all PGs; what one PG and method needs is looked up from the second request on."""

    rules: Sequence[Rule]
    _chosen: dict[tuple[str, str, Moment, str], tuple[_Prepared, ...]] = attrs.field(factory=dict, init=False)

    def broken(self, pg: str, api: str, moment: Moment, request: Request) -> list[Broken]:
        """Return what *request* breaks of the rules of *pg* under the generation *api*, in the order of the data.

        What one rule corrects, the next one finds corrected: the last correction of a field is the whole one.
        """
        key = (pg, api, moment, request.get(_METHOD) or "")
        chosen = self._chosen.get(key)
        if chosen is None:
            chosen = self._chosen.setdefault(key, tuple(_chosen(self.rules, *key)))
        found = []
        for one in chosen:
            check = one.broken_by(request)
            if check is not None:
                broken = Broken(one.rule, one.case, _corrected(one.case, check, request))
                request = {**request, one.case.field: broken.value} if broken.value is not None else request
                found.append(broken)
        return found


def cases_of(rules: Iterable[Rule], pg: str, api: str, moment: Moment) -> Iterator[tuple[Rule, Case]]:
    """Return the cases that are asked of *pg* at *moment*, in the order of the data."""
    for rule in rules:
        if rule.moment is moment:
            yield from ((rule, case) for case in rule.cases if case.is_about(pg, api))


def _chosen(rules: Sequence[Rule], pg: str, api: str, moment: Moment, method: str) -> Iterator[_Prepared]:
    for rule, case in cases_of(rules, pg, api, moment):
        when = _allowed(case.when)
        if _METHOD in when and method not in when.pop(_METHOD):
            continue
        checks = tuple((name, CHECKS[name](value)) for name, value in case.checks.items())
        yield _Prepared(rule.id, case, tuple(when.items()), tuple(_allowed(case.unless).items()), checks)


def _allowed(conditions: Mapping[str, Any]) -> dict[str, frozenset[Any]]:
    return {key: frozenset(value if isinstance(value, list) else [value]) for key, value in conditions.items()}


def _corrected(case: Case, check: str, request: Request) -> Any:
    if case.level is not Level.FIX:
        return None
    return FIXES[check](request[case.field], case.checks[check])
