"""V2's webhooks.

├── face        PortOneFace: what they say, where they go, when they are repeated
├── signing     Standard Webhooks
├── shown       what became of them, as a payment shows it
└── confirming  asks the shop's `confirmUrl` before a payment is approved
"""
