"""Handlers while workers die by kill -9 between a message's delivery and the commit of what it did.

What would break it: a note that commits before or after its effect, a message that is taken off before its handlers
have run, a claim that lets a later event of a payment pass an earlier one.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from support.hosts.killing import EFFECTS, VERSIONS, Killer, Written
from support.hosts.program import Program
from support.rounds import rounds

from payments.adapters.sql.store import open_store
from payments.domain.values import Mode

pytestmark = pytest.mark.slow

KILLS = rounds(ci=10, soak=200)
TO_BE_NOTICED = range(10, 400, 10)
"""After how many kills it is looked whether one struck in the gap of a broken host. Two workers race for the messages,
so that the same moments strike elsewhere in each run, and some runs need more than twenty."""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def shop_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of the shop's own, for SQLAlchemy."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/shop.db"
    url = sa.make_url(request.getfixturevalue("postgresql_url")).set(drivername="postgresql+psycopg")
    return url.render_as_string(hide_password=False)


@pytest.fixture
def killing(request: pytest.FixtureRequest, shop_url: str) -> Iterator[Callable[[str], Killer]]:
    """Return a killer of a kind of programs; the payments lie in the same kind of database as the shop."""
    with ExitStack() as stack:

        def made(kind: str) -> Killer:
            payments = request.getfixturevalue("sqlite_url" if shop_url.startswith("sqlite") else "migrated_url")
            store = stack.enter_context(closing(open_store(payments, Mode.TEST)))
            return stack.enter_context(closing(Killer(Program(kind, payments, shop_url), store, random.Random(12))))

        yield made


@pytest.mark.parametrize("kind", ["sqlalchemy", "django"])
def test_each_order_is_marked_paid_once_however_many_workers_die(killing: Callable[[str], Killer], kind: str) -> None:
    killer = killing(kind)
    killer.kill(KILLS)
    assert killer.written() == {order: Written(paid=1, versions=VERSIONS) for order in killer.orders}


@pytest.mark.parametrize("shop_url", ["sqlite"], indirect=True)
def test_a_note_that_commits_before_its_effect_is_noticed(killing: Callable[[str], Killer]) -> None:
    """A control: the same kills lose effects of a host that is broken."""
    effects = _effects_under_kills(killing("notes before"))
    assert any(min(each) < EFFECTS for each in effects)


@pytest.mark.parametrize("shop_url", ["sqlite"], indirect=True)
def test_a_note_that_commits_after_its_effect_is_noticed(killing: Callable[[str], Killer]) -> None:
    effects = _effects_under_kills(killing("notes after"))
    assert any(max(each) > EFFECTS for each in effects)


def _effects_under_kills(killer: Killer) -> Iterator[list[int]]:
    """Return how often handlers took effect for each order, each time after more kills."""
    for kills in TO_BE_NOTICED:
        killer.kill(kills)
        yield [written.effects for written in killer.written().values()]
