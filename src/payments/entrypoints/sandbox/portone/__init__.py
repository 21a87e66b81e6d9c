"""The V2 face of the sandbox's store, without HTTP: the same book of money in V2's words.

├── portone    PortOne: its parts, what tests do, and the views; `sandbox.portone`
├── book/      what happens to payments: opening, registering, cancelling, minor units
├── billing/   billing keys, payments without a window, schedules
├── receipts   cash receipts
├── views/     how payments and lists are shown
├── webhooks/  how V2 words, signs and repeats its webhooks, and asks a shop's confirmUrl
├── asking     what a page asks `PortOne` for
├── access     the secret, tokens, and the answers by idempotency key
└── fields, errors, envelope   reading a call strictly; refusals by type; answers

Its API is in `api/portone/`, its browser side in `web/portone/`.
"""
