"""What is stored beside the payments: the outbox, API keys and idempotency keys."""
