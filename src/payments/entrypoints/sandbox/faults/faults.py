"""Fault: one way to be bad, where and when; as text, as JSON, or as a value.

    cancel:drop@3                   the third cancel is done, and its answer never comes
    find:500@10%                    one in ten look-ups by order fails
    get_payment:missing=status x2   the first two looks lack a field
    webhook:late=60@50%             every other webhook comes a minute later, by the sandbox's clock

A text is `WHERE:WHAT[-done][=VALUE][@N or @P%][xTIMES]`; several are separated by commas. WHERE is the name of a route,
a pattern of names (`*`, `get_*`), the beginning of some (`find`), or `webhook`. `-done` strikes after the work, not
before it.

Kind, KINDS     the ways there are
Fault           one of them, aimed
faults_of       what a text says
"""

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any, Final, Literal

import attrs

WEBHOOK: Final = "webhook"


class FaultError(ValueError):
    """A fault that cannot be: its sentence says why, and what can."""


@attrs.frozen(kw_only=True)
class Kind:
    """One way to be bad. `value` says what stands behind the `=`; `either` whether it can come before the work too."""

    name: str
    about: str
    value: Literal["", "seconds", "status", "field", "amount", "states", "who"] = ""
    default: str = ""
    either: bool = False
    at: tuple[str, ...] = ("route",)


ALL_KINDS: Final = (
    Kind(name="refuse", about="reset the connection; nothing is done"),
    Kind(name="drop", about="do the work and close the connection without a word; lose the webhook", at=("both",)),
    Kind(name="cut", about="do the work and close the connection halfway through the answer"),
    Kind(name="delay", about="wait so long, by real time", value="seconds", default="5", either=True),
    Kind(name="drip", about="answer one byte at a time, so far apart", value="seconds", default="0.05"),
    Kind(name="error", about="answer an HTTP status from 400 to 599", value="status", default="500", either=True),
    Kind(name="html", about="answer a page of HTML with this status", value="status", default="502", either=True),
    Kind(name="truncated", about="answer half of the JSON"),
    Kind(name="garbage", about="answer bytes that are no JSON"),
    Kind(name="missing", about="leave a field out, any or the one named", value="field"),
    Kind(name="ill-typed", about="give a field, any or the one named, another type", value="field"),
    Kind(name="token", about="let the access token expire just before the call"),
    Kind(name="stale", about="show payments as they stood so many changes ago", value="states", default="1"),
    Kind(name="late-approval", about="the PG approves the failed payment that the call is about", either=True),
    Kind(name="console-refund", about="somebody refunds it in the console", value="amount", either=True),
    Kind(name="second-tab", about="its order is paid once more, in another tab", either=True),
    Kind(name="late", about="send it later, by the sandbox's clock", value="seconds", default="60", at=(WEBHOOK,)),
    Kind(name="twice", about="send it twice", at=(WEBHOOK,)),
    Kind(name="reordered", about="send it after the next one, or a minute later", at=(WEBHOOK,)),
    Kind(name="forged", about="send a lie before it; =stranger: about no payment", value="who", at=(WEBHOOK,)),
)
KINDS: Final[Mapping[str, Kind]] = {kind.name: kind for kind in ALL_KINDS}

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
}


def _text(given: object) -> str:
    return "" if given is None else str(given)


def _whole(least: int) -> Any:
    def check(_: object, field: Any, value: Any) -> None:
        if value is not None and (type(value) is not int or value < least):
            raise FaultError(f"a fault's `{field.name}` is a whole number, {least} or more")

    return check


