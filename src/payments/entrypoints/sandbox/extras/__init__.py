"""What a store has beside its payments.

├── certifications  Certifications: identity checks, in a window or by a one-time password
├── receipts        Receipts: cash receipts, for payments and for cash taken elsewhere
├── escrows         Escrows: the parcels of escrow payments
└── naver           Naver: product orders and reviews of Naver Pay's order type
"""
