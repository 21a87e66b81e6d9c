"""Faults of the machine while buyers pay and the shop refunds: nothing acknowledged is lost, nothing happens twice.

Each fault strikes a running API, worker and provider. Requests with keys are sent meanwhile, and repeated when it is
over: none may be answered 409, or wait longer than one operation may take.
"""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from integration.system.test_kills import settled
from support.postgres.server import Postgres
from support.rounds import rounds
from support.system.faults import POSTGRESQL, PROCESSES, SQLITE, Fault, Scene
from support.system.ledger import Deed, Ledger
from support.system.town import town

from payments.domain.machine import Status

pytestmark = pytest.mark.slow

EACH = rounds(ci=1, soak=10)
HOLD_SECONDS = 12.0
"""How long a fault lasts at most: longer than the limit of ten seconds for a call to the database."""


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider that stands still is given up after five seconds."""
    monkeypatch.setenv("PAYMENTS_IAMPORT_DEADLINE", "5")
    monkeypatch.setenv("PAYMENTS_HTTP_LIMIT_KEY", "0")


@pytest.mark.postgresql
def test_no_fault_of_postgresql_or_a_process_loses_or_repeats_anything(crashable_postgresql: Postgres) -> None:
    database = crashable_postgresql.create_database()
    url = crashable_postgresql.url(database)
    with TemporaryDirectory() as room, town(url, Path(room)) as stands:
        strike(Scene(town=stands, server=crashable_postgresql, database=database), url, POSTGRESQL | PROCESSES)


def test_no_fault_of_an_sqlite_file_or_a_process_loses_or_repeats_anything(tmp_path: Path) -> None:
    file = tmp_path / "payments.db"
    url = f"sqlite:///{file}"
    with TemporaryDirectory() as room, town(url, Path(room)) as stands:
        strike(Scene(town=stands, file=file), url, SQLITE | PROCESSES)


def strike(scene: Scene, url: str, faults: Mapping[str, Fault]) -> None:
    """Let every fault strike once, then compare the books."""
    ledger = Ledger(scene.town)
    for name, fault in faults.items():
        try:
            meet(ledger, scene, name.replace(" ", "-"), fault)
        except AssertionError as error:
            log = Path(scene.town.api.log.name).read_text(errors="replace")[-3_000:]
            raise AssertionError(f"{name}: {error}\n{log}") from error
    scene.town.worker.kill()  # from here on the test sweeps itself, with a clock that it moves
    judge(ledger, settled(scene.town, url, ledger.begun))


def meet(ledger: Ledger, scene: Scene, name: str, fault: Fault) -> None:
    approved = [ledger.approved(f"{name}-approved-{n}") for n in range(EACH)]
    bought = [ledger.bought(f"{name}-bought-{n}") for n in range(EACH)]
    deeds: list[Deed] = [ledger.begin(f"{name}-new-{n}") for n in range(EACH)]
    deeds += [ledger.complete(uid) for uid in approved] + [ledger.refund(uid) for uid in bought]
    with fault(scene):
        threads = ledger.at_once(deeds)
        share = HOLD_SECONDS / len(threads)
        for thread in threads:
            thread.join(share)
    for thread in threads:
        thread.join()
    for deed in deeds:
        ledger.note(deed)
    ledger.repeat([deed for deed in deeds if deed.told is None])


def judge(ledger: Ledger, found: Mapping[str, Status]) -> None:
    """Assert that what was acknowledged is so, and that the provider executed each refund once."""
    assert len(set(ledger.begun)) == len(ledger.begun), "an order was begun twice under one key"
    for uid in ledger.paid:
        assert found[uid] is Status.PAID, f"{uid} was acknowledged as paid"
    for uid in ledger.refunded:
        (row,) = ledger.town.provider_rows(uid)
        assert len(row["cancel_history"]) == 1, f"the refund of {uid} was executed {len(row['cancel_history'])} times"
