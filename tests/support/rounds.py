"""How often a test of many rounds goes round."""

import os


def rounds(ci: int, soak: int) -> int:
    """Return *soak* under `./run soak`, else *ci*."""
    return soak if os.environ.get("PKR_SOAK") else ci
