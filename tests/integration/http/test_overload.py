"""A crowd at the door: a request beyond what fits is turned away at once, and buyers are still served."""

import queue
import threading

import requests
from support.api import running_api, slug
from support.patience import EVENTUALLY

from payments.entrypoints.service import Web


def test_a_flood_of_strangers_is_turned_away_and_keeps_no_buyer_waiting():
    """A request beyond what fits would wait for ever if the queue had no bound; in one pool it would stop everybody."""
    entered, leave = threading.Semaphore(0), threading.Event()

    async def slowly():
        entered.release()
        assert leave.wait(EVENTUALLY)

    answers: queue.Queue[requests.Response] = queue.Queue()
    with running_api(web=Web(threads=1, queue=1), ready=slowly) as api:
        crowd = [threading.Thread(target=lambda: answers.put(api.get("/readyz"))) for _ in range(3)]
        for thread in crowd:
            thread.start()
        assert entered.acquire(timeout=EVENTUALLY)
        answer = answers.get(timeout=EVENTUALLY)  # one is at work, one waits its turn, one has no place
        assert (answer.status_code, slug(answer)) == (503, "busy")
        assert answer.headers["Retry-After"] == "1"
        assert api.begun()["status"] == "awaiting"
        assert api.get("/healthz").status_code == 200
        leave.set()
        for thread in crowd:
            thread.join(EVENTUALLY)
        assert sorted(answers.get().status_code for _ in range(2)) == [200, 200]
        assert api.get("/readyz").status_code == 200
