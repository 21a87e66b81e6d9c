"""State machines for Hypothesis: any sequence of calls, compared with a model. They need hypothesis.

TestLifeOfMyStore = repository_machine(lambda: MyStore(":memory:")).TestCase
"""

from payments.testing.machines.repository import repository_machine

__all__ = ["repository_machine"]
