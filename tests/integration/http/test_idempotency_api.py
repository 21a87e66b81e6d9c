"""Idempotency keys, over a real socket: a request sent again is answered as before, and done once."""

import threading

import attrs
import pytest
from support.api import RunningApi, running_api
from support.patience import EVENTUALLY

from payments.domain.errors import Unknown
from payments.domain.schedule import LEASE
from payments.entrypoints.blocking import run
from payments.entrypoints.http.edge.idempotency import once
from payments.entrypoints.http.operations import Request, perform
from payments.entrypoints.http.routes.payments import begin as begin_operation
from payments.entrypoints.http.shapes.problems import Reply
from payments.entrypoints.keys.claims import Claims

KEY = {"Idempotency-Key": "k-1"}


def begin(api: RunningApi, order="gold", caller=None, **options):
    return api.post("/payments", {"order": order}, headers=(caller or api.alice) | KEY, **options)


def test_the_same_request_again_is_answered_with_the_same_bytes(api: RunningApi):
    first, second = begin(api), begin(api)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert second.headers["Content-Type"] == "application/json"


def test_the_same_key_with_another_body_is_refused(api: RunningApi):
    begin(api)
    answer = begin(api, "silver")
    assert (answer.status_code, answer.json()["slug"]) == (422, "idempotency-key-reused")


def test_the_same_body_written_differently_is_the_same_request(api: RunningApi):
    headers = api.alice | KEY | {"Content-Type": "application/json"}

    def send(text):
        return api.session.post(f"{api.url}/payments", data=text, headers=headers, timeout=EVENTUALLY)

    send('{"order": "gold", "method": "card"}')
    assert send('{ "method":"card","order":"gold" }').headers["Idempotent-Replayed"] == "true"


def test_a_key_is_its_callers_own(api: RunningApi):
    mine, theirs = begin(api), begin(api, caller=api.bob)
    assert theirs.json()["buyer"] == "bob"
    assert theirs.json()["merchant_id"] != mine.json()["merchant_id"]


def test_a_key_is_its_routes_own_and_tells_payments_apart(api: RunningApi):
    first, _ = api.paid("gold")
    second, _ = api.paid("silver")
    shop = api.shop | KEY
    assert api.post(f"/payments/{first['merchant_id']}/refunds", {"amount": 10}, headers=shop).status_code == 201
    answer = api.post(f"/payments/{second['merchant_id']}/refunds", {"amount": 10}, headers=shop)
    assert (answer.status_code, answer.json()["slug"]) == (422, "idempotency-key-reused")


def test_a_refusal_is_kept_too(api: RunningApi):
    body = {"order": "gold", "expected_amount": 1}
    answers = [api.post("/payments", body, headers=api.alice | KEY) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [409, 409]
    assert answers[1].headers["Idempotent-Replayed"] == "true"
    assert answers[1].headers["Content-Type"] == "application/problem+json"


def test_trouble_is_never_kept(api: RunningApi):
    api.gateway.trouble("prepare", Unknown("no answer"))
    assert begin(api).status_code == 504
    answer = begin(api)
    assert answer.status_code == 201
    assert "Idempotent-Replayed" not in answer.headers


def test_a_request_that_could_not_be_read_does_not_use_up_its_key(api: RunningApi):
    assert api.post("/payments", {"ordr": "gold"}, headers=api.alice | KEY).status_code == 400
    assert begin(api).status_code == 201


def test_while_the_first_request_is_at_work_the_second_is_told_so(api: RunningApi):
    working, leave = threading.Event(), threading.Event()
    prepare = api.gateway.prepare

    async def slowly(*given):
        working.set()
        assert leave.wait(EVENTUALLY)
        await prepare(*given)

    api.gateway.prepare = slowly  # type: ignore[method-assign]
    first = []
    thread = threading.Thread(target=lambda: first.append(begin(api)))
    thread.start()
    assert working.wait(EVENTUALLY)
    second = begin(api)
    leave.set()
    thread.join(EVENTUALLY)
    assert (second.status_code, second.json()["slug"]) == (409, "idempotency-key-in-progress")
    assert int(second.headers["Retry-After"]) > 0
    assert begin(api).content == first[0].content


def test_a_request_whose_process_died_is_resumed_when_its_lease_ran_out(api: RunningApi):
    """A claim without an end would lock the key of a dead process away for seven days."""
    keys = api.service.idempotency

    class Dying:
        """Claims for real; what comes after never happens, as when the process is killed."""

        async def claim_key(self, *given):
            return await keys.claim_key(*given)

        async def keep_answer(self, *_):
            raise SystemExit

        release_key = keep_answer

    class LaterClock:
        def now(self):
            return api.service.checkout.clock.now() + LEASE * 2

    headers = {name.lower(): value for name, value in (api.alice | KEY).items()} | {"content-type": "application/json"}
    request = Request(path={}, query={}, headers=headers, body=b'{"order": "gold"}')
    with pytest.raises(SystemExit):
        run(perform(begin_operation, attrs.evolve(api.service, idempotency=Dying()), request))
    (unfinished,) = api.get("/payments", headers=api.alice).json()["payments"]
    assert begin(api).json()["slug"] == "idempotency-key-in-progress"
    later = {"payments": api.service.payments, "use_cases": api.service.use_cases, "clock": LaterClock()}
    with running_api(gateway=api.gateway, idempotency=Claims(keys._keys), **later) as other:
        assert begin(other).json()["merchant_id"] == unfinished["merchant_id"]


def test_a_crash_inside_gives_the_key_back(api: RunningApi):
    async def crash():
        raise ZeroDivisionError

    async def work():
        return Reply(200, b"{}")

    with pytest.raises(ZeroDivisionError):
        run(once(api.service, "scope", "k", "intent", crash))
    assert run(once(api.service, "scope", "k", "intent", work)).status == 200


@pytest.mark.parametrize("key", ["", "a b", "x" * 256])
def test_a_key_that_could_be_mistaken_is_refused(api: RunningApi, key):
    answer = api.post("/payments", {"order": "gold"}, headers=api.alice | {"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["slug"]) == (400, "malformed-request")


def test_two_keys_for_one_order_are_one_payment(api: RunningApi):
    answers = [
        api.post("/payments", {"order": "gold"}, headers=api.alice | {"Idempotency-Key": key}) for key in ("a", "b")
    ]
    assert answers[0].json()["merchant_id"] == answers[1].json()["merchant_id"]
