"""Benchmarks: figures and ratios of one run, never a pass or a fail.

serving   checkouts/s, completions/s, CPU ms and provider calls per request of a running server, on both databases
books     the cost of look-ups, pages and claims as the books grow, with the query plans
sandbox   look-ups/s of the local Iamport, and its memory over time
"""
