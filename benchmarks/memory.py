"""Whether a server grows: its resident memory over many checkouts, sampled as they go.

The first sample is taken after a warm-up, when pools, caches and statements are filled.
"""

import argparse
import contextlib
from pathlib import Path

from benchmarks.databases import KINDS, database_url
from benchmarks.serving import HERE, Server, one_run, serving

LIMIT_MIB = 32
WARM_UP = 2_000


def resident_mib(server: Server) -> float:
    """Return the resident memory of the server's process."""
    lines = Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


def growth(server: Server, checkouts: int, samples: int) -> list[float]:
    """Check out and complete *checkouts* times; return the MiB that were added since the warm-up, sample by sample."""
    one_run(server, min(WARM_UP, checkouts), 0)
    start, found = resident_mib(server), []
    print(f"  after the warm-up: {start:.1f} MiB", flush=True)
    for turn in range(1, samples + 1):
        one_run(server, checkouts // samples, turn)
        found.append(resident_mib(server) - start)
        print(f"  {turn * (checkouts // samples):7} checkouts: {found[-1]:+.1f} MiB", flush=True)
    return found


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks memory", description=__doc__)
    parser.add_argument("--checkouts", type=int, default=100_000)
    parser.add_argument("--samples", type=int, default=10)
    parser.add_argument("--databases", nargs="+", default=KINDS, choices=KINDS)
    chosen = parser.parse_args(arguments)
    for kind in chosen.databases:
        print(f"{kind}, {chosen.checkouts} checkouts and completions:", flush=True)
        with contextlib.ExitStack() as stack:
            server = stack.enter_context(serving(HERE, stack.enter_context(database_url(kind)), 0.0))
            last = growth(server, chosen.checkouts, chosen.samples)[-1]
        print(f"  {'within' if last < LIMIT_MIB else 'OVER'} the limit of {LIMIT_MIB} MiB", flush=True)
