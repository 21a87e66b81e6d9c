"""Payments in a database: SQLite or PostgreSQL, through SQLAlchemy Core.

├── store        open_store: start reading here
├── engine/      connections with safe settings; transactions and their retries; what a database's error means
├── schema/      the tables, how they are named, and `payments db upgrade`; the revisions are in migrations/
├── payments/    the PaymentRepository: statements that read, statements that write, and the rows between
├── side/        the outbox, API keys and idempotency keys
└── move         copies everything from one database to another, and compares the two
"""
