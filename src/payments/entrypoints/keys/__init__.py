"""Keys of callers, as one process knows them.

├── known_keys   API keys, remembered for a second
└── claims       idempotency keys that requests of this process hold
"""
