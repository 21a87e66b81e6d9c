"""Several processes that each commit changes together, on the same payments of one database."""

from builders import a_payment
from support.patience import EVENTUALLY
from support.rounds import rounds
from support.system.batches import started

from payments.adapters.sql.store import open_store
from payments.domain.values import Mode
from payments.entrypoints.blocking import run

ROUNDS = rounds(ci=40, soak=1_000)
PROCESSES = 2


def test_processes_that_commit_together_neither_deadlock_nor_lose_a_change(url: str) -> None:
    """Fails where a process waits for a lock while it holds others, or writes over what another one wrote."""
    store = open_store(url, Mode.TEST)
    ids = [run(store.payments.add(a_payment())).merchant_id for _ in range(12)]
    processes = [started(url, str(ROUNDS), *ids) for _ in range(PROCESSES)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    deadlocks = [process.communicate(timeout=EVENTUALLY)[0] for process in processes]
    assert deadlocks == ["0\n"] * PROCESSES
    assert {run(store.payments.get(merchant_id)).checks for merchant_id in ids} == {PROCESSES * ROUNDS}
    store.close()
