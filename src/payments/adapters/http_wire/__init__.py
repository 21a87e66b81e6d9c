"""HTTP to a provider: what the adapters of all providers share.

├── transport            the port: one request, one deadline; what goes wrong is NotSent or Unknown
├── requests_transport   for threads; `connection` gives a whole answer one deadline
├── loop_transport       for an event loop, over aiohttp
├── owned                who closes the connections
├── calling              one call: its target, its log line, and again where that is safe
├── limits               validators of a provider's settings
├── jsontext             JSON whose numbers are Decimal
└── fields               reads a JSON object without trusting it
"""
