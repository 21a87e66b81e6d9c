"""Encodes and decodes JSON. Numbers are Decimal, because a float cannot hold every amount of money."""

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from payments.domain.errors import Unknown


class Ambiguous(dict[str, object]):
    """An object in which some name occurs twice, so that two readers may take it for two different things."""


Value = str | Decimal | Mapping[str, str]
Body = Mapping[str, Value]
"""The fields of a request's body: texts, numbers, and objects of texts."""


def decoded(body: bytes) -> object:
    """Return the JSON value with every number, also NaN and Infinity, as Decimal. Raises Unknown.

    A number beyond Decimal is NaN, so that it is the trouble of its own row and hides no other.
    """
    try:
        return json.loads(
            body.decode(), parse_float=_number, parse_int=_number, parse_constant=Decimal, object_pairs_hook=_object
        )
    except (ValueError, RecursionError) as error:
        raise Unknown("The provider's answer is not JSON, so the outcome is unknown.") from error


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    return fields if len(fields) == len(pairs) else Ambiguous(fields)


def _number(literal: str) -> Decimal:
    try:
        return Decimal(literal)
    except InvalidOperation:
        return Decimal("NaN")


def encoded(fields: Body) -> bytes:
    """Return a JSON object. Amounts are written exactly, for example 1000 or 19.99."""
    pairs = (f"{json.dumps(name)}:{_literal(value)}" for name, value in fields.items())
    return f"{{{','.join(pairs)}}}".encode()


def _literal(value: Value) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else json.dumps(value)
