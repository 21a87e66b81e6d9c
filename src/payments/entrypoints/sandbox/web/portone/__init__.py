"""V2's browser side.

├── script    PortOneRoutes: `/v2/browser-sdk.js`, and the window in which a billing key is issued
├── windows   what a page asks for, and what is pressed: with V2's results
└── results   what a page gets: the promise's value, or an address with a query
"""
