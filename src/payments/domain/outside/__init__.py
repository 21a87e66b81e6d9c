"""Money that was given back elsewhere, by bank transfer or in a PG's own admin, where the provider may not know of it.

├── deciding    what an operator does: records it, and decides whether a refund of the provider is the same money
└── questions   which records a new refund of the provider puts in question
"""
