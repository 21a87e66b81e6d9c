"""What stands before a use case: credentials, limits, threads, idempotency keys, request ids."""
