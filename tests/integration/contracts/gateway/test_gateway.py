"""One contract, five gateways: the one in dicts, and two of each provider talking to the sandbox over a real socket."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from integration.contracts.gateway.broken_gateways import (
    AllRowsOrNone,
    KeepsTheFirstPrice,
    MinorUnitsOnTheWire,
    OnlyTheFirstPage,
    OnlyTheNewest,
    SkipsWhatItCannotRead,
    SwallowsTrouble,
    TakesAtWorkForRefused,
    TakesRefusedForAtWork,
    WithoutChecksum,
    WithoutTotal,
)
from integration.contracts.gateway.broken_portone import (
    AllOrNone,
    AnotherKeyForEachSend,
    MajorUnits,
    OneKeyForEver,
    PagesWithoutTotal,
    ShownAttemptAlone,
    SkipsInSilence,
    SwallowsItAll,
    TakesAccountLessReadyForWaiting,
    TakesOutstandingForRefused,
    WithoutCancellableAmount,
)
from integration.contracts.gateway.portone_provider import PortOneProvider
from integration.contracts.gateway.providers import MemoryProvider, SandboxProvider
from integration.iamport.looped import LoopedGateway
from integration.portone.looped import LoopedPortOne

from payments.adapters.iamport import IamportGateway
from payments.adapters.memory.gateway import MemoryGateway
from payments.adapters.portone import PortOneGateway
from payments.domain.errors import GatewayError
from payments.testing.broken import gateways as in_memory
from payments.testing.contracts.gateway import GatewayContract, Provider
from payments.testing.contracts.gateway.laws import (
    a_prepared_price_keeps_every_other_window_shut,
    a_refund_that_is_at_work_is_neither_done_nor_refused,
    a_refund_with_a_stale_remainder_moves_nothing,
    a_refusal_that_passes_is_a_refusal_while_it_lasts,
    a_revoked_account_is_declined_and_only_a_waiting_one_is_revoked,
    an_attempt_that_cannot_be_read_hides_no_other,
    no_answer_is_never_an_answer,
    sums_in_minor_units_stay_exact,
    the_list_visits_each_attempt_whatever_became_of_it,
    the_paid_attempt_shows_behind_newer_ones,
    the_same_refund_sent_twice_is_made_once,
)

PROVIDERS: dict[type, Any] = {
    MemoryGateway: MemoryProvider,
    IamportGateway: SandboxProvider,
    PortOneGateway: PortOneProvider,
}


@pytest.fixture(scope="module")
def memory() -> Iterator[Provider]:
    with MemoryProvider.of(MemoryGateway) as provider:
        yield provider


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Provider]:
    with SandboxProvider.of(IamportGateway) as provider:
        yield provider


@pytest.fixture(scope="module")
def sandbox_on_loop() -> Iterator[Provider]:
    with SandboxProvider.of(LoopedGateway) as provider:
        yield provider


@pytest.fixture(scope="module")
def portone() -> Iterator[Provider]:
    with PortOneProvider.of(PortOneGateway) as provider:
        yield provider


@pytest.fixture(scope="module")
def portone_on_loop() -> Iterator[Provider]:
    with PortOneProvider.of(LoopedPortOne) as provider:
        yield provider


class TestGateway(GatewayContract):
    @pytest.fixture(params=["memory", "sandbox", "sandbox_on_loop", "portone", "portone_on_loop"])
    def provider(self, request: pytest.FixtureRequest) -> Provider:
        """Each provider in turn. Each promise uses ids of its own, so one serves them all."""
        chosen: Provider = request.getfixturevalue(request.param)
        return chosen


@pytest.mark.parametrize(
    ("broken", "law"),
    [
        (OnlyTheNewest, the_paid_attempt_shows_behind_newer_ones),
        (OnlyTheFirstPage, the_paid_attempt_shows_behind_newer_ones),
        (AllRowsOrNone, an_attempt_that_cannot_be_read_hides_no_other),
        (SkipsWhatItCannotRead, an_attempt_that_cannot_be_read_hides_no_other),
        (TakesAtWorkForRefused, a_refund_that_is_at_work_is_neither_done_nor_refused),
        (TakesRefusedForAtWork, a_refusal_that_passes_is_a_refusal_while_it_lasts),
        (WithoutTotal, the_list_visits_each_attempt_whatever_became_of_it),
        (WithoutChecksum, a_refund_with_a_stale_remainder_moves_nothing),
        (WithoutChecksum, the_same_refund_sent_twice_is_made_once),
        (MinorUnitsOnTheWire, sums_in_minor_units_stay_exact),
        (SwallowsTrouble, no_answer_is_never_an_answer),
        (KeepsTheFirstPrice, a_prepared_price_keeps_every_other_window_shut),
        (in_memory.OnlyTheNewest, the_paid_attempt_shows_behind_newer_ones),
        (in_memory.AllRowsOrNone, an_attempt_that_cannot_be_read_hides_no_other),
        (in_memory.ForgetsWhatIsAtWork, a_refund_that_is_at_work_is_neither_done_nor_refused),
        (in_memory.WithoutChecksum, a_refund_with_a_stale_remainder_moves_nothing),
        (in_memory.SwallowsTrouble, no_answer_is_never_an_answer),
        (ShownAttemptAlone, the_paid_attempt_shows_behind_newer_ones),
        (AllOrNone, an_attempt_that_cannot_be_read_hides_no_other),
        (SkipsInSilence, an_attempt_that_cannot_be_read_hides_no_other),
        (WithoutCancellableAmount, a_refund_with_a_stale_remainder_moves_nothing),
        (AnotherKeyForEachSend, a_refund_that_is_at_work_is_neither_done_nor_refused),
        (OneKeyForEver, a_refusal_that_passes_is_a_refusal_while_it_lasts),
        (MajorUnits, sums_in_minor_units_stay_exact),
        (TakesOutstandingForRefused, a_refund_that_is_at_work_is_neither_done_nor_refused),
        (TakesAccountLessReadyForWaiting, a_revoked_account_is_declined_and_only_a_waiting_one_is_revoked),
        (PagesWithoutTotal, the_list_visits_each_attempt_whatever_became_of_it),
        (SwallowsItAll, no_answer_is_never_an_answer),
    ],
)
def test_a_broken_gateway_breaks_the_law(broken: type, law: Callable[[Provider], None]) -> None:
    providers = next(provider for kind, provider in PROVIDERS.items() if issubclass(broken, kind))
    with providers.of(broken) as provider:
        healthy: list[str] = []
        with contextlib.suppress(AssertionError, pytest.fail.Exception, GatewayError):
            law(provider)
            healthy.append(law.__name__)
        assert healthy == []
