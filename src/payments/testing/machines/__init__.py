"""State machines for Hypothesis: any sequence of calls, compared with a model. They need pytest and hypothesis.

TestLifeOfMyStore = repository_machine(lambda: MyStore(":memory:")).TestCase
TestLifeOfMyGateway = gateway_machine(MyProvider).TestCase
"""

from payments.testing.machines.gateway import gateway_machine
from payments.testing.machines.repository import repository_machine

__all__ = ["gateway_machine", "repository_machine"]
