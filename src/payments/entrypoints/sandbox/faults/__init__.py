"""How the sandbox misbehaves. A fault is a kind, aimed: at a route or at webhooks, at the nth call or at some of them.

├── kinds            every Kind: its name, what it does in words, the phase in which it strikes, and what it does
├── kind             Kind, Phase and Hit; scene: the call or the webhook that is struck
├── strikes_answers  what an answer becomes: an error, a page, half of its JSON, without a field
├── strikes_store    what happens around a call: others act on the same payment, a token ends, a snapshot is old
├── strikes_wire     how an answer does not arrive: reset, closed, cut short, one byte at a time
├── strikes_webhooks what becomes of a webhook: lost, late, twice, out of order, with a forged one before it
├── fault            Fault: a kind, aimed; as text (`cancel:drop@3`), as JSON, or as a value
├── active           Faults: those that are on, and which of them strike a call
├── calls            StruckCall: a call from its first byte to its last, phase by phase
├── webhooks         StruckWebhooks: the same for a webhook
└── transport        the server's protocol and the responses that break off

To add one: write its strike, add its Kind to `kinds`, and its effect to the test that walks all kinds.
"""
