"""Fields: the values of one JSON object of a call, read strictly: V2 refuses what has another type."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import attrs

from payments.entrypoints.sandbox.portone.errors import refused

INT64: Final = 2**63


@attrs.frozen
class Fields:
    """Named values, and where in the call they stand; unknown ones are ignored, and a null is a missing value."""

    values: Mapping[str, Any]
    where: str = ""

    def bad(self, name: str, about: str) -> Exception:
        """Return the 400 that names a field."""
        return refused("INVALID_REQUEST", f"{self.where}{name}: {about}")

    def _value(self, name: str, *, required: bool) -> Any:
        value = self.values.get(name)
        if value is None and required:
            raise self.bad(name, "required")
        return value

    def text(self, name: str, *, required: bool = False) -> str:
        """Return a string, '' if absent."""
        value = self._value(name, required=required)
        if value is None:
            return ""
        if not isinstance(value, str) or (required and not value):
            raise self.bad(name, "a string")
        return value

    def whole(self, name: str, *, required: bool = False, least: int = 0) -> int | None:
        """Return a whole number from *least* on, None if absent."""
        value = self._value(name, required=required)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value < INT64:
            raise self.bad(name, f"a whole number from {least} on")
        return value

    def flag(self, name: str) -> bool | None:
        """Return true or false, None if absent."""
        value = self._value(name, required=False)
        if value is not None and not isinstance(value, bool):
            raise self.bad(name, "true or false")
        return value

    def choice(self, name: str, allowed: Collection[str], *, required: bool = False) -> str:
        """Return one of *allowed*, '' if absent."""
        value = self.text(name, required=required)
        if value and value not in allowed:
            raise self.bad(name, f"one of {', '.join(allowed)}")
        return value

    def choices(self, name: str, allowed: Collection[str]) -> list[str]:
        """Return a list of some of *allowed*, empty if absent."""
        values = self.texts(name)
        if any(value not in allowed for value in values):
            raise self.bad(name, f"some of {', '.join(allowed)}")
        return values

    def texts(self, name: str) -> list[str]:
        """Return a list of strings, empty if absent."""
        value = self._value(name, required=False)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise self.bad(name, "a list of strings")
        return value

    def moment(self, name: str, *, required: bool = False) -> float | None:
        """Return an RFC 3339 time in UNIX seconds, None if absent."""
        text = self.text(name, required=required)
        if not text:
            return None
        try:
            at = datetime.fromisoformat(text)
            return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
        except (ValueError, OverflowError) as error:
            raise self.bad(name, "a time as in RFC 3339") from error

    def inner(self, name: str, *, required: bool = False) -> "Fields":
        """Return an object, an empty one if absent."""
        value = self._value(name, required=required)
        if value is not None and not isinstance(value, dict):
            raise self.bad(name, "an object")
        return Fields(value or {}, f"{self.where}{name}.")

    def has(self, name: str) -> bool:
        """Whether a field has a value."""
        return self.values.get(name) is not None
