"""All texts of the console, Korean and English side by side.

├── frame      what stands around each page, log-in, and errors
├── payments   payments and refunds
└── deeds      what is in the audit list
"""

from collections.abc import Mapping
from typing import Final

from payments.entrypoints.console.texts import deeds, frame, payments
from payments.entrypoints.stories.words import Words

TEXTS: Final[Mapping[str, Words]] = {**frame.TEXTS, **payments.TEXTS, **deeds.TEXTS}
