"""The state machine of a repository: our stores pass it, and broken ones do not."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from support.postgres.server import Postgres
from support.rounds import rounds

from payments.adapters.memory.store import MemoryStore
from payments.adapters.sql.store import open_store
from payments.domain.ports import Store
from payments.domain.values import Mode
from payments.testing.broken import stores as broken
from payments.testing.broken import workplaces
from payments.testing.machines import repository_machine

pytestmark = pytest.mark.soak
UNHURRIED = [HealthCheck.too_slow, HealthCheck.data_too_large]


def play(opened: Callable[[], Store], *, sequences: int, phases: Sequence[Phase] = tuple(Phase)) -> None:
    options = settings(
        max_examples=sequences, stateful_step_count=20, suppress_health_check=UNHURRIED, deadline=None, phases=phases
    )
    run_state_machine_as_test(repository_machine(opened), settings=options)


def test_memory_is_what_the_model_is() -> None:
    play(MemoryStore.empty, sequences=rounds(40, 2_000))


def test_sqlite_is_what_the_model_is(sqlite_template: Path, tmp_path: Path) -> None:
    def opened() -> Store:
        return open_store(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'payments.db')}", Mode.TEST)

    play(opened, sequences=rounds(8, 300))


@pytest.mark.postgresql
def test_postgresql_is_what_the_model_is(postgresql_server: Postgres, postgresql_template: str) -> None:
    def opened() -> Store:
        return open_store(postgresql_server.url(postgresql_server.create_database(postgresql_template)), Mode.TEST)

    play(opened, sequences=rounds(4, 100))


@pytest.mark.parametrize(
    "store",
    [
        broken.ForgetsTheEvent,
        broken.ForgetsTheMessage,
        broken.SwallowsAClash,
        broken.LetsAnAttemptPayTwice,
        broken.LetsAnOrderLiveTwice,
        broken.KeepsOrdersForEver,
        broken.LooksAtTheVersionAlone,
        broken.HandsNewsBack,
        workplaces.ClaimsWithoutALease,
        workplaces.LeasesForEver,
        workplaces.EndsALeaseWithEachChange,
    ],
)
def test_a_broken_store_is_told_from_the_model(store: type) -> None:
    with pytest.raises((AssertionError, LookupError, BaseExceptionGroup)):
        play(lambda: broken.store_with(store), sequences=400, phases=[Phase.generate])
