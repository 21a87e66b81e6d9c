"""How long a test waits for what must happen: never the time it takes, only when to call it lost."""

from typing import Final

EVENTUALLY: Final = 120.0  # seconds; a loaded machine is slow, a lost event never comes
