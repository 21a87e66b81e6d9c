"""The books: what an operator looks for, and what an accountant adds up.

├── days     a shop's days: from its midnight to the next, in any time zone
├── search   Filter and Period: which payments to list
├── matching what a filter means, as a pure rule about one payment
├── declines how many tries to pay went wrong, and why
├── sums     movements of money, their sums, and the lines of a report
└── comparison  what comparing our books with the providers' lists found
"""
