"""The heap of a server: what is loaded at the start is never walked again by Python's garbage collector.

A full collection walks every object of the process, and no request is answered meanwhile: with the some 100 MiB that a
server loads, that was the longest wait of all. Frozen, those objects are left out. `./run bench serving` shows it in
the 99th percentile, which halves.
"""

import gc
from typing import Final

YOUNG_OBJECTS: Final = 20_000
"""Containers that are made before the young generation is collected. Python's 700 are a fraction of one request."""
GENERATIONS: Final = 20
"""Collections of one generation before the next older one is collected as well."""


def settle() -> None:
    """Leave everything that this process has loaded so far out of the collector. Call it once, before it serves.

    Objects without cycles are freed as ever; what is frozen and later part of a cycle stays until the process ends.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, GENERATIONS, GENERATIONS)
