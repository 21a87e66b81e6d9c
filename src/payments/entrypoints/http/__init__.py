"""The HTTP API: parse, call one use case, render.

├── app           http_app: routes, middleware, threads
├── operations    Operation: a call of the API as data; perform: one request of it, from credentials to response
├── openapi       the OpenAPI document, made from the operations
├── serving       serve: the API as a process
├── routes        the operations: payments, refunds and strays, the provider's hints, health
├── shapes        what requests contain, and one table from errors to responses
├── edge          authentication, idempotency keys, threads, deadlines, middleware
└── static        payments.js and the page that renders the document
"""
