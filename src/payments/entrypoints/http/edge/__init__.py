"""What happens before a use case: authentication, limits, threads, idempotency keys, request ids."""
