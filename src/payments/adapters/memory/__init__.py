"""Everything that is kept, in dicts: for the tests of a shop that embeds us, and for trials. A restart forgets it.

├── store            MemoryStore: the way in, of the same shape as an SqlStore
├── gateway          MemoryGateway: a provider in this process
├── books            what is shared: the dicts and their one lock
└── payments, outbox, access    the ports
"""
