"""Moving: which providers the shop has, and where a server begins new payments while the shop moves to the second."""

import random
from typing import TYPE_CHECKING, Final, Self

import attrs

from payments.domain.ports import Gateway, Gateways
from payments.domain.use_cases.rules import Rules
from payments.domain.values import Method
from simulation.rows import PORTONE
from simulation.scheduler import MINUTE, Scheduler
from simulation.v2.wire import WireV2
from simulation.wire import Wire

if TYPE_CHECKING:
    from simulation.world import World

LATEST: Final = 20 * MINUTE
"""How much later than the first server the last one gets the new settings."""


def gateways(world: "World", skew: int) -> Gateways:
    """Return the gateway of each of the shop's providers."""
    by_name: dict[str, Gateway] = {
        name: WireV2(world, skew) if name == PORTONE else Wire(world, skew) for name in world.plan.providers
    }
    return Gateways(by_name)


@attrs.frozen(kw_only=True)
class MovingRules(Rules):
    """Begins payments at the first provider until this server has the new settings, then at the last one."""

    scheduler: Scheduler
    providers: tuple[str, ...]
    moves_at: int

    @classmethod
    def of(cls, world: "World", server: str) -> Self:
        plan = world.plan
        late = random.Random(f"{server} {plan.seed}").randrange(LATEST)
        return cls(scheduler=world.scheduler, providers=plan.providers, moves_at=plan.moves_at + late)

    def provider_for(self, named: str, method: Method) -> str:
        self.channel_for(named, method)
        return self.providers[-1 if self.scheduler.now >= self.moves_at else 0]
