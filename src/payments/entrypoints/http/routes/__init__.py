"""The operations: payments, refunds and strays, the provider's callbacks, health."""
