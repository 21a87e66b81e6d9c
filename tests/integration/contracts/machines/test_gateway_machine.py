"""The state machine of a gateway: ours pass it, and broken ones do not."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from integration.contracts.gateway.providers import MemoryProvider, SandboxProvider
from support.rounds import rounds

from payments.adapters.iamport import IamportGateway
from payments.adapters.memory.gateway import MemoryGateway
from payments.testing.broken import gateways as broken
from payments.testing.contracts.gateway import Provider
from payments.testing.machines import gateway_machine

pytestmark = pytest.mark.soak


def play(opened: Callable[[], Provider], *, sequences: int, phases: Sequence[Phase] = tuple(Phase)) -> None:
    options = settings(
        max_examples=sequences,
        stateful_step_count=15,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        deadline=None,
        phases=phases,
    )
    run_state_machine_as_test(gateway_machine(opened), settings=options)


def test_memory_is_what_the_model_is() -> None:
    with MemoryProvider.of(MemoryGateway) as provider:
        play(lambda: provider, sequences=rounds(40, 2_000))


def test_the_client_of_the_sandbox_is_what_the_model_is() -> None:
    with SandboxProvider.of(IamportGateway) as provider:
        play(lambda: provider, sequences=rounds(5, 200))


@pytest.mark.parametrize("gateway", [broken.OnlyTheNewest, broken.WithoutChecksum, broken.ForgetsRefunds])
def test_a_broken_gateway_is_told_from_the_model(gateway: type[MemoryGateway]) -> None:
    with MemoryProvider.of(gateway) as provider, pytest.raises((AssertionError, BaseExceptionGroup)):
        play(lambda: provider, sequences=400, phases=[Phase.generate])
