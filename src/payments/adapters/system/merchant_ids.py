"""RandomIds: the default MerchantIdPolicy. Names that nobody can guess, out of randomness alone."""

import math
import re
import secrets
import string
from collections.abc import Callable
from typing import Any, Final

import attrs

from payments.domain.errors import BadInput
from payments.domain.values import MerchantId, RefundId

ALPHABET: Final = string.ascii_letters + string.digits
LENGTH: Final = 32
BITS: Final = 128
_PER_CHARACTER: Final = math.log2(len(ALPHABET))
NEEDED: Final = math.ceil(BITS / _PER_CHARACTER)
"""How many random characters hold 128 bits: 22 of the 62."""
REFUND_LENGTH: Final = 16
"""Random characters of a refund's id, 95 bits: it only has to differ from the shop's other refunds."""


def _prefix(_: object, __: object, value: Any) -> None:
    if not isinstance(value, str) or not re.fullmatch(rf"[A-Za-z0-9_-]{{0,{LENGTH - NEEDED}}}", value):
        raise BadInput(
            f"A prefix of merchant ids must have at most {LENGTH - NEEDED} characters of A-Z, a-z, 0-9, _ and -."
        )


@attrs.frozen
class RandomIds:
    """Ids of *prefix* and random letters and digits, 32 in all; the random part never has less than 128 bits.

    `choose` picks one character of the alphabet, each as likely as the others and none to be foreseen.
    """

    prefix: str = attrs.field(default="", validator=_prefix)
    choose: Callable[[str], str] = secrets.choice

    def merchant_id(self) -> MerchantId:
        """Return a new id for a payment."""
        return MerchantId(self.prefix + self._random(LENGTH - len(self.prefix)))

    def refund_id(self) -> RefundId:
        """Return a new id for a refund: `r` and 16 letters and digits."""
        return RefundId("r" + self._random(REFUND_LENGTH))

    def is_ours(self, merchant_id: MerchantId) -> bool:
        """Return whether the id carries this installation's prefix; without a prefix every id is ours."""
        return merchant_id.startswith(self.prefix)

    def _random(self, length: int) -> str:
        return "".join(self.choose(ALPHABET) for _ in range(length))
