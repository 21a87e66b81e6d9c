"""Fields: reads a JSON object without trusting it.

A required field that is missing or of the wrong type raises Unknown, an impossible value raises ContractViolation, and
an optional field that is unusable counts as unset. Other fields are ignored, so the provider may add some.
"""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final, Self

import attrs

from payments.adapters.http_wire.jsontext import Ambiguous
from payments.domain.errors import BadInput, ContractViolation, Unknown
from payments.domain.money import minor_units

_MAX_TIMESTAMP: Final = 253_402_300_799  # the end of the year 9999, the last one of `datetime`


def cleaned(text: str, max_length: int) -> str:
    """Return at most *max_length* characters of *text*, with NUL and lone surrogates replaced."""
    return text[:max_length].replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


@attrs.frozen
class Fields:
    """A decoded JSON object; `what` is its name in errors."""

    values: Mapping[str, object]
    what: str

    @classmethod
    def of(cls, value: object, what: str) -> Self:
        """Return the fields of *value*. Raises Unknown if it is not an object."""
        if not isinstance(value, dict):
            raise Unknown(f"The provider's answer contains no {what}, so the outcome is unknown.")
        if isinstance(value, Ambiguous):
            raise Unknown(f"A name occurs twice in the provider's {what}, so the outcome is unknown.")
        return cls(value, what)

    def required_text(self, name: str) -> str:
        value = self.values.get(name)
        if not isinstance(value, str):
            raise self._unusable(name)
        return value

    def required_bool(self, name: str) -> bool:
        value = self.values.get(name)
        if not isinstance(value, bool):
            raise self._unusable(name)
        return value

    def required_list(self, name: str) -> list[object]:
        value = self.values.get(name)
        if not isinstance(value, list):
            raise self._unusable(name)
        return value

    def number(self, name: str) -> Decimal:
        value = self.values.get(name)
        if not isinstance(value, Decimal):
            raise self._unusable(name)
        return value

    def whole(self, name: str) -> int:
        """Return a whole number that is not negative, such as a page or a total."""
        value = self.number(name)
        if not value.is_finite() or not 0 <= value < 2**53 or value != value.to_integral_value():
            raise ContractViolation(f"`{name}` of the provider's {self.what} is not a whole number.")
        return int(value)

    def sum(self, name: str, currency: str) -> int:
        """Return an amount of money in minor units."""
        value = self.number(name)
        try:
            return minor_units(value, currency)
        except BadInput as error:
            raise ContractViolation(f"`{name}` of the provider's {self.what} is not an amount of money.") from error

    def text(self, name: str, max_length: int) -> str:
        """Return an optional text, cut to *max_length* characters; empty if unset."""
        value = self.values.get(name)
        return cleaned(value, max_length) if isinstance(value, str) else ""

    def moment(self, name: str) -> datetime | None:
        """Return an optional time, which is sent in UNIX seconds; None if unset (0)."""
        value = self.values.get(name)
        if not isinstance(value, Decimal) or not value.is_finite() or not 0 < value <= _MAX_TIMESTAMP:
            return None
        return datetime.fromtimestamp(math.floor(value), UTC)

    def instant(self, name: str) -> datetime | None:
        """Return an optional time, which is sent as a text of RFC 3339; None if unset or unusable."""
        value = self.values.get(name)
        try:
            found = datetime.fromisoformat(value) if isinstance(value, str) else None
            return found.astimezone(UTC) if found and found.tzinfo else None
        except (ValueError, OverflowError):
            return None

    def _unusable(self, name: str) -> Unknown:
        return Unknown(
            f"`{name}` is missing or of the wrong type in the provider's {self.what}, so the outcome is unknown."
        )
