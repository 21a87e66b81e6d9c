"""Billing keys, and payments without a window.

├── billing    Billing: issues keys; pays with a typed card or a key, at once or on schedule
├── customers  Customers: the billing keys, under names that the shop chose (`customer_uid`)
├── schedules  Schedules: payments to be made later, and which of them is due next
└── cards      Card: a typed card, checked as far as a sandbox can check it
"""
