"""What goes over the wire: calls and their answers, tokens, webhooks.

├── call        Call: a request of the API, read
├── params      Params: the values of a body or a query
├── envelope    Envelope: an answer of the API, and JSON as the original writes it
├── tokens      Tokens: who may call, and for how long
├── guard       Guard: refuses other machines' and other sites' requests
├── journal     Journal: the last calls and their answers
├── webhooks    Webhooks: sends them from a thread of its own
├── delivery    Delivery: one webhook to one URL, and how it ended
└── confirming  asks the shop's `confirm_url` before a payment is approved
"""
