"""V2's windows; their routes are in `window` and `browser_sdk`.

├── windows   what a page asks for, and what is pressed: with V2's results
└── results   what a page gets: the promise's value, or an address with a query
"""
