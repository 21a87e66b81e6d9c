"""Guesses of V2: what its documents leave open, drawn for each seed. What V1 leaves open too stands in the plan."""

import random
from typing import Self

import attrs

from simulation.scheduler import HOUR, MINUTE


@attrs.frozen(kw_only=True)
class GuessesV2:
    """What the provider of this world does.

    shows              the attempt that a payment shows: the captured one if there is one, or always the newest
    lists_attempts     whether the list of a payment's attempts, which is called unstable, is still there
    until_inclusive    whether a stretch of the list has its end in it
    rows_of_v1_listed  whether the list shows rows of V1 although it was asked for those of V2
    keeps_keys         how long an answer is kept under its idempotency key, in milliseconds
    keeps_refusals     whether a refusal is kept, too
    waiting_lowers     whether a cancel that waits lowers what can be cancelled
    closed_account     the status of an account that was closed before its deposit
    names_channel      whether READY and FAILED say their channel
    closes_beside      whether an account can be closed beside another attempt that took the money
    asynchronous       how many captures are refunded by a PG that only accepts a cancel at first
    fails_later        how many of those it cannot execute in the end
    """

    shows: str = "captured"
    lists_attempts: bool = True
    until_inclusive: bool = False
    rows_of_v1_listed: bool = False
    keeps_keys: int = 3 * HOUR
    keeps_refusals: bool = True
    waiting_lowers: bool = True
    closed_account: str = "FAILED"
    names_channel: bool = True
    closes_beside: bool = False
    asynchronous: float = 0.15
    fails_later: float = 0.3

    @classmethod
    def drawn(cls, rng: random.Random) -> Self:
        return cls(
            shows=rng.choice(["captured", "captured", "newest"]),
            lists_attempts=rng.random() < 0.7,
            until_inclusive=rng.random() < 0.5,
            rows_of_v1_listed=rng.random() < 0.5,
            keeps_keys=rng.choice([3 * HOUR, 3 * HOUR, 20 * MINUTE]),
            keeps_refusals=rng.random() < 0.6,
            waiting_lowers=rng.random() < 0.6,
            closed_account=rng.choice(["FAILED", "CANCELLED"]),
            names_channel=rng.random() < 0.6,
            closes_beside=rng.random() < 0.5,
            asynchronous=rng.choice([0.0, 0.2, 0.6]),
            fails_later=rng.choice([0.3, 0.7]),
        )
