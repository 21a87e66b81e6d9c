"""Fields: reading a JSON object that anybody may have written.

A required field that is missing or of another type means that we cannot tell (Unknown); one that contradicts itself
breaks the contract (ContractViolation); an optional one that is unusable counts as unset. Fields nobody asks for are
never looked at, so the provider may add some.
"""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final, Self

import attrs

from payments.domain.errors import BadInput, ContractViolation, Unknown
from payments.domain.money import minor_units

_LAST_MOMENT: Final = 253_402_300_799  # the end of the year 9999, where our calendar ends


def cleaned(text: str, most: int) -> str:
    """Return at most *most* characters of *text*, without what a database refuses: NUL and halves of characters."""
    return text[:most].replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


@attrs.frozen
class Fields:
    """A JSON object as it was decoded; `what` names it in errors."""

    values: Mapping[str, object]
    what: str

    @classmethod
    def of(cls, value: object, what: str) -> Self:
        """Raises Unknown unless *value* is an object."""
        if not isinstance(value, dict):
            raise Unknown(f"The provider's answer holds no {what}, so its outcome is unknown.")
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
        """Return a whole number of at least 0, as pages and totals are counted."""
        value = self.number(name)
        if not value.is_finite() or not 0 <= value < 2**53 or value != value.to_integral_value():
            raise ContractViolation(f"The provider counts `{name}` of a {self.what} in numbers that are none.")
        return int(value)

    def sum(self, name: str, currency: str) -> int:
        """Return a sum of money in minor units."""
        value = self.number(name)
        try:
            return minor_units(value, currency)
        except BadInput as error:
            raise ContractViolation(f"`{name}` of the provider's {self.what} is not a sum of money.") from error

    def text(self, name: str, most: int) -> str:
        """Return an optional text, cut to *most* characters; empty when unset."""
        value = self.values.get(name)
        return cleaned(value, most) if isinstance(value, str) else ""

    def moment(self, name: str) -> datetime | None:
        """Return an optional time, which travels as UNIX seconds; None when unset (0)."""
        value = self.values.get(name)
        if not isinstance(value, Decimal) or not value.is_finite() or not 0 < value <= _LAST_MOMENT:
            return None
        return datetime.fromtimestamp(math.floor(value), UTC)

    def _unusable(self, name: str) -> Unknown:
        return Unknown(f"`{name}` is missing or of a wrong type in the provider's {self.what}; the outcome is unknown.")
