"""Our providers as backends of python-getpaid-core (extra `getpaid`, Python 3.12 or newer), found by its registry.

processors   a processor for each provider, which its registry finds by its entry point
updates      what the provider's reports mean for a payment that getpaid keeps; it imports nothing of getpaid
accounts     the account that a backend's config describes, with one gateway for each config
errors       our errors as getpaid's

getpaid keeps the payment, its status and its amounts. The provider is asked as our own use cases ask it: a callback is
a hint, and only what the provider answers changes a payment.
"""
