"""All texts of the console, Korean and English side by side.

├── frame      what stands around each page, log-in, and errors
├── today      the front page
├── payments   payments and refunds
├── books      reports and reconciliation
├── settlements  settlement files, and comparisons that run
├── people     messages, operators, keys, and the audit list
├── settings   the page of settings
└── deeds      what is in the audit list
"""

from collections.abc import Mapping
from typing import Final

from payments.entrypoints.console.texts import books, deeds, frame, payments, people, settings, settlements, today
from payments.entrypoints.stories.words import Words

TEXTS: Final[Mapping[str, Words]] = {
    **frame.TEXTS,
    **today.TEXTS,
    **payments.TEXTS,
    **books.TEXTS,
    **settlements.TEXTS,
    **deeds.TEXTS,
    **people.TEXTS,
    **settings.TEXTS,
}
