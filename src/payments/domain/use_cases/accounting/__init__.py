"""What accountants do beside adding up.

└── settlements   Settlements: compare a payout file of a PG with our books
"""
