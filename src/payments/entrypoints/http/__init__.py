"""The HTTP API: parse, call one use case, render.

├── app           http_app: routes, middleware, lanes of threads
├── operations    Operation: a call of the API as data; perform: one request of it, from credentials to bytes
├── openapi       the document, made of the operations
├── routes        the operations: payments, refunds and strays, the provider's hints, health
├── shapes        what comes in, and one table from error to answer
├── edge          who calls, idempotency keys, threads, deadlines, middleware
└── static        payments.js and the page that draws the document
"""
