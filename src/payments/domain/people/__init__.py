"""The shop's people: operators with their sessions, and the list of what they did.

├── operators   Operator, Session, and the port where they are kept
├── audit       AuditEntry, the chain of hashes, and the port of the audit list
└── ports       People: both of them over one store
"""
