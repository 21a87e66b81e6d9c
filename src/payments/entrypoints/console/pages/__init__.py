"""The pages of the console. Each is a function of a visit; no rule of money is in one.

├── signing     log-in, log-out, language
├── today       what was taken and refunded so far, and what needs a person
├── payments    the list of payments, its search, and the list as CSV
├── searching   a search as it is typed, and what it finds
├── filters     searches that an operator has saved
├── payment     one payment, with everything that is known of it
├── refunds     a refund: its confirmation, and the refund itself
├── confirming  a sum that an operator is asked to confirm
├── outside     money that was given back elsewhere
├── actions     look now, cancel, hold a stray
├── messages    messages to the shop that have not arrived
├── reports     what moved in whole days, as a table, a plot, CSV and JSON
├── reconciliation  comparing our books with the providers' lists, and what it found
├── settlements  comparing payout files with our books, and what it found
├── jobs        how far such a comparison is
├── settings    the settings in force, and what `payments check` says
└── people      operators, sessions, API keys, and the audit list
"""

from typing import Final

from payments.entrypoints.console.pages import (
    actions,
    filters,
    jobs,
    messages,
    outside,
    payment,
    payments,
    people,
    reconciliation,
    refunds,
    reports,
    settings,
    settlements,
    signing,
    today,
)
from payments.entrypoints.console.pages.page import Page

PAGES: Final[tuple[Page, ...]] = (
    *signing.PAGES,
    *today.PAGES,
    *payments.PAGES,
    *filters.PAGES,
    *payment.PAGES,
    *refunds.PAGES,
    *outside.PAGES,
    *actions.PAGES,
    *messages.PAGES,
    *reports.PAGES,
    *reconciliation.PAGES,
    *settlements.PAGES,
    *jobs.PAGES,
    *people.PAGES,
    *settings.PAGES,
)

__all__ = ("PAGES", "Page")
