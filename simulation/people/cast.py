"""Cast: gives each role of a plan its life."""

from typing import TYPE_CHECKING, Final

from simulation.people import buyers, operators, strangers
from simulation.people.person import Person
from simulation.plan import Role
from simulation.scheduler import Work

if TYPE_CHECKING:
    from simulation.world import World

LIVES: Final = {**buyers.LIVES, **strangers.LIVES, **operators.LIVES}


def cast(world: "World", role: Role) -> Work:
    """Return the life of a role."""
    return LIVES[role.kind](Person(world, role))
