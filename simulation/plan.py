"""Plan: what one seed means, drawn before anything runs, so that parts of it can be left out.

Guesses   what the provider does where no document says
Faults    how often what goes wrong; 0 is never
Role      one person, or one other system, and when it comes
"""

import random
from typing import Final, Self

import attrs

from payments.domain.values import DEFAULT_PROVIDER, Mode
from simulation.scheduler import DAY, HOUR, MINUTE, SECOND
from simulation.v2.guesses import GuessesV2

PROVIDERS: Final = {"v1": (DEFAULT_PROVIDER,), "v2": ("portone",), "both": (DEFAULT_PROVIDER, "portone")}
"""Which providers a shop has; with both, it moves from the first to the second."""

CAST: Final = {
    "honest": 36, "tabs": 12, "closer": 8, "depositor": 12, "returner": 8, "impatient": 5, "changer": 6,
    "border": 10, "late_approval": 6, "tamperer": 8, "player": 6, "thief": 5, "forger": 5, "windows": 1,
    "refunder": 12, "canceller": 6, "decider": 6, "console": 12, "foreign": 5, "orphaned": 7, "busy_system": 5,
    "odd_row": 7,
}  # fmt: skip
"""The kinds of people and how common they are."""

THEMES: Final = {
    "tampering": ("thief", "thief", "tamperer", "tabs", "tabs"),
    "crowded lists": ("busy_system", "busy_system", "orphaned"),
    "slow replicas": ("border", "border", "border", "orphaned", "orphaned", "closer"),
    "odd rows": ("odd_row", "odd_row", "odd_row", "odd_row"),
    "hasty refunds": ("refunder", "refunder", "refunder", "refunder", "decider"),
}
"""What each fifth seed is about, and who comes there for certain: they meet too rarely by chance."""


@attrs.frozen(kw_only=True)
class Guesses:
    """What the provider of this world does."""

    checksum_on_arrival: bool = False
    guards_work: bool = True
    partial_keeps_place: bool = True
    history: str = "full"
    oldest_first: bool = False
    page_size: int = 20
    listing_span: int = 90 * DAY
    test_rows_filtered: bool = True
    second_window_pays: bool = True
    revokes_accounts: bool = True
    after_due: str = "refused"

    @classmethod
    def drawn(cls, rng: random.Random) -> Self:
        return cls(
            checksum_on_arrival=rng.random() < 0.5,
            guards_work=rng.random() < 0.6,
            partial_keeps_place=rng.random() < 0.6,
            history=rng.choice(["full", "full", "full", "no ids", "no reasons", "none", "sometimes"]),
            oldest_first=rng.random() < 0.5,
            page_size=rng.choice([3, 5, 10, 20]),
            listing_span=rng.choice([HOUR, 3 * HOUR, DAY, 90 * DAY]),
            test_rows_filtered=rng.random() < 0.7,
            second_window_pays=rng.random() < 0.8,
            revokes_accounts=rng.random() < 0.7,
            after_due=rng.choice(["refused", "declined"]),
        )


@attrs.frozen(kw_only=True)
class Faults:
    """Probabilities for each occasion; `lag` and `skew` are milliseconds at most."""

    kills: float = 0
    stalls: float = 0
    conflicts: float = 0
    lost_commits: float = 0
    storage: float = 0
    not_sent: float = 0
    lost: float = 0
    unanswered: float = 0
    slow: float = 0
    webhooks_lost: float = 0
    webhooks_twice: float = 0
    deliveries: float = 0
    refusals: float = 0
    clashes: float = 0
    maintenance: float = 0
    outages: float = 0
    mixups: float = 0
    lag: int = 0
    skew: int = 0

    @classmethod
    def drawn(cls, rng: random.Random) -> Self:
        """Some worlds are calm, so that what goes wrong alone is seen alone."""
        if rng.random() < 0.08:
            return cls()
        rates = {
            "kills": 0.006, "stalls": 0.01, "conflicts": 0.03, "lost_commits": 0.02, "storage": 0.02,
            "not_sent": 0.05, "lost": 0.05, "unanswered": 0.08, "slow": 0.5, "webhooks_lost": 0.9,
            "webhooks_twice": 0.3, "deliveries": 0.3, "refusals": 0.4, "clashes": 0.05,
            "maintenance": 0.5, "outages": 0.5, "mixups": 0.15,
        }  # fmt: skip
        chosen = {name: top * rng.random() if rng.random() < 0.6 else 0.0 for name, top in rates.items()}
        lag = rng.choice([0, 0, 5 * SECOND, 30 * SECOND, 90 * SECOND, 4 * MINUTE])
        return cls(**chosen, lag=lag, skew=rng.choice([0, SECOND, 20 * SECOND, 30 * SECOND]))

    def at_least(self, **rates: float) -> Self:
        """Return the faults with each of these at least so common."""
        return attrs.evolve(self, **{name: max(getattr(self, name), rate) for name, rate in rates.items()})


