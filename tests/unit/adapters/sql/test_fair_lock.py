"""The lock of the writers of one file: whoever waits longest gets it next."""

import threading

from support.patience import EVENTUALLY

from payments.adapters.sql.engine.fair_lock import FairLock


def waiting(lock: FairLock) -> int:
    return len(lock._queue)


def queue_up(lock: FairLock, name: int, turns: list[int]) -> threading.Thread:
    """Return a thread that waits for the lock, behind those that wait already."""

    def take() -> None:
        assert lock.acquire(EVENTUALLY)
        turns.append(name)
        lock.release()

    thread = threading.Thread(target=take, daemon=True)
    thread.start()
    while waiting(lock) <= name:
        pass
    return thread


def test_it_is_handed_over_in_the_order_of_arrival() -> None:
    """Fails where whoever releases it can take it again before those who wait."""
    lock, turns = FairLock(), list[int]()
    assert lock.acquire(EVENTUALLY)
    threads = [queue_up(lock, name, turns) for name in range(3)]
    lock.release()
    assert lock.acquire(EVENTUALLY)
    assert turns == [0, 1, 2]
    for thread in threads:
        thread.join(EVENTUALLY)


def test_one_that_waits_too_long_leaves_the_queue() -> None:
    lock = FairLock()
    assert lock.acquire(0)
    assert not lock.acquire(0)
    assert waiting(lock) == 0
    lock.release()
    assert lock.acquire(0)
