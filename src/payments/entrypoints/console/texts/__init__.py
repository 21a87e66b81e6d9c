"""All texts of the console, Korean and English side by side.

├── frame      what stands around each page, log-in, and errors
├── payments   payments and refunds
├── people     messages, operators, keys, and the audit list
└── deeds      what is in the audit list
"""

from collections.abc import Mapping
from typing import Final

from payments.entrypoints.console.texts import deeds, frame, payments, people
from payments.entrypoints.stories.words import Words

TEXTS: Final[Mapping[str, Words]] = {**frame.TEXTS, **payments.TEXTS, **deeds.TEXTS, **people.TEXTS}
