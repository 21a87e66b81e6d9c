"""Mutation testing of the code that decides about money: small changes, each of which a test must notice.

mutants     every small change of a file that mutmut's operators make, and a seeded sample of them
reached     which test files run a line
running     pytest in a process of its own, and what Hypothesis does there (quick)
trying      the tests of one mutant, in a process of its own
excused     mutants that no test can notice, each with a reason
"""