@attrs.frozen(kw_only=True)
class Fault:
    """A fault, aimed: at the `nth` call that matches, at `percent` of them, or at all; `times` times at most.

    Raises FaultError for what cannot be. `value` is written as text; '' takes the kind's default.
    """

    where: str
    what: str
    value: str = attrs.field(default="", converter=_text)
    done: bool = False
    percent: float | None = None
    nth: int | None = attrs.field(default=None, validator=_whole(1))
    times: int | None = attrs.field(default=None, validator=_whole(1))

    def __attrs_post_init__(self) -> None:
        if self.what not in KINDS:
            raise FaultError(f"no fault {self.what!r}; there are: {', '.join(KINDS)}")
        kind = KINDS[self.what]
        side = WEBHOOK if self.where == WEBHOOK else "route"
        if side not in kind.at and "both" not in kind.at:
            raise FaultError(f"{self.what} does not happen to {'webhooks' if side == WEBHOOK else 'calls of the API'}")
        if self.done and not kind.either:
            raise FaultError(f"{self.what} has its one moment: there is no {self.what}-done")
        pattern, meaning = PATTERNS[kind.value]
        if self.value and not re.fullmatch(pattern, self.value, re.ASCII):
            raise FaultError(f"behind {self.what}= stands {meaning}, not {self.value!r}")
        if self.percent is not None and not (type(self.percent) in (int, float) and 0 < self.percent <= 100):
            raise FaultError("a fault's `percent` is more than 0 and at most 100")
        if self.percent is not None and self.nth is not None:
            raise FaultError("a fault has `percent` or `nth`, not both")

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Fault":
        """Return the fault that a JSON object describes by the names of its fields."""
        names = {field.name for field in attrs.fields(cls)}
        if set(values) - names or not {"where", "what"} <= set(values):
            raise FaultError(f"a fault needs where and what, and may have: {', '.join(sorted(names))}")
        if not all(isinstance(values[name], str) for name in ("where", "what")):
            raise FaultError("where and what of a fault are texts")
        if not isinstance(values.get("done", False), bool):
            raise FaultError("done of a fault is true or false")
        given = {name: value for name, value in values.items() if value is not None}
        if "percent" in given and not isinstance(given["percent"], bool):
            given["percent"] = _number(given["percent"])
        return cls(**given)

    @property
    def setting(self) -> str:
        """The value, or the kind's default."""
        return self.value or KINDS[self.what].default

    @property
    def short(self) -> str:
        """What it does, without where and when: as the journal notes it."""
        return f"{self.what}{'-done' * self.done}{f'={self.value}' if self.value else ''}"

    def __str__(self) -> str:
        at = f"@{self.nth}" if self.nth else f"@{self.percent:g}%" if self.percent else ""
        return f"{self.where}:{self.short}{at}{f'x{self.times}' if self.times else ''}"

    def aims_at(self, name: str, names: frozenset[str]) -> bool:
        """Whether it is meant for the route *name*, one of *names*."""
        begins = self.where not in names and name.startswith(f"{self.where}_")
        return fnmatchcase(name, self.where) or begins


def _number(given: Any) -> float:
    try:
        return float(given)
    except (TypeError, ValueError) as error:
        raise FaultError("a fault's `percent` is a number") from error


def faults_of(text: str) -> list[Fault]:
    """Return the faults that *text* lists. Raises FaultError."""
    return [_fault_of(part.strip()) for part in text.split(",") if part.strip()]


def _fault_of(text: str) -> Fault:
    said = GRAMMAR.fullmatch(text)
    if said is None:
        raise FaultError(f"{text!r} is no fault: write WHERE:WHAT, as in cancel:drop@3 or find:500@10%")
    what, value, done = said["what"].removesuffix("-done"), said["value"] or "", said["what"].endswith("-done")
    if what.isdigit():
        if value:
            raise FaultError(f"{text!r}: a status has no value")
        what, value = "error", what
    at, nth, percent = said["at"], None, None
    if at and said["percent"]:
        percent = float(at)
    elif at:
        if not at.isdigit():
            raise FaultError(f"{text!r}: behind the @ stands the number of a call, or per cent")
        nth = int(at)
    times = int(said["times"]) if said["times"] else None
    return Fault(where=said["where"], what=what, value=value, done=done, percent=percent, nth=nth, times=times)
