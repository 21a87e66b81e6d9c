"""V2's API: each handler is a function of the sandbox and one call.

├── endpoint       PortOneEndpoint: secret, idempotency, lock, faults and journal around a handler; the table
├── table          Line: one line of that table; PortOneCall and Answer
├── access         tokens, banks
├── payments       registering, reading, closing, confirming, sending webhooks again
├── lists          payments by filter and by cursor; events: the movements of money
├── cancels        cancels
├── instant        typed cards, accounts and billing keys at once
├── billing_keys, schedules, cash_receipts
├── shipping       escrow
└── reading        what calls about payments without a window have in common
"""
