"""How PGs say why an attempt failed."""

import re
from typing import Final

from payments.domain.event import Reason

_LEFT: Final = re.compile(r"사용자\S*\s*(결제\S*\s*)?취소|결제\s*포기|PAY_PROCESS_CANCELED")
"""How PGs say that the buyer closed the window; there is no code for it that all of them use."""


def reason_of(words: str) -> str:
    """Return why an attempt failed: `left` if the buyer closed the window, else the PG's own words."""
    return Reason.LEFT if _LEFT.search(words) else words