@attrs.frozen
class Role:
    """One of the cast: its number, what kind, when it comes, and the seed of its own chance."""

    number: int
    kind: str
    comes_at: int
    seed: int


@attrs.frozen(kw_only=True)
class Plan:
    """Everything a world begins with."""

    seed: int
    salt: int = 0
    theme: str = ""
    provider: str = "v1"
    live: bool
    hold_strays: bool
    servers: int
    workers: int
    reads_newest: bool
    guesses: Guesses
    guesses_v2: GuessesV2 = attrs.field(factory=GuessesV2)
    faults: Faults
    cast: tuple[Role, ...]
    ends_at: int
    slow_disk: float = 0.5
    """How often many calls gather for a commit, where calls are committed together."""
    moves_at: int = 0
    """When a shop with both providers begins new payments at the second one."""

    @classmethod
    def drawn(cls, seed: int, provider: str = "v1") -> Self:
        """Return the plan of a seed: a few busy hours, days apart."""
        rng = random.Random(f"plan {seed}")
        bursts = [0]
        for _ in range(rng.randrange(3)):
            bursts.append(bursts[-1] + rng.choice([2 * HOUR, 9 * HOUR, DAY, 3 * DAY]))
        kinds, weights = list(CAST), list(CAST.values())
        theme = list(THEMES)[seed % len(THEMES)]
        others = max(rng.randint(6, 20) - len(THEMES[theme]), 3)
        present = [*THEMES[theme], *rng.choices(kinds, weights, k=others)]
        cast = tuple(
            Role(number, kind, rng.choice(bursts) + rng.randrange(40 * MINUTE), rng.getrandbits(32))
            for number, kind in enumerate(present, 1)
        )
        plan = cls(
            seed=seed,
            theme=theme,
            live=rng.random() < 0.7,
            hold_strays=rng.random() < 0.2,
            servers=rng.randint(1, 3),
            workers=rng.randint(1, 3),
            reads_newest=rng.random() < 0.75,
            guesses=Guesses.drawn(rng),
            faults=Faults.drawn(rng),
            cast=cast,
            ends_at=max(role.comes_at for role in cast) + rng.choice([HOUR, 4 * HOUR, 2 * DAY]),
        )
        return plan.at(provider).themed()

    def at(self, provider: str) -> Self:
        """Return the plan for a shop with this provider, or with both."""
        rng = random.Random(f"{provider} {self.seed}")
        moves_at = rng.randrange(max(role.comes_at for role in self.cast) + 1)
        return attrs.evolve(self, provider=provider, guesses_v2=GuessesV2.drawn(rng), moves_at=moves_at)

    @property
    def command(self) -> str:
        """Return the options that repeat this seed."""
        return f"--seeds {self.seed}..{self.seed} --provider {self.provider}"

    @property
    def providers(self) -> tuple[str, ...]:
        return PROVIDERS[self.provider]

    def themed(self) -> Self:
        """Return the plan with what its theme needs of the provider and of the network."""
        if self.theme == "tampering":
            return attrs.evolve(self, hold_strays=False, faults=self.faults.at_least(refusals=0.5))
        if self.theme == "crowded lists":
            guesses = attrs.evolve(self.guesses, page_size=min(self.guesses.page_size, 5))
            return attrs.evolve(self, reads_newest=False, guesses=guesses)
        if self.theme == "slow replicas":
            faults = attrs.evolve(self.faults.at_least(webhooks_lost=0.7), lag=4 * MINUTE)
            return attrs.evolve(self, reads_newest=False, faults=faults)
        if self.theme == "odd rows":
            guesses = attrs.evolve(self.guesses, partial_keeps_place=True, second_window_pays=True)
            return attrs.evolve(
                self, hold_strays=False, guesses=guesses, faults=self.faults.at_least(webhooks_lost=0.6)
            )
        if self.theme == "hasty refunds":
            faults = self.faults.at_least(slow=0.4, stalls=0.03, mixups=0.15, conflicts=0.02)
            v2 = attrs.evolve(self.guesses_v2, asynchronous=0.8, fails_later=0.8)
            history = "no reasons" if self.guesses.history == "full" else self.guesses.history
            guesses = attrs.evolve(self.guesses, history=history)
            return attrs.evolve(self, slow_disk=0.95, faults=faults, guesses=guesses, guesses_v2=v2)
        return self

    @property
    def mode(self) -> Mode:
        return Mode.LIVE if self.live else Mode.TEST

    def only(self, numbers: tuple[int, ...]) -> Self:
        """Return the plan with these of the cast alone."""
        return attrs.evolve(self, cast=tuple(role for role in self.cast if role.number in numbers))

    def without(self, *faults: str) -> Self:
        """Return the plan in which these things never go wrong."""
        return attrs.evolve(self, faults=attrs.evolve(self.faults, **dict.fromkeys(faults, 0)))
