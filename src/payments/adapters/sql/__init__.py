"""Payments in a database: SQLite or PostgreSQL, through SQLAlchemy Core.

├── store        open_store: the way in
├── payments, outbox, access    the ports
├── reading, writing, rows      statements and mappers of payments
├── tables, side_tables         what is stored; naming, moment: what tables are made with
├── database     transactions: who waits, what is run again; failures: what an error means
├── engine, sqlite, postgresql  safe settings of each database; forks: a child connects anew
├── schema, migrations          its revisions, and `payments db upgrade`
└── move         from one database to another, checked
"""
