"""HTTP to a provider: what the adapters of all providers share.

├── transport            the port: one request, one deadline; what goes wrong is NotSent or Unknown
├── requests_transport   for threads; `connection` gives a whole answer one deadline
├── loop_transport       for an event loop, over aiohttp
├── jsontext             JSON whose numbers are Decimal
└── fields               reads a JSON object without trusting it
"""
