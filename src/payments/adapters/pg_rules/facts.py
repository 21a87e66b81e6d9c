"""Cases that follow from the facts of the PGs, so that a limit stands in one place."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from payments.adapters.pg_rules.codes import Codes
from payments.adapters.pg_rules.rule import Pg

Row = dict[str, Any]


def _methods(pgs: Iterable[Pg], _: Codes) -> Iterator[Row]:
    for pg in pgs:
        if pg.methods:
            yield _row(pg, one_of=sorted(pg.methods), unless={"method": "gift_certificate"})


def _currencies(pgs: Iterable[Pg], _: Codes) -> Iterator[Row]:
    for pg in pgs:
        if pg.currencies:
            yield _row(pg, one_of=sorted(pg.currencies))


def _limits(fact: str, check: str) -> Callable[[Iterable[Pg], Codes], Iterator[Row]]:
    def rows(pgs: Iterable[Pg], _: Codes) -> Iterator[Row]:
        for pg in pgs:
            for method, limit in getattr(pg, fact).items():
                yield _row(pg, when={"method": method, "currency": "KRW"}, **{check: limit})

    return rows


def _banks(pgs: Iterable[Pg], codes: Codes) -> Iterator[Row]:
    for pg in pgs:
        spellings = codes.spellings(pg.banks)
        if any(code != spelled for code, spelled in spellings.items()):
            yield _row(pg, api="v1", spelled=spellings)


def _row(pg: Pg, **rest: Any) -> Row:
    return {"pg": [pg.key], "source": pg.source, **rest}


FACTS: Final[Mapping[str, Callable[[Iterable[Pg], Codes], Iterator[Row]]]] = {
    "methods": _methods,
    "currencies": _currencies,
    "minimums": _limits("minimums", "at_least"),
    "maximums": _limits("maximums", "at_most"),
    "banks": _banks,
}
