"""The pages of the console. Each is a function of a visit; no rule of money is in one.

├── signing     log-in, log-out, language
├── payments    the list of payments, its search, and the list as CSV
├── payment     one payment, with everything that is known of it
├── refunds     a refund: its confirmation, and the refund itself
├── actions     look now, cancel, hold a stray
├── messages    messages to the shop that have not arrived
└── people      operators, sessions, API keys, and the audit list
"""

from typing import Final

from payments.entrypoints.console.pages import actions, messages, payment, payments, people, refunds, signing
from payments.entrypoints.console.pages.page import Page

PAGES: Final[tuple[Page, ...]] = (
    *signing.PAGES,
    *payments.PAGES,
    *payment.PAGES,
    *refunds.PAGES,
    *actions.PAGES,
    *messages.PAGES,
    *people.PAGES,
)

__all__ = ("PAGES", "Page")
