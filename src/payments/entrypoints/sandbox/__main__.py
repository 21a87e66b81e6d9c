"""`python -m payments.entrypoints.sandbox`: the same as `payments sandbox`."""

import cyclopts

from payments.entrypoints.sandbox.command import sandbox

if __name__ == "__main__":
    cyclopts.run(sandbox)
