"""Faults of calls, each seen by a client on a real socket; and the same run twice from the same seed.

What would break these: a fault that strikes before the work instead of after it, or a chance that calls share.
"""

import json
import threading

import attrs
import pytest
from support.patience import EVENTUALLY, given_time
from support.raw_client import UID, RawClient, signed_in

from payments.entrypoints.sandbox import Clock, SandboxSettings, running_sandbox


def test_a_refused_call_is_reset_before_its_work(client: RawClient) -> None:
    client.sandbox.faults.add("cancel:refuse")
    with pytest.raises(ConnectionResetError):
        client.cancel(100)
    assert client.given_back == 0
    assert client.noted == ["refuse"]


def test_the_third_cancel_is_done_and_never_answered(client: RawClient) -> None:
    client.sandbox.faults.add("cancel:drop@3")
    assert [client.cancel(100)[9:12] for _ in range(4)] == [b"200", b"200", b"", b"200"]
    assert client.given_back == 400
    assert client.noted == ["drop"]


def test_the_third_cancel_times_out_after_it_was_done(client: RawClient) -> None:
    client.sandbox.faults.add("cancel:delay-done=60@3")
    done = threading.Event()
    client.sandbox.journal.listeners.append(lambda call: done.set() if call.fault else None)
    assert [client.cancel(100)[9:12] for _ in range(2)] == [b"200", b"200"]
    with pytest.raises(TimeoutError):
        client.cancel(100, patience=0.3)
    assert done.wait(EVENTUALLY)
    assert client.given_back == 300


def test_a_delayed_call_is_done_although_its_client_has_left(client: RawClient) -> None:
    def done_later(delay: float) -> None:
        before = client.given_back
        client.sandbox.faults.add(f"cancel:delay={delay}@1")
        with pytest.raises(TimeoutError):
            client.cancel(100, patience=delay / 4)
        assert client.given_back == before
        assert client.sandbox.faults.wait(EVENTUALLY)
        assert client.given_back == before + 100

    given_time(done_later)


def test_an_answer_is_cut_halfway(client: RawClient) -> None:
    client.sandbox.faults.add("cancel:cut")
    head, _, body = client.cancel(100).partition(b"\r\n\r\n")
    promised = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
    assert 0 < len(body) == promised // 2
    assert client.given_back == 100


def test_an_answer_drips_a_byte_at_a_time_and_is_whole_in_the_end(client: RawClient) -> None:
    client.sandbox.faults.add("get_payment:drip=0.001")
    with client.look(stream=True) as answer:
        body = b"".join(chunk for chunk in answer.iter_content(1))
    assert json.loads(body)["response"]["imp_uid"] == client.imp_uid
    client.sandbox.faults.clear()
    client.sandbox.faults.add("get_payment:drip=1")
    with pytest.raises(TimeoutError):  # though a byte comes within the time-out, the whole does not
        client.raw("GET", f"/payments/{client.imp_uid}", patience=0.2)


@pytest.mark.parametrize(
    ("fault", "status", "is_done"),
    [("500", b"500", False), ("503-done", b"503", True), ("html", b"502", False), ("html-done=504", b"504", True)],
)
def test_a_failing_provider_has_done_its_work_or_not(
    client: RawClient, fault: str, status: bytes, is_done: bool
) -> None:
    client.sandbox.faults.add(f"cancel:{fault}")
    answer = client.cancel(100)
    assert answer[9:12] == status
    assert (b"<html>" in answer) == fault.startswith("html")
    assert client.given_back == (100 if is_done else 0)


@pytest.mark.parametrize("fault", ["truncated", "garbage"])
def test_an_answer_is_no_json_although_its_length_is_right(client: RawClient, fault: str) -> None:
    client.sandbox.faults.add(f"get_payment:{fault}")
    answer = client.look()
    assert answer.status_code == 200
    assert len(answer.content) == int(answer.headers["content-length"]) > 0
    with pytest.raises((json.JSONDecodeError, UnicodeDecodeError)):
        json.loads(answer.content)


def test_a_field_is_missing_or_has_another_type(client: RawClient) -> None:
    whole = client.look().json()["response"]
    faults = client.sandbox.faults
    faults.add("get_payment:missing=status x1")
    assert whole.keys() - client.look().json()["response"].keys() == {"status"}
    faults.add("get_payment:ill-typed=amount x1")
    assert client.look().json()["response"]["amount"] == "1000 won"
    faults.add("get_payment:missing x1")
    assert len(whole.keys() - client.look().json()["response"].keys()) == 1
    faults.add("get_payment:ill-typed x1")
    told = client.look().json()["response"]
    assert [name for name in whole if type(told[name]) is not type(whole[name])] != []
    assert client.look().json()["response"] == whole
    assert client.noted == ["missing=status", "ill-typed=amount", "missing", "ill-typed"]


