"""The conditions that a case of a rule may name. Each returns whether what was found *breaks* it.

All of them but `required`, `given` and `always` pass what is not there.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

Request = Mapping[str, Any]
Check = Callable[[Any, Request], bool]

EUC_KR: Final = "cp949"


def size(text: str, encoding: str) -> int:
    """Return the bytes of *text*; in EUC-KR a character that it does not have counts as in UTF-8."""
    if encoding == "utf-8":
        return len(text.encode())
    return sum(len(c.encode(EUC_KR, "ignore")) or len(c.encode("utf-8", "replace")) for c in text)


def cut(text: str, most: int, encoding: str = "") -> str:
    """Return *text* cut to *most* characters, or to as many bytes of *encoding*."""
    text = text[:most]
    while encoding and size(text, encoding) > most:
        text = text[:-1]
    return text.rstrip()


def without(text: str, characters: str) -> str:
    """Return *text* with a blank instead of each of *characters*."""
    return " ".join("".join(" " if one in characters else one for one in text).split())


def _is_encodable(text: str) -> bool:
    try:
        text.encode(EUC_KR)
    except UnicodeEncodeError:
        return False
    return True


def _compare(broken: Callable[[Any, Any], bool]) -> Callable[[Any], Check]:
    return lambda limit: lambda found, _: found is not None and broken(found, limit)


def _compare_field(broken: Callable[[Any, Any], bool]) -> Callable[[Any], Check]:
    def check(field: str) -> Check:
        def breaks(found: Any, request: Request) -> bool:
            other = request.get(field)
            return found is not None and other is not None and broken(found, other)

        return breaks

    return check


def _pattern(pattern: str) -> Check:
    fullmatch = re.compile(pattern).fullmatch
    return lambda found, _: bool(found) and not fullmatch(found)


def _matches_not(pattern: str) -> Check:
    search = re.compile(pattern).search
    return lambda found, _: bool(found) and search(found) is not None


def _has_none_of(characters: str) -> Check:
    return _matches_not(f"[{re.escape(characters)}]")


def _max_bytes(limit: tuple[int, str]) -> Check:
    most, encoding = limit
    least_bytes = 3 if encoding == "utf-8" else 2  # a short text needs no counting

    def breaks(found: Any, _: Request) -> bool:
        return bool(found) and len(found) * least_bytes > most and size(found, encoding) > most

    return breaks


CHECKS: Final[Mapping[str, Callable[[Any], Check]]] = {
    "always": lambda _: lambda *_: True,
    "required": lambda _: lambda found, _: not found,
    "given": lambda _: lambda found, _: found is None,
    "absent": lambda _: lambda found, _: found is not None and found is not False,
    "forbidden": lambda _: lambda found, _: bool(found),
    "min_chars": _compare(lambda found, limit: len(found) < limit),
    "max_chars": _compare(lambda found, limit: len(found) > limit),
    "max_bytes": _max_bytes,
    "pattern": _pattern,
    "matches_not": _matches_not,
    "without": _has_none_of,
    "encodable": lambda _: lambda found, _: bool(found) and not _is_encodable(found),
    "one_of": _compare(lambda found, limit: found not in limit),
    "none_of": _compare(lambda found, limit: found in limit),
    "at_least": _compare(lambda found, limit: found < limit),
    "at_most": _compare(lambda found, limit: found > limit),
    "more_than": _compare(lambda found, limit: found <= limit),
    "below": _compare(lambda found, limit: found >= limit),
    "equals_field": _compare_field(lambda found, other: found != other),
    "at_least_field": _compare_field(lambda found, other: found < other),
    "at_most_field": _compare_field(lambda found, other: found > other),
    "at_most_tenth_of": _compare_field(lambda found, other: found * 10 > other),
    "spelled": _compare(lambda found, spellings: spellings.get(found, found) != found),
}
"""From the word in the data to what makes the check, given the value in the data."""

FIXES: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "without": without,
    "encodable": lambda found, _: "".join(one for one in found if _is_encodable(one)),
    "max_chars": cut,
    "max_bytes": lambda found, limit: cut(found, *limit),
    "spelled": lambda found, spellings: spellings[found],
}
"""What corrects a value that breaks a check, where that is safe. Rules of the level `fix` name only these."""
