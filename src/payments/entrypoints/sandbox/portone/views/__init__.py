"""How V2 shows what is in the book.

├── payment  Views: the payment, and its attempts
├── method   how it was paid
├── listing  which payments a filter lists
├── paging   pages of lists
└── moments  times, and objects without nulls
"""