def test_a_field_is_missing_in_a_list_too(client: RawClient) -> None:
    client.sandbox.faults.add("find_payments:missing=imp_uid")
    answer = client.raw("GET", f"/payments/findAll/{UID}").partition(b"\r\n\r\n")[2]
    assert "imp_uid" not in json.loads(answer)["response"]["list"][0]


def test_a_token_expires_just_before_the_call(client: RawClient) -> None:
    client.sandbox.faults.add("cancel:token x1")
    assert b"401" in client.cancel(100)[:20]
    assert client.given_back == 0
    assert b"401" in client.cancel(100)[:20], "it stays expired"
    assert b"200" in signed_in(client.sandbox).cancel(100)[:20]


def test_a_stale_snapshot_hides_what_has_happened_since(client: RawClient) -> None:
    client.cancel(100)
    client.sandbox.faults.add("find:stale", "get_payment:stale=2 x1")
    assert (client.find()["status"], client.find()["cancel_amount"]) == ("paid", 0)
    assert client.look().json()["response"]["status"] == "ready"
    assert client.look().json()["response"]["cancel_amount"] == 100
    assert client.given_back == 100


def test_a_snapshot_of_what_never_changed_is_not_stale(client: RawClient) -> None:
    client.sandbox.open_window("fresh", 500)
    client.sandbox.faults.add("*:stale")
    client.raw("GET", "/payments/find/fresh")
    assert client.noted == []


def test_the_pg_approves_late_what_the_caller_was_told_has_failed(client: RawClient) -> None:
    failed = client.sandbox.open_window("late", 500)
    client.sandbox.decline(failed)
    client.sandbox.faults.add("get_payment:late-approval-done")
    assert client.look(client.imp_uid).json()["response"]["status"] == "paid"
    assert client.look(failed).json()["response"]["status"] == "failed"
    assert client.sandbox.payment(failed).status == "paid"
    assert client.noted == ["late-approval-done"], "a paid payment cannot be approved late: nothing is noted"


def test_a_console_refund_comes_before_ours(client: RawClient) -> None:
    client.sandbox.faults.add("cancel:console-refund=400 x1")
    asked = {"imp_uid": client.imp_uid, "amount": 1000, "checksum": 1000}
    assert b'"code":1' in client.raw("POST", "/payments/cancel", asked)
    assert client.given_back == 400
    client.sandbox.faults.add("get_payment:console-refund x1")
    assert client.look().json()["response"]["cancel_amount"] == 1000


def test_an_order_is_paid_again_in_a_second_tab(client: RawClient) -> None:
    client.sandbox.faults.add("find_payment:second-tab-done x1")
    assert client.find()["imp_uid"] == client.imp_uid
    first, second = client.sandbox.payments(UID)
    assert (first.status, second.status, second.amount) == ("paid", "paid", first.amount)


def test_several_faults_strike_one_call_and_others_are_left_alone(client: RawClient) -> None:
    client.sandbox.faults.add("cancel:delay=0.01,cancel:truncated,find:500,webhook:drop")
    body = client.cancel(100).partition(b"\r\n\r\n")[2]
    with pytest.raises(json.JSONDecodeError):
        json.loads(body)
    assert client.noted == ["delay=0.01 + truncated"]


PLAYED = "find_payment:500@30%,cancel:missing@50%,get_payment:ill-typed@40%,find_payment:second-tab-done@20%"


def played(seed: int) -> tuple[list[tuple[object, ...]], list[bytes]]:
    with running_sandbox(SandboxSettings(seed=seed, faults=PLAYED), clock=Clock.stopped()) as sandbox:
        sandbox.book.receipts_at = "http://sandbox"  # the one thing in answers that no seed decides
        sandbox.approve(sandbox.open_window(UID, 1000))
        client, answers = signed_in(sandbox), []
        for _ in range(10):
            answers += [client.raw("GET", f"/payments/find/{UID}"), client.cancel(10), client.look().content]
        journal = [attrs.astuple(attrs.evolve(call, milliseconds=0.0)) for call in sandbox.journal.calls]
    return journal, [answer.rpartition(b"\r\n\r\n")[2] for answer in answers]


def test_the_same_seed_gives_the_same_run_twice() -> None:
    once, again, other = played(7), played(7), played(8)
    assert once == again
    assert [call[-1] for call in once[0]] != [call[-1] for call in other[0]]
    assert len({call[-1] for call in once[0]}) > 3, "faults did strike"
