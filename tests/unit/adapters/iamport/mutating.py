"""Answers of a provider, mutated: as JSON (a field, its type, its place) and then as bytes.

mutated   the bytes; `read` reads them as strictly as the product must
Calm      what a transport needs that never waits
"""

import copy
import json
import random
from collections.abc import Callable
from typing import Any, Final, Self

from payments.adapters.http_wire.transport import Deadline

HURTING: Final[tuple[Any, ...]] = (
    *(0, -1, 1, 0.5, 1e308, -1e308, 10**400, 2**53, 999, 1000, 1000.0, "1000", float("nan"), float("inf")),
    *(None, True, False, "", " ", "\x00", "\ud800", "paid", "ready", "cancelled", "failed", "KRW", "USD", "won"),
    *([], {}, [[]], {"amount": 1000}, ["paid"], "a" * 5_000, "m_1", "imp_1", "' OR 1=1 --", "<script>", "١٠٠٠"),
)
RAW_NUMBERS: Final = ("1e999999999", "-1e999999999", "1" * 5_000, "0.0000000001", "00", "1.", "Infinity", "1E+2")
RAW_BYTES: Final = (
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"}",
    b"]",
    b'"',
    b"\\",
    b"{" * 2_000,
    b"[" * 2_000,
    b" " * 99,
)

Path = list[Any]


class Calm:
    """The part of a transport that is the same for every answer: nobody waits."""

    async def pause(self, _: float) -> None:
        """Retry at once."""

    def turn(self) -> Self:
        return self

    async def take(self, _: Deadline) -> bool:
        return True

    def release(self) -> None:
        """Nobody waits."""


def read(body: bytes) -> Any:
    """Return what these bytes say, in JSON without a repeated field; None if they are none."""
    try:
        return json.loads(body, object_pairs_hook=_without_repeats, parse_int=_of_any_length)
    except (ValueError, RecursionError):
        return None


def _of_any_length(digits: str) -> int | str:
    """Return a number; one that is longer than Python reads is of no field that matters here."""
    return int(digits) if len(digits) < 20 else digits


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a field is repeated")
    return dict(pairs)


def mutated(answer: Any, chance: random.Random) -> bytes:
    """Return *answer* as bytes, after at most three mutations of its values and, sometimes, one of its text."""
    value = copy.deepcopy(answer)
    for _ in range(chance.randint(0, 3)):
        value = chance.choice(_OF_VALUES)(value, chance)
    text = json.dumps(value, ensure_ascii=chance.random() < 0.5).encode(errors="surrogatepass")
    return chance.choice(_OF_TEXT)(text, chance) if chance.random() < 0.5 else text


def _paths(value: Any, here: Path) -> list[Path]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [here, *(path for name, each in inner for path in _paths(each, [*here, name]))]


def _at(value: Any, path: Path) -> Any:
    for name in path:
        value = value[name]
    return value


def _put(value: Any, path: Path, new: Any) -> Any:
    if not path:
        return new
    _at(value, path[:-1])[path[-1]] = new
    return value


def _replace(value: Any, chance: random.Random) -> Any:
    return _put(value, chance.choice(_paths(value, [])), copy.deepcopy(chance.choice(HURTING)))


def _wrap(value: Any, chance: random.Random) -> Any:
    path = chance.choice(_paths(value, []))
    return _put(value, path, [_at(value, path)] * chance.randint(1, 3))


def _remove(value: Any, chance: random.Random) -> Any:
    path = chance.choice(_paths(value, []))
    if path:
        del _at(value, path[:-1])[path[-1]]
    return value


def _swap(value: Any, chance: random.Random) -> Any:
    """Put a value from elsewhere, for example an amount where a time should be."""
    paths = _paths(value, [])
    return _put(value, chance.choice(paths), copy.deepcopy(_at(value, chance.choice(paths))))


def _cut(text: bytes, chance: random.Random) -> bytes:
    return text[: chance.randrange(len(text) + 1)]


def _flip(text: bytes, chance: random.Random) -> bytes:
    where = chance.randrange(len(text))
    return text[:where] + bytes([text[where] ^ (1 << chance.randrange(8))]) + text[where + 1 :]


def _insert(text: bytes, chance: random.Random) -> bytes:
    where = chance.randrange(len(text) + 1)
    return text[:where] + chance.choice(RAW_BYTES) + text[where:]


def _repeat_a_key(text: bytes, chance: random.Random) -> bytes:
    """Have a field stand twice in its object, with two values."""
    before, brace, after = text.partition(b"{")
    for _ in range(chance.randint(0, 1)):
        more, again, after = after.partition(b"{")
        before, brace = before + brace + more, again
    name, new = chance.choice(("status", "amount", "code", "merchant_uid")), chance.choice(("paid", 1000, 0, "m_1"))
    return before + brace + json.dumps({name: new}).encode()[1:-1] + b", " + after


def _raw_number(text: bytes, chance: random.Random) -> bytes:
    return text.replace(b"1000", chance.choice(RAW_NUMBERS).encode(), 1)


_OF_VALUES: Final[tuple[Callable[[Any, random.Random], Any], ...]] = (_replace, _replace, _swap, _remove, _wrap)
_OF_TEXT: Final[tuple[Callable[[bytes, random.Random], bytes], ...]] = (
    *(_cut, _flip, _flip, _insert, _repeat_a_key, _raw_number),
)
