"""The tables beside the payments: outbox, API keys, idempotency keys."""
