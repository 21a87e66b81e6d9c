"""The payments of one store as Iamport sees them: pure rules over frozen rows, in memory.

├── book        Book: every state of every payment; what buyers, banks, the console and the PG do to them
├── rows        Rows: reading and storing them; Notice: what a webhook reports
├── row         PaymentRow: the 54 properties of a payment, and what Iamport knows but never shows
├── portone     what PortOne V2 knows of a payment beyond that
├── opening     WindowRequest: what `IMP.request_pay` was called with, checked in the original's order
├── paying      what a person does in the payment window
├── cancelling  what a cancel does, and why it may be refused
├── prepared    amounts that are registered before a window opens
├── accounts    virtual accounts that are issued by API
├── paging      sorting, time windows and pages of lists
├── channels    the store's channels with PGs; bank codes, card codes, easy pays
├── ids         everything random, from one seed
└── messages    what the original answers when it refuses, word for word
"""
