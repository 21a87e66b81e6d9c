"""`python -m benchmarks [NAME [options]]`; without a name, all of them in turn. `NAME --help` tells the options."""

import importlib
import sys

NAMES = ("serving", "pace", "memory", "books", "rules", "hostile", "overload", "sandbox")

name, options = (sys.argv[1], sys.argv[2:]) if sys.argv[1:] else (None, [])
if name is not None and name not in NAMES:
    sys.exit(f"Usage: ./run bench [NAME [options]]\nNAME is one of {', '.join(NAMES)}; without it, all run in turn.")
for chosen in NAMES if name is None else (name,):
    importlib.import_module(f"benchmarks.{chosen}").main(options)
