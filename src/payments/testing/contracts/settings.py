"""How many examples the generated tests of the contracts try, and why no slow one fails."""

import os
from typing import Final

from hypothesis import HealthCheck

EXAMPLES: Final = int(os.environ.get("CONTRACT_EXAMPLES", "40"))
"""Set the environment variable for more. Few are enough for a quick run, because each is a whole life of a payment."""

UNHURRIED: Final = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.differing_executors)
"""A store is shared by the examples, each of which has ids of its own, and the same law holds several stores."""
