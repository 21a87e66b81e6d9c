"""The API of the original: each handler is a function of the sandbox and one call.

├── endpoint        Endpoint: token, lock, faults, envelope and journal around a handler; the table of all routes
├── table           Entry: one line of that table
├── changes         tokens, registered amounts, cancels, virtual accounts
├── payments        reading payments; channels, banks and cards
├── customers       billing keys, and payments with a typed card or a key
├── schedules       payments that a key makes later
├── reading         what calls about keys and schedules have in common
├── certifications  identity checks
├── receipts        cash receipts
├── pgs             escrow parcels, PAYCO, Kakao Pay, holders of bank accounts
└── naver           Naver Pay
"""
