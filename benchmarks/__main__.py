"""`python -m benchmarks [serving | pace | memory | books | sandbox] [options]`; without a name, all of them."""

import importlib
import sys

NAMES = ("serving", "pace", "memory", "books", "sandbox")

chosen = sys.argv[1:2] if sys.argv[1:] and sys.argv[1] in NAMES else list(NAMES)
for name in chosen:
    importlib.import_module(f"benchmarks.{name}").main(sys.argv[2:] if len(chosen) == 1 else [])
