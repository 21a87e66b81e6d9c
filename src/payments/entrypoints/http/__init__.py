"""The HTTP API: parse, call one use case, render.

├── app           http_app: routes, middleware, lanes of threads
├── operations    Operation: a call of the API as data; perform: one request of it, from credentials to bytes
├── routes_*      the operations: payments, refunds and strays, the provider's hints, health
├── inputs, views what comes in and what goes out; bodies: how it is read
├── auth          who calls; orders: what an order costs; cursors: where a list goes on
├── idempotency   a request sent again is done once
├── problems      one table from error to answer; errors: those of HTTP alone
├── threads       a use case runs whole, one thread each, never more than fit
├── middleware    request ids, log, safe headers
├── openapi       the document, made of the operations; statics: payments.js and the page that draws the document
└── result_page   what a returning buyer sees where the shop has no page
"""
