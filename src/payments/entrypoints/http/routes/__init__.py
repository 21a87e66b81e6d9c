"""The operations: payments, refunds and strays, the provider's hints, health."""
