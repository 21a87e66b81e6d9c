"""Ids: everything random in the sandbox comes from one seed, so that a run can be repeated."""

import random
import uuid


class Ids:
    """A stream of made-up identifiers; the same *seed* gives the same stream, None a new one each time."""

    def __init__(self, seed: int | str | None = None) -> None:
        self._random = random.Random(None if seed is None else f"{seed}:ids")  # noqa: S311 - play money, not secrets

    def digits(self, count: int) -> str:
        """Return *count* decimal digits."""
        return "".join(self._random.choices("0123456789", k=count))

    def imp_uid(self, prefix: str = "imp") -> str:
        """Return `imp_` (window) or `imps_` (made by API) and 12 digits, as observed."""
        return f"{prefix}_{self.digits(12)}"

    def token(self) -> str:
        """Return 40 lowercase hexadecimal characters."""
        return f"{self._random.getrandbits(160):040x}"

    def uuid(self) -> str:
        """Return a UUID for cancellations and channel keys."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def fraction(self) -> float:
        """Return a number from 0 to 1."""
        return self._random.random()
