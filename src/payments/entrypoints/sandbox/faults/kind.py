"""Kind: one way to misbehave, as one value with its behaviour; Phase: when it strikes; Hit: one strike of it."""

import enum
from collections.abc import Callable
from random import Random
from typing import Any, Literal

import attrs


class Phase(enum.Enum):
    """When a fault strikes. A strike gets a CallScene, in the last phase a WebhookScene."""

    CONNECTION = "instead of reading the call"
    WAIT = "before or after the work"
    ANSWER = "instead of the work, or of its answer"
    TOKEN = "before the token is checked"  # noqa: S105 - not a secret
    ACT = "under the lock, before or after the work"
    READING = "while the route's handler reads the store"
    BODY = "when the answer is known"
    SENDING = "when the answer is sent"
    WEBHOOK = "when a webhook is queued"

    @property
    def strikes_once(self) -> bool:
        """Whether only the first fault of this phase strikes a call."""
        return self not in (Phase.WAIT, Phase.ACT, Phase.WEBHOOK)


Value = Literal["", "seconds", "status", "field", "amount", "states", "who", "payment"]
"""What stands after the `=` of a fault."""

Strike = Callable[["Hit", Any], bool]
"""Changes the scene. Returns False if the fault fits nothing in it: it has not struck then."""


@attrs.frozen
class Kind:
    """One way to misbehave. `either`: it can strike after the work as well as before it."""

    name: str
    about: str
    phase: Phase
    strike: Strike
    value: Value = attrs.field(default="", kw_only=True)
    default: str = attrs.field(default="", kw_only=True)
    either: bool = attrs.field(default=False, kw_only=True)

    @property
    def is_for_webhooks(self) -> bool:
        """Whether it strikes webhooks, not calls of the API."""
        return self.phase is Phase.WEBHOOK


@attrs.frozen
class Hit:
    """One strike of a fault: the value it was given (or its kind's default), and its own source of randomness."""

    value: str
    random: Random = attrs.field(repr=False)
