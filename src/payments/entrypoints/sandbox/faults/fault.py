"""Fault: a kind, aimed at a route or at webhooks; as text, as JSON, or as a value.

    cancel:drop@3                   the third cancel is done, and its answer never comes
    find:500@10%                    one in ten look-ups by order fails
    get_payment:missing=status x2   the first two answers lack a field
    webhook:late=60@50%             every other webhook comes a minute later, by the sandbox's clock

A text is `WHERE:WHAT[-done][=VALUE][@N or @P%][xTIMES]`; commas separate several. WHERE is the name of a route, a
pattern of names (`*`, `get_*`), the beginning of some names (`find`), or `webhook`. With `-done` the fault strikes
after the work instead of before it.
"""

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

import attrs

from payments.entrypoints.sandbox.errors import InvalidFault
from payments.entrypoints.sandbox.faults.kind import Kind, Value
from payments.entrypoints.sandbox.faults.kinds import ALL, BY_NAME

WEBHOOK: Final = "webhook"

GRAMMAR: Final = re.compile(
    r"(?P<where>[\w*?\[\]]+):(?P<what>[a-z]+(?:-[a-z]+)*|\d{3}(?:-done)?)(?:=(?P<value>[\w.-]+))?"
    r"(?:@(?P<at>\d+(?:\.\d+)?)(?P<percent>%)?)?(?:\s*x(?P<times>\d+))?",
    re.ASCII,
)
PATTERNS: Final = {
    "": (r"", "no value"),
    "seconds": (r"\d{1,7}(\.\d{1,6})?", "seconds"),
    "status": (r"[45]\d\d", "an HTTP status from 400 to 599"),
    "field": (r"\w{0,64}", "the name of a field"),
    "amount": (r"(\d{1,15}(\.\d{1,4})?)?", "an amount"),
    "states": (r"[1-9]\d?", "a number of changes"),
    "who": (r"(stranger)?", "stranger"),
    "payment": (r"[\w-]{0,64}", "an imp_uid, or a transaction id of V2"),
}


def _text(given: object) -> str:
    return "" if given is None else str(given)


def _whole(least: int) -> Any:
    def check(_: object, field: Any, value: Any) -> None:
        if value is not None and (type(value) is not int or value < least):
            raise InvalidFault(f"`{field.name}` of a fault must be a whole number, {least} or more; got {value!r}")

    return check


