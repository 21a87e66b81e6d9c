"""The whole stack under Hypothesis: API on a socket, store, Iamport's client and the sandbox, whose book is the truth.

SQL adds its transactions and rows to what memory shows; its examples cost more, so there are fewer of them.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from support.postgres.server import Postgres
from support.rounds import rounds
from support.whole_stack import bugs
from support.whole_stack.machine import WholeStack
from support.whole_stack.servers import Servers, running_servers
from support.whole_stack.stack import Stack, opened_stack

pytestmark = pytest.mark.slow

Opened = Callable[[], AbstractContextManager[Stack]]
KNOWN_SEED = 21
MAX_EXAMPLES = 300  # the rarest bug took 201


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    with running_servers() as running:
        yield running


def examine(opened: Opened, examples: int, steps: int, known_seed: int | None = None) -> None:
    """Run so many examples, from a seed where one is known. A failing one is shown as it was met: to make it shorter
    takes many minutes.
    """
    factory: Any = lambda: WholeStack(opened)  # noqa: E731 - Hypothesis takes any callable, its types only a class
    if known_seed is not None:
        factory = seed(known_seed)(factory)
    run_state_machine_as_test(
        factory,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            phases=[Phase.generate],
            database=None,
            report_multiple_bugs=False,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
        ),
    )


def test_the_books_are_true_over_memory(servers: Servers) -> None:
    examine(lambda: opened_stack(servers, "memory://"), rounds(ci=300, soak=3_000), 40)


def test_the_books_are_true_over_sqlite(servers: Servers, sqlite_template: Path, tmp_path: Path) -> None:
    @contextmanager
    def opened() -> Iterator[Stack]:
        path = shutil.copy(sqlite_template, tmp_path / "payments.db")
        with opened_stack(servers, f"sqlite:///{path}") as stack:
            yield stack
        for each in tmp_path.glob("payments.db*"):
            each.unlink()

    examine(opened, rounds(ci=100, soak=1_000), 30)


def test_the_books_are_true_over_postgresql(
    servers: Servers, postgresql_server: Postgres, postgresql_template: str
) -> None:
    @contextmanager
    def opened() -> Iterator[Stack]:
        name = postgresql_server.create_database(postgresql_template)
        with opened_stack(servers, postgresql_server.url(name)) as stack:
            yield stack
        postgresql_server.drop_database(name)

    examine(opened, rounds(ci=50, soak=500), 30)


@pytest.mark.parametrize("name", bugs.BUGS)
def test_a_planted_bug_is_found(name: str, servers: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    bugs.BUGS[name](monkeypatch)
    with pytest.raises(AssertionError):
        examine(lambda: opened_stack(servers, "memory://"), MAX_EXAMPLES, 40, KNOWN_SEED)
