"""Params: the values of one call; read as leniently as the original reads them, and refused with 400 otherwise."""

import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from urllib.parse import parse_qsl

import attrs

from payments.entrypoints.sandbox.errors import CallRefused, Refusal

KEY_PARTS: Final = re.compile(r"[^\[\]]+|\[[^\[\]]*\]")
DEEPEST: Final = 8
TRUE: Final = ("true", "1")


def _no_constant(text: str) -> None:
    raise ValueError(f"{text} is no JSON number")


def decode_json(text: bytes) -> dict[str, Any]:
    """Return a JSON object with its fractions as Decimal. Raises ValueError for anything else."""
    try:
        value = json.loads(text, parse_float=Decimal, parse_constant=_no_constant)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(value, dict):
        raise ValueError("not an object")  # noqa: TRY004 - one error for every unusable body
    return value


def nest(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return form *pairs* as PHP reads them: `a[]` and `a[0]` are lists, `a[b]` an object; blanks lead no name."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        name = key.lstrip(" ")
        first, *rest = KEY_PARTS.findall(name) or [name]
        _put(found, [first, *(part.strip("[]") for part in rest[:DEEPEST])], value)
    return {name: _listed(value) for name, value in found.items()}


def _put(into: dict[str, Any], names: list[str], value: Any) -> None:
    name, *rest = names
    if not rest:
        into[name] = value
        return
    inner = into.setdefault(name, {})
    if isinstance(inner, dict):
        _put(inner, [rest[0] or str(len(inner)), *rest[1:]], value)


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _listed(item) for name, item in value.items()}
    return list(inner.values()) if all(name.isdigit() for name in inner) else inner


def decode_form(text: str) -> dict[str, Any]:
    """Return `application/x-www-form-urlencoded` *text*, or a query, as PHP reads it."""
    return nest(parse_qsl(text, keep_blank_values=True))


@attrs.frozen
class Params:
    """Named values of a body or a query, and the sentence that refuses a bad one."""

    values: Mapping[str, Any]
    refusal_text: str

    def refused(self, name: str) -> CallRefused:
        """Return the 400 that names the parameter."""
        return CallRefused(Refusal(400, -1, self.refusal_text).about(name))

    def text(self, name: str, *, required: bool = False, longest: int | None = None) -> str:
        """Return a string, '' if absent; numbers are taken as their digits."""
        value = self.values.get(name)
        if value is None or isinstance(value, bool | dict | list):
            value = ""
        text = str(value)
        if (required and not text) or (longest is not None and len(text) > longest):
            raise self.refused(name)
        return text

    def number(self, name: str, *, required: bool = False) -> Decimal | None:
        """Return a finite number, also one written as a string; None if absent."""
        value = self.values.get(name)
        if value is None or value == "":
            if required:
                raise self.refused(name)
            return None
        if isinstance(value, bool | dict | list):
            raise self.refused(name)
        try:
            number = Decimal(str(value).strip())
        except InvalidOperation as error:
            raise self.refused(name) from error
        if not number.is_finite() or abs(number) >= Decimal(10) ** 15:
            raise self.refused(name)
        return number

    def whole(self, name: str, default: int | None = None) -> int | None:
        """Return an integer, *default* if absent."""
        number = self.number(name)
        if number is not None and number != number.to_integral_value():
            raise self.refused(name)
        return default if number is None else int(number)

    def flag(self, name: str) -> bool:
        """Return whether a boolean is set: true, "true" or 1."""
        return str(self.values.get(name, "")).lower() in TRUE

    def objects(self, name: str) -> list["Params"]:
        """Return a list of at least one object, each to be read like this one."""
        value = self.values.get(name)
        if not isinstance(value, list) or not value or not all(isinstance(item, dict) for item in value):
            raise self.refused(name)
        return [Params(item, self.refusal_text) for item in value]

    def texts(self, name: str) -> list[str]:
        """Return a repeated value as strings."""
        value = self.values.get(name)
        listed = value if isinstance(value, list) else [] if value in (None, "") else [value]
        return [str(item) for item in listed]