@attrs.frozen(kw_only=True)
class Fault:
    """A kind, aimed at the `nth` call that matches, at `percent` of them, or at all; it strikes `times` times at most.

    `value` is written as text; '' means the kind's default. Raises InvalidFault.
    """

    where: str
    what: str
    value: str = attrs.field(default="", converter=_text)
    done: bool = False
    percent: float | None = None
    nth: int | None = attrs.field(default=None, validator=_whole(1))
    times: int | None = attrs.field(default=None, validator=_whole(1))

    def __attrs_post_init__(self) -> None:
        if self.done and not self.kind.either:
            raise InvalidFault(f"{self.what} strikes at one moment only: there is no {self.what}-done")
        pattern, meaning = PATTERNS[self.kind.value]
        if self.value and not re.fullmatch(pattern, self.value, re.ASCII):
            raise InvalidFault(f"after {self.what}= there must be {meaning}; got {self.value!r}")
        if self.percent is not None and not (type(self.percent) in (int, float) and 0 < self.percent <= 100):
            raise InvalidFault(f"`percent` of a fault must be more than 0 and at most 100; got {self.percent!r}")
        if self.percent is not None and self.nth is not None:
            raise InvalidFault("a fault has `percent` or `nth`, not both")

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Fault":
        """Return the fault that a JSON object describes by the names of its fields."""
        names = {field.name for field in attrs.fields(cls)}
        if set(values) - names or not {"where", "what"} <= set(values):
            raise InvalidFault(f"a fault needs `where` and `what`; its fields are: {', '.join(sorted(names))}")
        if not all(isinstance(values[name], str) for name in ("where", "what")):
            raise InvalidFault("`where` and `what` of a fault must be strings")
        if not isinstance(values.get("done", False), bool):
            raise InvalidFault("`done` of a fault must be true or false")
        given = {name: value for name, value in values.items() if value is not None}
        if "percent" in given and not isinstance(given["percent"], bool):
            given["percent"] = _number(given["percent"])
        return cls(**given)

    @property
    def kind(self) -> Kind:
        """What it does. Raises InvalidFault if there is no such kind for calls, or for webhooks."""
        is_for_webhooks = self.where == WEBHOOK
        if self.what in BY_NAME[is_for_webhooks]:
            return BY_NAME[is_for_webhooks][self.what]
        if self.what in BY_NAME[not is_for_webhooks]:
            target = "webhooks" if is_for_webhooks else "calls of the API"
            raise InvalidFault(f"{self.what} does not happen to {target}")
        raise InvalidFault(f"no fault {self.what!r}; there are: {', '.join(dict.fromkeys(kind.name for kind in ALL))}")

    @property
    def setting(self) -> str:
        """The value, or the kind's default."""
        return self.value or self.kind.default

    @property
    def short(self) -> str:
        """What it does, without where and when, as in the journal."""
        return f"{self.what}{'-done' * self.done}{f'={self.value}' if self.value else ''}"

    def __str__(self) -> str:
        at = f"@{self.nth}" if self.nth else f"@{self.percent:g}%" if self.percent else ""
        return f"{self.where}:{self.short}{at}{f'x{self.times}' if self.times else ''}"

    def aims_at(self, name: str, names: frozenset[str]) -> bool:
        """Return whether it strikes the route *name*, one of *names*."""
        begins = self.where not in names and name.startswith(f"{self.where}_")
        return fnmatchcase(name, self.where) or begins


def _number(given: Any) -> float:
    try:
        return float(given)
    except (TypeError, ValueError) as error:
        raise InvalidFault(f"`percent` of a fault must be a number; got {given!r}") from error


def faults_of(text: str) -> list[Fault]:
    """Return the faults that *text* lists. Raises InvalidFault."""
    return [_fault_of(part.strip()) for part in text.split(",") if part.strip()]


def _fault_of(text: str) -> Fault:
    parts = GRAMMAR.fullmatch(text)
    if parts is None:
        raise InvalidFault(f"{text!r} is not a fault: write WHERE:WHAT, as in cancel:drop@3 or find:500@10%")
    what, value, done = parts["what"].removesuffix("-done"), parts["value"] or "", parts["what"].endswith("-done")
    if what.isdigit():
        if value:
            raise InvalidFault(f"{text!r}: a status takes no value")
        what, value = "error", what
    at, nth, percent = parts["at"], None, None
    if at and parts["percent"]:
        percent = float(at)
    elif at:
        if not at.isdigit():
            raise InvalidFault(f"{text!r}: after the @ there must be the number of a call, or a percentage")
        nth = int(at)
    times = int(parts["times"]) if parts["times"] else None
    if times is None and at is None:
        value, times = _times_behind(value, _kind_value(parts["where"], what))
    return Fault(where=parts["where"], what=what, value=value, done=done, percent=percent, nth=nth, times=times)


def _kind_value(where: str, what: str) -> Value:
    kind = BY_NAME[where == WEBHOOK].get(what)
    return kind.value if kind else ""


def _times_behind(value: str, meaning: Value) -> tuple[str, int | None]:
    """Read `20x3` as 20, three times, where it cannot be a value itself: a field may be called `linux3`."""
    parts = re.fullmatch(r"(.+)x([0-9]{1,9})", value)
    if parts is None or re.fullmatch(PATTERNS[meaning][0], value, re.ASCII):
        return value, None
    return parts[1], int(parts[2])
